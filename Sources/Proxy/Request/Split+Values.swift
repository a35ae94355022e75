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
        var asked = Int(fragments[fragment].nextKey)
        guard offset < end else { return false }
        while unsafe !Self.stands(key, at: offset &+ 1, in: line) {
            offset = unsafe Self.wordEnd(from: offset + 1, in: line)
            asked &+= 1
            guard offset < end else { return false }
        }
        replyLengths[asked] = UInt32(truncatingIfNeeded: length)
        fragments[fragment].nextKey = Int32(truncatingIfNeeded: asked &+ 1)
        fragments[fragment].askedOffset = offset &+ 1 &+ key.count
        return true
    }

    /// Notes the VALUEs at the front of new bytes of a fragment's reply, as long as they have come
    /// whole, in their usual form, and for keys that were asked for. A fifth of what `find` takes
    /// together with the scanner: each key's length is known, so that neither the line nor the reply
    /// is searched for its end.
    ///
    /// - Returns: bytes of these VALUEs. What follows is for the scanner to tell.
    func findPlain(in bytes: RawBytes, _ fragment: Int, line: RawBytes) -> Int {
        let keyLengths = keyLengths
        var replyLengths = replyLengths
        var next = fragments[fragment].nextKey
        let end = fragments[fragment].endOfKeys
        // The space before the key.
        var offset = fragments[fragment].askedOffset
        var passed = 0
        while next < end {
            let asked = Int(next)
            let keyLength = Int(keyLengths[asked]) &- 1
            let begin = passed &+ MemcachedReplyScanner.keyOffset
            // There must be a space behind it, at least.
            guard begin &+ keyLength < bytes.count else { break }
            next &+= 1
            if unsafe bytes.piece(begin, keyLength).isSame(as: line.piece(offset &+ 1, keyLength)) {
                let length = unsafe MemcachedReplyScanner.plainValue(
                    at: passed, keyLength: keyLength, in: bytes.span)
                guard length > 0 else { break }
                replyLengths[asked] = UInt32(truncatingIfNeeded: length)
                passed &+= length
                offset &+= keyLength &+ 1
                fragments[fragment].nextKey = next
                fragments[fragment].askedOffset = offset
            } else if unsafe bytes[passed] != UInt8(ascii: "V") {
                break
            } else {
                offset &+= keyLength &+ 1
            }
        }
        return passed
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
}
