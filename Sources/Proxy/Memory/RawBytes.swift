internal import Glibc

/// Bytes that stay where they are while a function looks at them.
///
/// The checked door between raw memory and the parsers' spans: `piece` verifies its range, `span`
/// borrows.
///
/// The standard library's `UnsafeRawBufferPointer` may have no address, which each piece, count and
/// span of it asks again: 45 instructions of a GET. This one always has, also for no bytes.
@unsafe struct RawBytes: BitwiseCopyable {
    let start: UnsafeRawPointer
    @safe let count: Int

    /// - Precondition: count ≥ 0.
    @inline(__always)
    init(start: UnsafeRawPointer, count: Int) {
        assert(count >= 0)
        unsafe self.start = unsafe start
        self.count = count
    }

    /// - Precondition: the bytes have an address.
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.init(start: bytes.baseAddress.unsafelyUnwrapped, count: bytes.count)
    }

    /// The first `count` bytes of a buffer.
    @inline(__always)
    init(_ count: Int, of buffer: UnsafeMutableRawBufferPointer) {
        precondition(count >= 0 && count <= buffer.count)
        unsafe self.init(start: buffer.baseAddress.unsafelyUnwrapped, count: count)
    }

    /// A text's bytes.
    init(_ text: StaticString) {
        unsafe self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// No bytes.
    static var none: RawBytes { unsafe RawBytes("") }

    /// The same for what takes the standard library's type.
    @inline(__always)
    var buffer: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The bytes as the parsers take them.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let typed = unsafe UnsafeBufferPointer(
                start: start.assumingMemoryBound(to: UInt8.self), count: count)
            return unsafe _overrideLifetime(Span(_unsafeElements: typed), borrowing: self)
        }
    }

    /// `count` bytes from `offset` on.
    @inline(__always)
    func piece(_ offset: Int, _ count: Int) -> RawBytes {
        precondition(offset >= 0 && count >= 0 && offset <= self.count &- count)
        return unsafe RawBytes(start: start + offset, count: count)
    }

    /// The bytes of a range.
    func piece(_ range: Range<Int>) -> RawBytes {
        unsafe piece(range.lowerBound, range.count)
    }

    /// Everything from `offset` on.
    @inline(__always)
    func dropping(_ offset: Int) -> RawBytes {
        unsafe piece(offset, count &- offset)
    }

    /// Whether both are the same bytes.
    func isSame(as other: RawBytes) -> Bool {
        unsafe count == other.count && memcmp(start, other.start, count) == 0
    }
}

extension RawBytes: @unsafe RandomAccessCollection {
    @safe var startIndex: Int { 0 }
    @safe var endIndex: Int { count }

    subscript(offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < count)
        return unsafe start.load(fromByteOffset: offset, as: UInt8.self)
    }

    func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try unsafe body(
            UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count))
    }
}

extension Array where Element == UInt8 {
    /// The bytes of an ASCII text.
    init(ascii text: String) { self = Array(text.utf8) }

    /// Calls `body` with the elements' bytes, which it must not keep.
    func withRawBytes<Result>(_ body: (RawBytes) -> Result) -> Result {
        unsafe withUnsafeBytes { bytes in
            unsafe body(bytes.baseAddress == nil ? .none : RawBytes(bytes))
        }
    }
}
