/// A worker's splits, by number, reused.
final class SplitTable {
    private var splits: [Split] = []
    private var free: [Int32] = []
    /// A split whose arrays grew beyond this many keys is not kept: one huge MGET must not pin its
    /// memory for ever.
    private static let largestKept = 16 * 1024

    subscript(number: Int32) -> Split { splits[Int(number)] }

    /// A cleared split and its number.
    func take() -> Int32 {
        if let number = free.popLast() { return number }
        splits.append(Split())
        return Int32(splits.count - 1)
    }

    /// Takes back a split with all that it still holds.
    func give(_ number: Int32, clearedTo pool: BlockPool) {
        let split = splits[Int(number)]
        let isLarge = split.fragmentOfKey.count > Self.largestKept
        split.clear(to: pool)
        if isLarge { splits[Int(number)] = Split() }
        free.append(number)
    }
}
