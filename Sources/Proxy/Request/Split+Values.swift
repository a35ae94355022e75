internal import Glibc
internal import Wire

/// memcached's VALUEs, each found to belong to a key while the reply streams by.
extension Split {
    /// Notes a VALUE in a fragment's reply, for the next key of that name.
    ///
    /// VALUEs come in the order in which their keys were asked for, and keys without one are passed
    /// over for good, so that a whole reply takes one walk along the line.
    ///
    /// - Parameters:
    ///   - key: the VALUE's key.
    ///   - length: bytes of the VALUE with its data.
    ///   - line: the fragment's request.
    /// - Returns: false if the key was not asked for, or out of order.
    func find(_ key: RawBytes, length: Int, in fragment: Int, line: RawBytes) -> Bool {
        let end = line.count - 2
        var offset = fragments[fragment].askedOffset
        var place = fragments[fragment].nextValue
        guard offset < end else { return false }
        while unsafe !Self.stands(key, at: offset &+ 1, in: line) {
            offset = unsafe Self.wordEnd(from: offset + 1, in: line)
            place += 1
            guard offset < end else { return false }
        }
        valueLengths[place] = UInt32(truncatingIfNeeded: length)
        fragments[fragment].nextValue = place &+ 1
        fragments[fragment].askedOffset = offset &+ 1 &+ key.count
        return true
    }

    /// Whether the word at the offset is this key: a space follows, or the line's CRLF.
    @inline(__always)
    private static func stands(_ key: RawBytes, at offset: Int, in line: RawBytes) -> Bool {
        let end = offset &+ key.count
        guard end <= line.count &- 2, unsafe line[end] <= UInt8(ascii: " ") else { return false }
        return unsafe line.piece(offset, key.count).isSame(as: key)
    }

    private static func wordEnd(from offset: Int, in line: RawBytes) -> Int {
        let rest = unsafe line.piece(offset, line.count - 2 - offset)
        guard let space = unsafe memchr(rest.start, Int32(UInt8(ascii: " ")), rest.count) else {
            return line.count - 2
        }
        return unsafe offset + (UnsafeRawPointer(space) - rest.start)
    }

    /// Before the merge: each fragment's keys from the first one on.
    func rewindValues() {
        var place = 0
        for index in 0..<fragments.count {
            fragments[index].nextValue = place
            place += fragments[index].keyCount
        }
    }
}
