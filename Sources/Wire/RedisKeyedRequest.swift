/// A request that goes as it is to the server of its one key, the first argument behind the name.
///
/// Offsets count from the first byte of all that was read. Half of what `RedisRequest` says, in a
/// quarter of its size: many of a pipeline are noted before the first of them is sent on.
public struct RedisKeyedRequest: Sendable, BitwiseCopyable {
    /// Where the frame begins.
    public internal(set) var offset: UInt32 = 0
    /// Bytes of the whole frame.
    public internal(set) var length: UInt32 = 0
    /// Where the key begins.
    public internal(set) var keyOffset: UInt32 = 0
    /// Bytes of the key; may be 0.
    public internal(set) var keyLength: UInt32 = 0
    /// Which command it is.
    public internal(set) var command = RedisCommand.ID.unknown

    /// None; for memory that is to be written to.
    public init() {}

    /// The request at the front.
    @inline(__always)
    public init(_ request: RedisRequest) {
        self.init(request, at: 0, length: request.length)
    }

    @inline(__always)
    init(_ request: RedisRequest, at offset: Int, length: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.length = UInt32(truncatingIfNeeded: length)
        keyOffset = UInt32(truncatingIfNeeded: offset &+ request.firstArgumentOffset)
        keyLength = UInt32(truncatingIfNeeded: request.firstArgumentLength)
        command = request.command
    }
}
