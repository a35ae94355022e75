/// The buckets that times are counted in: of HdrHistogram's layout, log-linear, with three
/// significant binary digits.
///
///     microseconds   0 1 2 … 15 │ 16-17 18-19 … 30-31 │ 32-35 … 60-63 │ … │ … 2³² - 1
///     bucket         0 1 2 … 15 │ 16    17    … 23    │ 24    … 31    │ … │ … 239
///
/// Below 16 µs each microsecond has its own; from there on eight share each doubling, so that a
/// bucket's bounds are an eighth apart at most. All of 32 bits have one: no time is cut off, and no
/// index needs a check.
///
/// hdrhistogram-swift, the benchmarks' library, takes 71 instructions to record a time, this and
/// `LatencyCells` 20; and no other thread may read its array without a lock.
enum LatencyScale {
    static let bucketCount = 240

    private static let digits: UInt32 = 3

    /// The bucket of a time in microseconds.
    @inline(__always)
    static func bucket(of microseconds: UInt32) -> Int {
        // The last three bits behind the leading one are the place among its doubling's buckets;
        // they and the leading one are 8 to 15.
        let shift = 28 &- UInt32(truncatingIfNeeded: (microseconds | 8).leadingZeroBitCount)
        return Int(truncatingIfNeeded: (shift &<< digits) &+ (microseconds &>> shift))
    }

    /// The shortest time of a bucket, in microseconds.
    static func shortest(of bucket: Int) -> UInt32 {
        precondition(bucket >= 0 && bucket < bucketCount)
        guard bucket >= 16 else { return UInt32(bucket) }
        return UInt32(8 + bucket % 8) << UInt32(bucket / 8 - 1)
    }

    /// The longest time of a bucket, in microseconds.
    static func longest(of bucket: Int) -> UInt32 {
        bucket == bucketCount - 1 ? .max : shortest(of: bucket + 1) - 1
    }
}
