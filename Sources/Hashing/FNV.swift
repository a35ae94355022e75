/// The Fowler-Noll-Vo hashes as twemproxy has them, reading bytes as signed.
///
/// FNV-1 multiplies before it mixes a byte in, FNV-1a after.
enum FNV {
    private static let basis32: UInt32 = 0x811c_9dc5
    private static let prime32: UInt32 = 0x0100_0193
    static let basis64: UInt64 = 0xcbf2_9ce4_8422_2325
    static let prime64: UInt64 = 0x0100_0000_01b3

    static func fnv32(_ key: Span<UInt8>) -> UInt32 {
        var hash = basis32
        for index in key.indices {
            hash &*= prime32
            hash ^= key[index].signExtended
        }
        return hash
    }

    static func fnv32a(_ key: Span<UInt8>) -> UInt32 {
        var hash = basis32
        for index in key.indices {
            hash ^= key[index].signExtended
            hash &*= prime32
        }
        return hash
    }

    /// FNV-1 in 64 bits, cut to the low half, which never depends on the high half: 32 bits
    /// suffice.
    static func fnv64(_ key: Span<UInt8>) -> UInt32 {
        var hash = UInt32(truncatingIfNeeded: basis64)
        for index in key.indices {
            hash &*= UInt32(truncatingIfNeeded: prime64)
            hash ^= key[index].signExtended
        }
        return hash
    }

    /// FNV-1a with the constants cut to 32 bits, which is the low half of the 64-bit FNV-1a.
    ///
    /// Short keys that differ in their last byte only come out close together, so they share a
    /// ketama point more often than chance has it.
    @inline(__always)
    static func fnv64a(_ key: Span<UInt8>) -> UInt32 {
        var hash = UInt32(truncatingIfNeeded: basis64)
        for index in key.indices { hash = mix(hash, key[index]) }
        return hash
    }

    @inline(__always)
    private static func mix(_ hash: UInt32, _ byte: UInt8) -> UInt32 {
        (hash ^ byte.signExtended) &* UInt32(truncatingIfNeeded: prime64)
    }
}
