/// Reading complete replies, as merging the parts of a split request needs it.
public enum RedisReply {
    /// Bytes of the longest header of a bulk, CRLF included: marker and 18 digits.
    public static let longestHeader = 21

    /// Bytes of the bulk or null whose header the bytes begin with; its body may reach beyond them.
    /// 0 if they begin with anything else, or with a part of a header.
    ///
    /// For replies that a scanner has seen: nothing but the header is looked at.
    @inline(__always)
    public static func bulkLength(in bytes: Span<UInt8>) -> Int {
        guard let word = ByteScanner.word(at: 0, in: bytes),
            UInt8(truncatingIfNeeded: word) == UInt8(ascii: "$")
        else { return shortBulkLength(in: bytes) }
        let header = ByteScanner.decimalLine(
            at: 1, lessZeros: word &>> 8 &- ByteScanner.zeros, in: bytes)
        guard header.end > 0 else { return shortBulkLength(in: bytes) }
        return header.end &+ header.value &+ 2
    }

    /// The same for a null, and where there are few bytes.
    @inline(never)
    private static func shortBulkLength(in bytes: Span<UInt8>) -> Int {
        guard bytes.count > 2 else { return 0 }
        guard bytes[0] == UInt8(ascii: "$") else {
            return bytes[0] == UInt8(ascii: "_") && ByteScanner.isLineEnd(at: 1, in: bytes) ? 3 : 0
        }
        let header = ByteScanner.decimalLine(at: 1, in: bytes)
        if header.end > 0 { return header.end &+ header.value &+ 2 }
        guard bytes.count > 4, bytes[1] == UInt8(ascii: "-"), bytes[2] == UInt8(ascii: "1"),
            ByteScanner.isLineEnd(at: 3, in: bytes)
        else { return 0 }
        return 5
    }

    /// Bytes of the complete reply that begins at `offset`; nil if it is incomplete or no reply.
    public static func elementLength(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        guard offset < bytes.count else { return nil }
        var scanner = RedisReplyScanner(allowsRESP3: true)
        let scan = scanner.scan(bytes.extracting(offset..<bytes.count))
        return scan.state == .complete ? scan.consumed : nil
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
