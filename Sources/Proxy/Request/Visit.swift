/// What a request's way to a server and back was like: where that is counted, and how long it took.
///
/// One word, since it is compared for every reply; zero for none.
struct Visit: BitwiseCopyable, Equatable {
    private let word: UInt64

    @inline(__always)
    init(_ slot: LatencySlot, microseconds: UInt32) {
        word = UInt64(slot.number &+ 1) << 32 | UInt64(microseconds)
    }

    var slot: LatencySlot { LatencySlot(number: UInt32(truncatingIfNeeded: word >> 32) &- 1) }

    /// From the send to the reply; 0 if it was never sent.
    var microseconds: UInt32 { UInt32(truncatingIfNeeded: word) }

    /// The request was answered without a server.
    static let none = Visit(.none, microseconds: 0)
}

/// Replies of one read that took equally long: counted in one go.
struct VisitCount {
    private var visit = Visit.none
    private var times = 0

    /// One more reply.
    @inline(__always)
    mutating func add(_ one: Visit, in cells: LatencyCells) {
        if one != visit {
            count(in: cells)
            visit = one
        }
        times &+= 1
    }

    /// The read is over.
    mutating func count(in cells: LatencyCells) {
        if times > 0 { cells.add(visit.microseconds, times: times, to: .server, of: visit.slot) }
        times = 0
    }
}
