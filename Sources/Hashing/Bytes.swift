// How the C originals read their keys, said once.

extension UInt8 {
    /// The byte as a 32-bit word through x86's signed `char`: from 0x80 up it becomes 0xffffff80
    /// up.
    ///
    /// twemproxy's placement of such keys depends on it, so it holds on every machine here.
    var signExtended: UInt32 {
        UInt32(truncatingIfNeeded: Int8(bitPattern: self))
    }
}

extension Span where Element == UInt8 {
    /// The two bytes at `offset`, least significant first; they must be inside the span.
    func littleEndianHalf(at offset: Int) -> UInt32 {
        UInt32(self[offset]) | UInt32(self[offset + 1]) << 8
    }

    /// The four bytes at `offset`, least significant first; they must be inside the span.
    func littleEndianWord(at offset: Int) -> UInt32 {
        littleEndianHalf(at: offset) | littleEndianHalf(at: offset + 2) << 16
    }
}

extension UInt32 {
    /// The word turned left by `count` bits, 1...31.
    func rotatedLeft(by count: UInt32) -> UInt32 {
        (self &<< count) | (self &>> (32 &- count))
    }
}
