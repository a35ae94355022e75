/// Paul Hsieh's SuperFastHash, seeded with 0 instead of the length as twemproxy does.
///
/// Only the last byte of a key with three left over is read as signed.
enum Hsieh {
    static func hash(_ key: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0
        let tail = key.count & ~3
        for offset in stride(from: 0, to: tail, by: 4) {
            hash &+= key.littleEndianHalf(at: offset)
            hash = (hash << 16) ^ (key.littleEndianHalf(at: offset + 2) << 11) ^ hash
            hash &+= hash >> 11
        }
        mixTail(of: key, from: tail, into: &hash)
        return avalanche(hash)
    }

    private static func mixTail(of key: Span<UInt8>, from tail: Int, into hash: inout UInt32) {
        switch key.count - tail {
        case 3:
            hash &+= key.littleEndianHalf(at: tail)
            hash ^= hash << 16
            hash ^= key[tail + 2].signExtended << 18
            hash &+= hash >> 11
        case 2:
            hash &+= key.littleEndianHalf(at: tail)
            hash ^= hash << 11
            hash &+= hash >> 17
        case 1:
            hash &+= UInt32(key[tail])
            hash ^= hash << 10
            hash &+= hash >> 1
        default:
            break
        }
    }

    /// Lets every bit of the last bytes reach every bit of the result.
    private static func avalanche(_ mixed: UInt32) -> UInt32 {
        var hash = mixed
        hash ^= hash << 3
        hash &+= hash >> 5
        hash ^= hash << 4
        hash &+= hash >> 17
        hash ^= hash << 25
        hash &+= hash >> 6
        return hash
    }
}
