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
    /// A meta command's key in base64 that is none.
    case badBase64
    /// A meta command's `q` or `b` flag twice.
    case duplicateFlag
    /// More flags than a `ms` may have.
    case tooManyFlags
    /// A command for one server's administrator.
    case administrative
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
        case .badBase64: Self.badBase64Reply
        case .duplicateFlag: Self.duplicateFlagReply
        case .tooManyFlags: Self.tooManyFlagsReply
        case .administrative: Self.administrativeReply
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
    private static let badBase64Reply = MemcachedReply.clientError("error decoding key")
    private static let duplicateFlagReply = MemcachedReply.clientError("duplicate flag")
    private static let tooManyFlagsReply = MemcachedReply.clientError("options flags too long")
    private static let administrativeReply = MemcachedReply.clientError(
        "this command is for one server, not for a proxy")
    private static let lineTooLongReply = MemcachedReply.clientError("line too long")
}
