/// Where a key stands among the bytes that were read.
public struct KeyRange: Sendable, BitwiseCopyable {
    /// Of its first byte.
    public let offset: Int
    /// Bytes of the key; may be 0.
    public let length: Int

    /// - Precondition: both are 0 or more.
    @inline(__always)
    public init(offset: Int, length: Int) {
        precondition(offset | length >= 0)
        self.offset = offset
        self.length = length
    }
}
