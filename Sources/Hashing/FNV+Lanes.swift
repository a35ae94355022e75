internal import CLanes

/// The hash of several keys at once, in as many lanes of a vector.
///
/// Each step of a hash waits four cycles for the one before it, but those of several keys do not
/// depend on each other. Eight keys of 40 bytes take 50 instructions each instead of 150.
extension FNV {
    /// How many keys are hashed at once.
    static let lanes = CLANES

    /// Whether the processor has the instructions for it.
    static let hasLanes = clanes_are_fast()

    /// `fnv64a` of one to eight keys.
    ///
    /// - Returns: the shortest key's length.
    /// - Precondition: the keys are within the bytes.
    @inline(__always)
    static func fnv64a(
        _ keys: Span<KeyRange>, in bytes: Span<UInt8>, into hashes: inout [8 of UInt32]
    ) -> Int {
        precondition(keys.count > 0 && keys.count <= lanes)
        for index in keys.indices {
            precondition(keys[index].length <= bytes.count &- keys[index].offset)
        }
        var span = hashes.mutableSpan
        return unsafe span.withUnsafeMutableBufferPointer { hashes in
            unsafe keys.withUnsafeBytes { ranges in
                unsafe bytes.withUnsafeBufferPointer { bytes in
                    unsafe clanes_fnv1a(
                        bytes.baseAddress, ranges.assumingMemoryBound(to: Int.self).baseAddress,
                        keys.count, UInt32(truncatingIfNeeded: basis64),
                        UInt32(truncatingIfNeeded: prime64), hashes.baseAddress)
                }
            }
        }
    }
}
