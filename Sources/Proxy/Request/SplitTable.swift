/// A worker's splits, by number, reused.
final class SplitTable {
    private var splits: [Split] = []
    private var unretained: [Unretained<Split>] = []
    private var free: [Int32] = []

    subscript(number: Int32) -> Split { splits[Int(number)] }

    /// The same without reference counting.
    @inline(__always)
    func find(_ number: Int32) -> Unretained<Split> { unretained[Int(number)] }

    /// A cleared split and its number.
    func take() -> Int32 {
        if let number = free.popLast() { return number }
        let split = Split()
        splits.append(split)
        unretained.append(Unretained(split))
        return Int32(splits.count - 1)
    }

    /// Takes back a split with all that it still holds.
    func give(_ number: Int32, clearedTo pool: BlockPool) {
        find(number).use { $0.clear(to: pool) }
        free.append(number)
    }
}
