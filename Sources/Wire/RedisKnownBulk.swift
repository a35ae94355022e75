/// A bulk's header that was read, and what it means: one that is the same is compared, not read,
/// which takes a third of the instructions.
struct RedisKnownBulk: BitwiseCopyable {
    /// The header's bytes and zeros.
    private var header: UInt64 = 1
    /// Ones for the header's bytes.
    private var mask: UInt64 = 0
    /// Where the reply's last eight bytes begin.
    private var lastOffset: UInt32 = 0

    /// Bytes of the reply.
    var length: Int { Int(lastOffset) &+ 8 }

    /// None.
    init() {}

    /// - Parameter word: the reply's first eight bytes; of a header that is longer nothing is
    ///   known.
    @inline(__always)
    init(_ word: UInt64, headerLength: Int, length: Int) {
        guard headerLength <= 8, length >= 8, length &- 8 <= UInt32.max else { return }
        mask = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- headerLength &* 8)
        header = word & mask
        lastOffset = UInt32(truncatingIfNeeded: length &- 8)
    }

    /// Whether the bytes begin with such a reply and have all of it.
    @inline(__always)
    func matches(_ bytes: Span<UInt8>) -> Bool {
        guard let word = ByteScanner.word(at: 0, in: bytes), word & mask == header,
            let end = ByteScanner.word(at: Int(lastOffset), in: bytes)
        else { return false }
        return UInt16(truncatingIfNeeded: end &>> 48) == ByteScanner.lineEnd
    }
}
