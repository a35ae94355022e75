internal import Wire

/// Requests that a client sent in a row, each for the server of its one key: read together, then
/// placed together, then sent on.
///
/// One worker has one. It holds nothing between two reads.
@safe struct RequestRun {
    /// Enough for what is the same for all of them to cost little, few enough for their bytes to
    /// stay in the first-level cache.
    static let capacity = KeyBatch.capacity

    private let requests: UnsafeMutableBufferPointer<RedisKeyedRequest>

    init() {
        unsafe requests = .allocate(capacity: Self.capacity)
        unsafe requests.initialize(repeating: RedisKeyedRequest())
    }

    func deallocate() { unsafe requests.deallocate() }

    /// Reads on behind the first request, up to `most` requests in all.
    ///
    /// - Returns: how many there are, the first included.
    @inline(__always)
    func read(
        _ bytes: RawBytes, behind first: RedisRequest, most: Int, by parser: inout RedisPlainParser
    ) -> Int {
        unsafe requests[0] = RedisKeyedRequest(first)
        let places = unsafe requests[1..<max(1, min(most, Self.capacity))]
        var run = unsafe UnsafeMutableBufferPointer(rebasing: places).mutableSpan
        return unsafe 1 &+ parser.parse(bytes.span, from: first.length, into: &run)
    }

    /// A request that was read.
    @inline(__always)
    subscript(index: Int) -> RedisKeyedRequest {
        precondition(index >= 0 && index < Self.capacity)
        return unsafe requests[index]
    }
}
