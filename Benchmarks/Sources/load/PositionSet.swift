/// Which keys of a request have been answered. Needs no memory for up to 64 of them.
struct PositionSet {
    private var first: UInt64 = 0
    private var others: [UInt64]

    /// Positions below `count`.
    init(count: Int) {
        others = Array(repeating: 0, count: (count - 1) / 64)
    }

    /// Adds a position; returns whether it is new.
    mutating func insert(_ position: Int) -> Bool {
        let bit: UInt64 = 1 << (position % 64)
        if position < 64 {
            defer { first |= bit }
            return first & bit == 0
        }
        let word = position / 64 - 1
        defer { others[word] |= bit }
        return others[word] & bit == 0
    }
}
