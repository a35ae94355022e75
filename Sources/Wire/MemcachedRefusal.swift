/// Why a request is not taken, in memcached's own words.
public enum MemcachedRefusal: Sendable, Equatable, CaseIterable {
    /// No such command, or the wrong number of words for it.
    case error
    /// A key, flags, length or unique number that is none, or a control character in the line.
    case badCommandLine
    /// A `delete` with a second word that is neither `0` nor `noreply`.
    case badDelete
    /// A time that is no number of 32 bits.
    case invalidExptime
    /// An amount of `incr` or `decr` that is no number of 64 bits.
    case invalidDelta
    /// The data block does not end where the line said.
    case badDataChunk
    /// The data block is longer than the limit.
    case tooLarge
    /// The line asks for more keys than the limit.
    case tooManyKeys
    /// The line is longer than the limit. memcached closes without a word here.
    case lineTooLong

    /// The line to answer with, CRLF included.
    public var reply: [UInt8] {
        switch self {
        case .error: MemcachedReply.error
        case .badCommandLine: Self.badCommandLineReply
        case .badDelete: Self.badDeleteReply
        case .invalidExptime: Self.invalidExptimeReply
        case .invalidDelta: Self.invalidDeltaReply
        case .badDataChunk: Self.badDataChunkReply
        case .tooLarge: Self.tooLargeReply
        case .tooManyKeys: Self.tooManyKeysReply
        case .lineTooLong: Self.lineTooLongReply
        }
    }

    private static let badCommandLineReply = MemcachedReply.clientError("bad command line format")
    private static let badDeleteReply = MemcachedReply.clientError(
        "bad command line format.  Usage: delete <key> [noreply]")
    private static let invalidExptimeReply = MemcachedReply.clientError("invalid exptime argument")
    private static let invalidDeltaReply = MemcachedReply.clientError(
        "invalid numeric delta argument")
    private static let badDataChunkReply = MemcachedReply.clientError("bad data chunk")
    private static let tooLargeReply = MemcachedReply.serverError("object too large for cache")
    private static let tooManyKeysReply = MemcachedReply.clientError("too many keys")
    private static let lineTooLongReply = MemcachedReply.clientError("line too long")
}
