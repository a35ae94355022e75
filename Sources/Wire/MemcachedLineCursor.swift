/// Walks over the words of one line: spaces part them, CRLF or LF alone ends the line.
///
/// memcached takes a LF alone, but a key with one in it that an application did not check would be
/// a key and a second command, so the parser refuses such a line; the cursor only tells.
///
/// Every other control character is a byte of its word and is remembered, because memcached ends
/// the line at a NUL, takes a bare CR for part of a key, and a tab for the end of a number.
struct MemcachedLineCursor {
    /// The next byte to look at.
    private(set) var position: Int

    /// A word held a control character.
    private(set) var hasControl = false

    /// Starts at an offset into the bytes.
    init(at position: Int = 0) {
        self.position = position
    }

    /// The next word; of length 0 if the line is over or the bytes have run out.
    mutating func next(in bytes: Span<UInt8>) -> MemcachedToken {
        let count = bytes.count
        var index = position
        while index < count, bytes[index] == UInt8(ascii: " ") {
            index &+= 1
        }
        let start = index
        while true {
            // Most bytes are plain ones, and are stepped over by the word.
            index = ByteScanner.printableEnd(from: index, in: bytes)
            guard index < count, !Self.endsWord(bytes[index], at: index, in: bytes) else { break }
            hasControl = true
            index &+= 1
        }
        position = index
        return MemcachedToken(start: start, end: index)
    }

    /// Bytes of the line with its newline, once `next` has found no further word; nil if the
    /// newline is not there yet.
    func lineLength(in bytes: Span<UInt8>) -> Int? {
        guard position < bytes.count else { return nil }
        return position + (bytes[position] == UInt8(ascii: "\r") ? 2 : 1)
    }

    /// Whether the line ends in a LF without CR, once `lineLength` has found the end.
    func endsBare(in bytes: Span<UInt8>) -> Bool { bytes[position] == UInt8(ascii: "\n") }

    private static func endsWord(_ byte: UInt8, at index: Int, in bytes: Span<UInt8>) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"): true
        case UInt8(ascii: "\r"):
            index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
        default: false
        }
    }
}
