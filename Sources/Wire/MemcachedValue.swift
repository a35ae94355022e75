/// A VALUE block of a retrieval's reply:
///
///     0 .... keyOffset ====== ................. lineLength ........... length
///      VALUE        key       flags length [cas]           data, CRLF
///
/// Offsets count from the same place as those given to the function that found it.
struct MemcachedValue: Sendable {
    /// `VALUE `, with its one space.
    static let prefixLength = 6

    /// Where the key is.
    let keyOffset: Int

    /// Bytes of the key.
    let keyLength: Int

    /// Bytes of the first line, CRLF included.
    let lineLength: Int

    /// Bytes of the data with its CRLF.
    let dataLength: Int

    /// Bytes of the whole block.
    var length: Int { lineLength + dataLength }

    /// Bytes of a VALUE line: a key, three numbers and spaces need some 300.
    static let lineLimit = 2048

    /// Reads the line that starts at the offset; nil if it is no VALUE line, or is not whole.
    init?(at start: Int, in bytes: Span<UInt8>) {
        if let plain = Self(plainAt: start, in: bytes) {
            self = plain
        } else {
            self.init(carefullyAt: start, in: bytes)
        }
    }

    /// The usual line: one space between the words, short numbers, no unique number, and behind it
    /// enough bytes to load eight at once. Takes a third of the instructions.
    @inline(__always)
    private init?(plainAt start: Int, in bytes: Span<UInt8>) {
        guard let word = ByteScanner.word(at: start, in: bytes) else { return nil }
        // "VALUE ".
        guard word & 0xFFFF_FFFF_FFFF == 0x2045_554C_4156 else { return nil }
        let keyStart = start &+ Self.prefixLength
        let keyEnd = ByteScanner.printableEnd(from: keyStart, in: bytes)
        guard keyEnd > keyStart, keyEnd < bytes.count, bytes[keyEnd] == UInt8(ascii: " ") else {
            return nil
        }
        let flags = ByteScanner.shortNumber(at: keyEnd &+ 1, in: bytes)
        guard flags.end > 0, bytes[flags.end] == UInt8(ascii: " ") else { return nil }
        let data = ByteScanner.shortNumber(at: flags.end &+ 1, in: bytes)
        guard data.end > 0, data.end < bytes.count &- 1,
            ByteScanner.isLineEnd(at: data.end, in: bytes)
        else { return nil }
        keyOffset = keyStart
        keyLength = keyEnd &- keyStart
        lineLength = data.end &+ 2 &- start
        dataLength = data.value &+ 2
        guard lineLength <= Self.lineLimit else { return nil }
    }

    /// A line of any shape.
    @inline(never)
    private init?(carefullyAt start: Int, in bytes: Span<UInt8>) {
        guard Self.hasPrefix(bytes, at: start) else { return nil }
        var line = MemcachedLineCursor(at: start + Self.prefixLength)
        let key = line.next(in: bytes)
        let flags = line.next(in: bytes)
        let data = line.next(in: bytes)
        let end = data.end
        guard key.length > 0, flags.number(in: bytes, upTo: .max) != nil,
            let dataLength = data.number(
                in: bytes, upTo: UInt64(MemcachedLimits.countableValueLength)),
            let lineEnd = Self.lineEnd(&line, after: end, in: bytes),
            !line.hasControl, lineEnd - start <= Self.lineLimit
        else { return nil }
        keyOffset = key.start
        keyLength = key.length
        lineLength = lineEnd - start
        self.dataLength = Int(dataLength) + 2
    }

    /// Where the line ends, CRLF included: at once, or after the unique number that `gets` asks
    /// for.
    private static func lineEnd(
        _ line: inout MemcachedLineCursor, after end: Int, in bytes: Span<UInt8>
    ) -> Int? {
        guard end < bytes.count else { return nil }
        if bytes[end] == UInt8(ascii: " ") {
            let unique = line.next(in: bytes)
            guard unique.length == 0 || unique.number(in: bytes, upTo: .max) != nil else {
                return nil
            }
        }
        let position = line.position
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\r"),
            bytes[position + 1] == UInt8(ascii: "\n")
        else { return nil }
        return position + 2
    }

    /// Whether `VALUE ` stands at the offset.
    static func hasPrefix(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard bytes.count - start >= prefixLength else { return false }
        return bytes[start] == UInt8(ascii: "V") && bytes[start + 1] == UInt8(ascii: "A")
            && bytes[start + 2] == UInt8(ascii: "L") && bytes[start + 3] == UInt8(ascii: "U")
            && bytes[start + 4] == UInt8(ascii: "E") && bytes[start + 5] == UInt8(ascii: " ")
    }
}
