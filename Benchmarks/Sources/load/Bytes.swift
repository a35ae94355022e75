import Glibc

// The two raw operations of the hot path, each behind its check of bounds.

extension Span<UInt8> {
    /// Whether the `count` bytes from `start` are those of `other` from `otherStart`.
    func matches(at start: Int, count: Int, _ other: [UInt8], at otherStart: Int) -> Bool {
        precondition(start >= 0 && count >= 0 && start + count <= self.count)
        precondition(otherStart >= 0 && otherStart + count <= other.count)
        return unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { theirs in
                guard count > 0, let a = mine.baseAddress, let b = theirs.baseAddress else {
                    return count == 0
                }
                return unsafe memcmp(a + start, b + otherStart, count) == 0
            }
        }
    }
}

extension [UInt8] {
    /// Overwrites the `count` bytes at `start` with those of `source` from `sourceStart`.
    mutating func overwrite(at start: Int, count: Int, with source: [UInt8], from sourceStart: Int)
    {
        precondition(start >= 0 && count >= 0 && start + count <= self.count)
        precondition(sourceStart >= 0 && sourceStart + count <= source.count)
        unsafe withUnsafeMutableBytes { mine in
            unsafe source.withUnsafeBytes { theirs in
                guard count > 0, let to = mine.baseAddress, let from = theirs.baseAddress else {
                    return
                }
                _ = unsafe memcpy(to + start, from + sourceStart, count)
            }
        }
    }
}
