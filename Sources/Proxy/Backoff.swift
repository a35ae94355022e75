/// How long to wait before the next attempt: twice as long after each one that fails.
struct Backoff {
    /// The first wait and the longest one, in milliseconds.
    private let range: ClosedRange<Int>
    private var wait: Int

    init(_ range: ClosedRange<Int>) {
        self.range = range
        wait = range.lowerBound
    }

    /// An attempt has failed.
    ///
    /// - Returns: milliseconds to the next one, before any jitter.
    mutating func fail() -> Int {
        defer { wait = min(wait * 2, range.upperBound) }
        return wait
    }

    /// An attempt was successful: the next failure is a first one.
    mutating func reset() { wait = range.lowerBound }
}
