import Histogram

/// What a run counted.
struct Tally {
    /// Replies, error replies included.
    private(set) var requests = 0
    /// Error replies, and requests whose connection was closed before their reply.
    private(set) var errors = 0
    /// Replies that were not what they must be.
    private(set) var wrong = 0
    /// Requests of an open loop that were due and found no connection before the end.
    private(set) var unsent = 0
    /// From the first request to the last reply.
    var seconds = 0.0

    /// Nanoseconds from sending a batch (open loop: from when it was due) to the arrival of each of
    /// its replies. Three digits are kept, up to a minute: a run is given up before that.
    private var latencies = Histogram<UInt64>(
        highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)

    mutating func answered(after nanoseconds: UInt64) {
        requests += 1
        latencies.record(nanoseconds)
    }

    mutating func failed(_ count: Int = 1) {
        requests += count
        errors += count
    }

    mutating func misanswered() {
        requests += 1
        wrong += 1
    }

    /// Counts requests that have been late for so long already and will not be sent.
    mutating func neverSent(after nanoseconds: UInt64, count: Int) {
        unsent += count
        latencies.record(nanoseconds, count: UInt64(count))
    }

    /// One line; rates per second, latencies in microseconds.
    var json: String {
        let rate = seconds > 0 ? Double(requests) / seconds : 0
        return """
            {"requests": \(requests), "seconds": \(seconds), "rps": \(rate), \
            "p50": \(microseconds(50)), "p99": \(microseconds(99)), "p99.9": \(microseconds(99.9)), \
            "p99.99": \(microseconds(99.99)), "max": \(Double(latencies.max) / 1000), \
            "errors": \(errors), "wrong": \(wrong), \
            "unsent": \(unsent)}
            """
    }

    private func microseconds(_ percentile: Double) -> Double {
        Double(latencies.valueAtPercentile(percentile)) / 1000
    }
}
