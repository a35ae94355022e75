/// Reading complete replies, as merging the parts of a split request needs it.
public enum RedisReply {
    /// Bytes of the complete reply that begins at `offset`; nil if it is incomplete or no reply.
    public static func elementLength(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        guard offset < bytes.count else { return nil }
        if bytes[offset] == UInt8(ascii: "$"), let length = bulkLength(at: offset, in: bytes) {
            return length
        }
        if let length = nullLength(at: offset, in: bytes) { return length }
        var scanner = RedisReplyScanner(allowsRESP3: true)
        let scan = scanner.scan(bytes.extracting(offset..<bytes.count))
        return scan.state == .complete ? scan.consumed : nil
    }

    /// RESP3's null, an MGET's miss.
    private static func nullLength(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        guard bytes[offset] == UInt8(ascii: "_"), bytes.count - offset > 2 else { return nil }
        return ByteScanner.isLineEnd(at: offset + 1, in: bytes) ? 3 : nil
    }

    /// What MGET's values are made of; spares them the scanner's stack.
    private static func bulkLength(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        let header = ByteScanner.decimalLine(at: offset &+ 1, in: bytes)
        guard header.end > 0 else { return nil }
        guard header.value <= bytes.count &- header.end &- 2 else { return nil }
        let end = header.end &+ header.value
        return ByteScanner.isLineEnd(at: end, in: bytes) ? end &+ 2 &- offset : nil
    }

    /// Elements of the array that the bytes begin with, and where its first one stands; nil if it
    /// is no array that has elements or could have (`*-1` is none).
    public static func arrayHeader(in bytes: Span<UInt8>) -> (count: Int, headerLength: Int)? {
        guard bytes.count > 0, bytes[0] == UInt8(ascii: "*") else { return nil }
        let header = ByteScanner.decimalLine(at: 1, in: bytes)
        return header.end > 0 ? (header.value, header.end) : nil
    }

    /// The number that the integer reply in `bytes` says; nil if they are anything else than one
    /// such reply.
    public static func integer(in bytes: Span<UInt8>) -> Int? {
        guard bytes.count > 3, bytes[0] == UInt8(ascii: ":") else { return nil }
        guard ByteScanner.isLineEnd(at: bytes.count - 2, in: bytes) else { return nil }
        return ByteScanner.integer(in: bytes, 1..<bytes.count - 2)
    }

    /// Whether the reply is an error.
    public static func isError(in bytes: Span<UInt8>) -> Bool {
        bytes.count > 0 && (bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "!"))
    }
}
