/// A request that goes as it is to the server of its one key, the first argument behind the name.
///
/// Offsets count from the first byte of all that was read. Half of what `RedisRequest` says, in a
/// third of its size: many of a pipeline are noted before the first of them is sent on.
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
    /// What running it a second time would do; nil if that is for its arguments to tell.
    public internal(set) var repetition: RedisRepetition?

    /// None; for memory that is to be written to.
    public init() {}

    /// The request at the front.
    @inline(__always)
    public init(_ request: RedisRequest) {
        length = UInt32(truncatingIfNeeded: request.length)
        keyOffset = UInt32(truncatingIfNeeded: request.firstArgumentOffset)
        keyLength = UInt32(truncatingIfNeeded: request.firstArgumentLength)
        command = request.command
        repetition = request.repetition
    }

    /// The same one, of so many bytes and at another place.
    @inline(__always)
    func at(_ offset: Int, length: Int) -> RedisKeyedRequest {
        var moved = self
        moved.offset = UInt32(truncatingIfNeeded: offset)
        moved.length = UInt32(truncatingIfNeeded: length)
        moved.keyOffset = moved.offset &+ keyOffset
        return moved
    }
}
