/// A worker's splits, by number, reused.
final class SplitTable {
    private var splits: [Split] = []
    private var free: [Int32] = []

    subscript(number: Int32) -> Split { splits[Int(number)] }

    /// A cleared split and its number.
    func take() -> Int32 {
        if let number = free.popLast() { return number }
        splits.append(Split())
        return Int32(splits.count - 1)
    }

    /// Takes back a split with all that it still holds.
    func give(_ number: Int32, clearedTo pool: BlockPool) {
        splits[Int(number)].clear(to: pool)
        free.append(number)
    }
}
