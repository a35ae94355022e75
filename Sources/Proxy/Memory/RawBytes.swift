internal import Glibc

/// Bytes that stay where they are while a function looks at them.
///
/// The checked door between raw memory and the parsers' spans: `piece` verifies its range, `span`
/// borrows.
typealias RawBytes = UnsafeRawBufferPointer

extension UnsafeRawBufferPointer {
    /// Whether both are the same bytes.
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard count > 0, let mine = baseAddress, let theirs = other.baseAddress else { return true }
        return unsafe memcmp(mine, theirs, count) == 0
    }

    /// The bytes as the parsers take them.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let start = unsafe baseAddress?.assumingMemoryBound(to: UInt8.self)
            let typed = unsafe UnsafeBufferPointer(start: start, count: count)
            return unsafe _overrideLifetime(Span(_unsafeElements: typed), borrowing: self)
        }
    }

    /// `count` bytes from `offset` on.
    @inline(__always)
    func piece(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
        precondition(offset >= 0 && count >= 0 && offset <= self.count &- count)
        guard let baseAddress else { return unsafe self }
        return unsafe UnsafeRawBufferPointer(start: baseAddress + offset, count: count)
    }

    /// The bytes of a range.
    func piece(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe piece(range.lowerBound, range.count)
    }

    /// Everything from `offset` on.
    @inline(__always)
    func dropping(_ offset: Int) -> UnsafeRawBufferPointer {
        unsafe piece(offset, count &- offset)
    }
}

extension Array where Element == UInt8 {
    /// The bytes of an ASCII text.
    init(ascii text: String) { self = Array(text.utf8) }
}
