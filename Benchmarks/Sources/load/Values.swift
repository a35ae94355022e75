/// The value of every key, as a window into one block of random bytes.
///
/// The bytes are of all kinds (line ends and zeros too), the same in every run, so that the
/// process that filled the servers and the one that checks the replies agree.
struct Values {
    /// Bytes in a value.
    let length: Int
    /// The block, `windows` bytes longer than a value.
    let block: [UInt8]

    /// Different values; a prime, so that neighbouring keys do not share one.
    private static let windows = 65_521

    init(length: Int) {
        self.length = length
        // xorshift64 (Marsaglia 2003); any odd seed does.
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        block = (0..<length + Self.windows).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    /// Where the value of the key with this number starts in the block.
    func offset(of key: UInt32) -> Int {
        Int(UInt64(key) &* 40_503 % UInt64(Self.windows))
    }
}
