/// Why bytes of a client are no Redis request. The client gets the text and is then closed, as
/// Redis does.
public enum RedisProtocolError: Error, Sendable, Equatable {
    /// The number behind `*` is no number, too large, or not followed by CRLF.
    case invalidMultibulkLength
    /// The number behind `$` is no number, negative, too large, or not followed by CRLF.
    case invalidBulkLength
    /// An argument's header must begin with `$`, and this byte stood there.
    case expectedBulk(got: UInt8)
    /// An argument is not followed by CRLF. Redis skips these two bytes unseen; we would then
    /// disagree with stricter servers about where the next request begins.
    case missingLineEnd
    /// A `*` header line without an end.
    case multibulkHeaderTooLong
    /// A `$` header line without an end.
    case bulkHeaderTooLong
    /// An inline command without an end.
    case inlineTooLong
    /// Quotes in an inline command do not pair up.
    case unbalancedQuotes
    /// The request as a whole exceeds `RedisLimits.maxRequestLength`.
    case requestTooLarge
    /// A `POST` or `Host:` line: a browser was talked into speaking to this port. Redis hangs up
    /// without a word.
    case crossProtocol

    /// The complete error reply in Redis' own words; empty where Redis closes without one.
    public var message: [UInt8] {
        switch self {
        case .invalidMultibulkLength: reply("invalid multibulk length")
        case .invalidBulkLength: reply("invalid bulk length")
        case .expectedBulk(let byte): expectedBulkReply(got: byte)
        case .missingLineEnd: reply("expected CRLF after bulk")
        case .multibulkHeaderTooLong: reply("too big mbulk count string")
        case .bulkHeaderTooLong: reply("too big bulk count string")
        case .inlineTooLong: reply("too big inline request")
        case .unbalancedQuotes: reply("unbalanced quotes in request")
        case .requestTooLarge: reply("too big request")
        case .crossProtocol: []
        }
    }

    private func reply(_ text: String) -> [UInt8] {
        RedisReply.error("ERR Protocol error: " + text)
    }

    /// Built from bytes: the offending one need not be valid UTF-8.
    private func expectedBulkReply(got byte: UInt8) -> [UInt8] {
        RedisReply.error(
            utf8: Array("ERR Protocol error: expected '$', got '".utf8) + [byte, UInt8(ascii: "'")])
    }
}
