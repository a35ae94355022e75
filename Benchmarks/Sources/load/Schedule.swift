import Glibc

/// When the batches of an open loop are due: at random moments, so many a second on average.
///
/// The gaps are exponentially distributed, as between requests of many independent users. They do
/// not depend on replies: a request that has to wait for a connection is late from the moment that
/// it was due, so no stall hides the requests that it kept from being sent.
struct Schedule {
    /// When the next batch is due; nanoseconds of the monotonic clock.
    private(set) var next: UInt64
    /// Batches due from then on do not exist.
    let end: UInt64
    private let meanGap: Double
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    init(start: UInt64, end: UInt64, batchesPerSecond: Double) {
        next = start
        self.end = end
        meanGap = 1e9 / batchesPerSecond
        advance()
    }

    mutating func advance() {
        // xorshift64 (Marsaglia 2003); its upper 53 bits are a fraction, and never zero is added.
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let fraction = (Double(state >> 11) + 1) * 0x1p-53
        next += UInt64(-log(fraction) * meanGap)
    }
}
