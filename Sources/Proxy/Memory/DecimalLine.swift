/// A RESP header line, such as `*12`, written where it takes no allocation.
@safe final class DecimalLine {
    /// A prefix, nineteen digits, a newline.
    private static let capacity = 24
    private let bytes: UnsafeMutableRawBufferPointer

    init() { unsafe bytes = .allocate(byteCount: Self.capacity, alignment: 8) }

    deinit { unsafe bytes.deallocate() }

    /// The line; valid until the next call.
    ///
    /// - Precondition: number ≥ 0.
    func write(_ prefix: Unicode.Scalar, _ number: Int) -> RawBytes {
        precondition(number >= 0)
        if number < 10 { return unsafe write(prefix, digit: number) }
        var start = Self.capacity - 2
        unsafe bytes[start] = UInt8(ascii: "\r")
        unsafe bytes[start + 1] = UInt8(ascii: "\n")
        var left = number
        repeat {
            start -= 1
            unsafe bytes[start] = UInt8(ascii: "0") + UInt8(left % 10)
            left /= 10
        } while left > 0
        start -= 1
        unsafe bytes[start] = UInt8(ascii: prefix)
        return unsafe RawBytes(Self.capacity, of: bytes).dropping(start)
    }

    /// The parts of most requests have fewer keys than ten.
    @inline(__always)
    private func write(_ prefix: Unicode.Scalar, digit: Int) -> RawBytes {
        let line =
            0x0A0D_3000 | UInt32(truncatingIfNeeded: digit) &<< 8 | UInt32(UInt8(ascii: prefix))
        unsafe bytes.storeBytes(of: line.littleEndian, as: UInt32.self)
        return unsafe RawBytes(4, of: bytes)
    }
}
