/// The two bytes that mark the part of a key to hash, so that related keys share a server.
///
/// With the tag `{}` the keys `user:{1000}:ids` and `user:{1000}:name` are both placed by `1000`.
public struct HashTag: Sendable, Equatable {
    /// The byte before the hashed part.
    public let open: UInt8
    /// The byte after the hashed part; may equal `open`.
    public let close: UInt8

    /// Nil unless `text` has exactly two bytes.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 2 else { return nil }
        open = bytes[0]
        close = bytes[1]
    }

    /// Where the hashed part of `key` is: between the first `open` and the first `close` after it.
    ///
    /// The whole key if either is missing or nothing is between them; later pairs are not tried.
    /// This is twemproxy's rule.
    public func hashedRange(of key: Span<UInt8>) -> Range<Int> {
        guard
            let opening = firstOffset(of: open, in: key, from: 0),
            let closing = firstOffset(of: close, in: key, from: opening + 1),
            closing > opening + 1
        else { return 0..<key.count }
        return opening + 1..<closing
    }

    private func firstOffset(of byte: UInt8, in key: Span<UInt8>, from start: Int) -> Int? {
        for offset in start..<key.count where key[offset] == byte {
            return offset
        }
        return nil
    }
}
