/// Walks over the keys of a request, in the order of its line.
public struct MemcachedKeys: Sendable {
    private var position: Int
    private var remaining: Int

    /// Starts at the request's first key.
    public init(_ request: MemcachedRequest) {
        position = request.keyOffset
        remaining = request.keyCount
    }

    /// The next key's offset and length in `bytes`, which start at the request's first byte; nil
    /// after the last.
    public mutating func next(in bytes: Span<UInt8>) -> (offset: Int, length: Int)? {
        guard remaining > 0 else { return nil }
        remaining &-= 1
        while bytes[position] == UInt8(ascii: " ") {
            position &+= 1
        }
        let start = position
        // The parser took the line: it ends in a newline, and no key holds a control character.
        let end = ByteScanner.printableEnd(from: start, in: bytes)
        position = end
        return (start, end &- start)
    }
}
