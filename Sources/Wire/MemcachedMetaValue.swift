/// The first line of a meta reply with a value: `VA <length> <flag>*`. The data follow, and are the
/// reply's end.
struct MemcachedMetaValue {
    /// `VA `, with its one space.
    private static let prefixLength = 3

    /// Bytes of the line, CRLF included.
    let lineLength: Int

    /// Bytes of the data with their CRLF.
    let dataLength: Int

    /// Reads the line `bytes[start..<end]`, which CRLF follows; nil if it is none such.
    init?(at start: Int, to end: Int, in bytes: Span<UInt8>) {
        guard end - start > Self.prefixLength, bytes[start] == UInt8(ascii: "V"),
            bytes[start + 1] == UInt8(ascii: "A"), bytes[start + 2] == UInt8(ascii: " "),
            end - start < MemcachedLimits.serverLineLength
        else { return nil }
        var line = MemcachedLineCursor(at: start + Self.prefixLength)
        let countable = UInt64(MemcachedLimits.countableValueLength)
        guard let length = line.next(in: bytes).number(in: bytes, upTo: countable) else {
            return nil
        }
        lineLength = end + 2 - start
        dataLength = Int(length) + 2
    }
}
