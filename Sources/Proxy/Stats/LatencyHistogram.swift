/// How long requests took, summed over workers: how many there were, and any percentile.
public struct LatencyHistogram: Sendable {
    private var buckets = [Int](repeating: 0, count: LatencyScale.bucketCount)
    /// How many requests were counted.
    public private(set) var count = 0
    /// What they took together, in microseconds.
    public private(set) var sum = 0
    /// What the slowest one took, in microseconds.
    public private(set) var longest = 0

    /// A histogram of nothing.
    public init() {}

    /// Counts a request that took so many microseconds.
    public mutating func add(_ microseconds: UInt32) {
        add(1, toBucket: LatencyScale.bucket(of: microseconds))
        add(sum: Int(microseconds), longest: Int(microseconds))
    }

    /// Counts what the other has counted, too.
    public mutating func add(_ other: LatencyHistogram) {
        for (bucket, times) in other.buckets.enumerated() where times > 0 {
            add(times, toBucket: bucket)
        }
        add(sum: other.sum, longest: other.longest)
    }

    mutating func add(_ times: Int, toBucket bucket: Int) {
        buckets[bucket] += times
        count += times
    }

    mutating func add(sum more: Int, longest other: Int) {
        sum += more
        longest = max(longest, other)
    }

    /// The time within which that share of the requests was answered, in microseconds; 0 without
    /// requests.
    ///
    /// Those of one bucket are taken to be evenly spread over it, so it is an eighth off at most,
    /// and mostly far less.
    ///
    /// - Parameter share: in thousandths of a percent, from 0 to 100,000.
    public func percentile(_ share: Int) -> Int {
        precondition(share >= 0 && share <= 100_000)
        let rank = max(1, (count * share + 99_999) / 100_000)
        var before = 0
        for (bucket, times) in buckets.enumerated() {
            if before + times >= rank && times > 0 {
                let shortest = Int(LatencyScale.shortest(of: bucket))
                let width = Int(LatencyScale.longest(of: bucket)) - shortest
                return min(longest, shortest + width * (rank - before) / times)
            }
            before += times
        }
        return longest
    }

    /// How many took less than a power of two of microseconds, for which the buckets are exact.
    public func count(below exponent: Int) -> Int {
        let end = LatencyScale.bucket(of: UInt32(1) << UInt32(exponent))
        return buckets[..<end].reduce(0, +)
    }
}
