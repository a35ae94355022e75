/// What a server sends to a subscriber: a word for its kind, then texts or a number.
///
///     *3 message <channel> <payload>        *4 pmessage <pattern> <channel> <payload>
///     *3 subscribe <channel> <count>
public struct RedisPush: Sendable {
    /// What is said.
    public enum Kind: Sendable {
        /// A message on a channel, to a pattern, on a shard channel.
        case message, patternMessage, shardMessage
        /// A subscription is in force.
        case subscribed
        /// One ended; also an answer to PING.
        case other
    }

    /// What is said.
    public let kind: Kind
    /// Where the name of the channel or pattern stands in the bytes.
    public let name: Range<Int>
    /// The word itself, for telling SUBSCRIBE's kinds apart.
    public let word: Range<Int>

    /// Reads a complete array reply; nil if it is none of these.
    public init?(_ reply: Span<UInt8>) {
        guard reply.count > 0, reply[0] == UInt8(ascii: "*") || reply[0] == UInt8(ascii: ">"),
            let headerEnd = Self.lineEnd(reply, from: 0),
            let word = Self.bulk(reply, at: headerEnd)
        else { return nil }
        self.word = word
        switch RedisName(reply, at: word.lowerBound, length: min(word.count, RedisName.maxLength)) {
        case "message": kind = .message
        case "pmessage": kind = .patternMessage
        case "smessage": kind = .shardMessage
        case "subscribe", "psubscribe", "ssubscribe": kind = .subscribed
        default: kind = .other
        }
        name = Self.bulk(reply, at: word.upperBound + 2) ?? 0..<0
    }

    /// The body of the bulk at `offset`; nil if there is none.
    private static func bulk(_ bytes: Span<UInt8>, at offset: Int) -> Range<Int>? {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "$"),
            let end = lineEnd(bytes, from: offset),
            let length = ByteScanner.integer(in: bytes, offset + 1..<end - 2),
            length >= 0, length <= bytes.count - end - 2
        else { return nil }
        return end..<end + length
    }

    /// The offset behind the line's CRLF.
    private static func lineEnd(_ bytes: Span<UInt8>, from offset: Int) -> Int? {
        ByteScanner.offset(of: ByteScanner.lineFeed, in: bytes, offset..<bytes.count).map { $0 + 1 }
    }
}
