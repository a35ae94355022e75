/// Austin Appleby's MurmurHash2 (32 bits, little-endian words), seeded with 0xdeadbeef times the
/// length.
enum Murmur {
    private static let multiplier: UInt32 = 0x5bd1_e995

    static func hash(_ key: Span<UInt8>) -> UInt32 {
        let length = UInt32(truncatingIfNeeded: key.count)
        var hash = (0xdead_beef &* length) ^ length

        let tail = key.count & ~3
        for offset in stride(from: 0, to: tail, by: 4) {
            var word = key.littleEndianWord(at: offset) &* multiplier
            word ^= word >> 24
            word &*= multiplier
            hash = (hash &* multiplier) ^ word
        }

        if tail < key.count {
            for index in tail..<key.count {
                hash ^= UInt32(key[index]) << UInt32(8 * (index - tail))
            }
            hash &*= multiplier
        }

        hash ^= hash >> 13
        hash &*= multiplier
        hash ^= hash >> 15
        return hash
    }
}
