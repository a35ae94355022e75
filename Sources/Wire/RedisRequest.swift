/// A complete, valid RESP request, as offsets into the bytes it was found in.
///
///     *2 CRLF $3 CRLF GET CRLF $5 CRLF hello CRLF
///             |       |                |          |
///             |       nameOffset       |          length
///             argumentsOffset          firstArgumentOffset
///
/// Offsets count from the frame's first byte. Whoever moves the bytes moves all of them.
public struct RedisRequest: Sendable, Equatable, BitwiseCopyable {
    /// Bytes of the whole frame.
    public internal(set) var length = 0
    /// Which command it is, `.unknown` if the table has none of that name.
    public internal(set) var command = RedisCommand.ID.unknown
    /// Arguments including the command's name; at least 1.
    public internal(set) var argumentCount = 0
    /// Where the command's name begins.
    public internal(set) var nameOffset = 0
    /// Bytes of the command's name; may be 0.
    public internal(set) var nameLength = 0
    /// Where the first argument behind the name begins, -1 if there is none.
    public internal(set) var firstArgumentOffset = -1
    /// Bytes of the first argument behind the name; 0 if there is none.
    public internal(set) var firstArgumentLength = 0
    /// Where the header (`$`) of the command's name begins.
    public internal(set) var argumentsOffset = 0

    /// Whether it goes as it is to the server that has its one key, the first argument behind the
    /// name, and has as many arguments as its command wants.
    public var goesWithFirstArgument: Bool {
        guard command.hasOneKey else { return false }
        let arity = Int(command.arity)
        return arity >= 0 ? argumentCount == arity : argumentCount >= 0 &- arity
    }

    /// Where the header of the first argument behind the name begins, or the frame's end.
    var secondHeaderOffset: Int { nameOffset &+ nameLength &+ 2 }

    /// The bytes of the command's name.
    var nameRange: Range<Int> { nameOffset..<nameOffset &+ nameLength }
}

/// What `RedisRequestParser` found at the beginning of the bytes.
public enum RedisParse: Sendable, Equatable {
    /// A complete request.
    case request(RedisRequest)
    /// Bytes that ask for nothing and get no reply: an empty line or an array without elements.
    case empty(length: Int)
    /// A complete inline command; the length includes its newline. `RedisInline.encode` makes a
    /// request of it.
    case inline(length: Int)
    /// The frame has at least `needed` bytes, more than there are so far.
    case incomplete(needed: Int)
    /// No request: answer with the error's message and close the client.
    case malformed(RedisProtocolError)
}
