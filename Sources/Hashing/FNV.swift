/// The Fowler-Noll-Vo hashes as twemproxy has them, reading bytes as signed.
///
/// FNV-1 multiplies before it mixes a byte in, FNV-1a after.
enum FNV {
    private static let basis32: UInt32 = 0x811c_9dc5
    private static let prime32: UInt32 = 0x0100_0193
    private static let basis64: UInt64 = 0xcbf2_9ce4_8422_2325
    private static let prime64: UInt64 = 0x0100_0000_01b3

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

    /// The same of two keys at once. Each step of a hash waits four cycles for the one before it, so
    /// that the second key's come nearly for free.
    @inline(__always)
    static func fnv64a(_ first: Span<UInt8>, _ second: Span<UInt8>) -> (UInt32, UInt32) {
        var hashes = (UInt32(truncatingIfNeeded: basis64), UInt32(truncatingIfNeeded: basis64))
        var index = 0
        while index <= min(first.count, second.count) &- 8 {
            let firstEight = first.extracting(index..<index &+ 8)
            let secondEight = second.extracting(index..<index &+ 8)
            for step in 0..<8 {
                hashes.0 = mix(hashes.0, firstEight[step])
                hashes.1 = mix(hashes.1, secondEight[step])
            }
            index &+= 8
        }
        for rest in index..<first.count { hashes.0 = mix(hashes.0, first[rest]) }
        for rest in index..<second.count { hashes.1 = mix(hashes.1, second[rest]) }
        return hashes
    }

    @inline(__always)
    private static func mix(_ hash: UInt32, _ byte: UInt8) -> UInt32 {
        (hash ^ byte.signExtended) &* UInt32(truncatingIfNeeded: prime64)
    }
}
