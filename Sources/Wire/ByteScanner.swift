/// Reads decimals and line ends from bytes that a peer sent, without copying them.
///
/// Every function takes the whole span and an offset, so that no sub-span is formed on the hot
/// path. Nothing here waits: a text that has not arrived completely is reported like one that is
/// wrong, and the caller, who knows the limits of its protocol, tells the two apart.
enum ByteScanner {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    /// Digits that always fit an `Int`: 10^18 - 1 is below 2^63.
    private static let safeDigits = 18

    /// A decimal that was followed by CRLF.
    struct DecimalLine {
        /// The number, 0 or more.
        var value: Int
        /// Offset behind the CRLF, or -1 if there was no such line.
        var end: Int

        static let none = DecimalLine(value: 0, end: -1)
    }

    /// The line `<decimal>\r\n` at `start`; none if it is incomplete, negative, longer than 18
    /// digits, or written with a plus sign, spaces or leading zeros (Redis refuses these, so
    /// forwarding them would end a shared connection).
    ///
    /// Nearly all lengths have one or two digits: looking at these first, and in place, halves the
    /// instructions of parsing a GET.
    @inline(__always)
    static func decimalLine(at start: Int, in bytes: Span<UInt8>) -> DecimalLine {
        guard start &+ 3 < bytes.count else { return longDecimalLine(at: start, in: bytes) }
        let first = bytes[start] &- UInt8(ascii: "0")
        let next = bytes[start &+ 1]
        if first <= 9, next == carriageReturn, bytes[start &+ 2] == lineFeed {
            return DecimalLine(value: Int(first), end: start &+ 3)
        }
        let second = next &- UInt8(ascii: "0")
        if first &- 1 <= 8, second <= 9, isLineEnd(at: start &+ 2, in: bytes) {
            return DecimalLine(value: Int(first) &* 10 &+ Int(second), end: start &+ 4)
        }
        return longDecimalLine(at: start, in: bytes)
    }

    @inline(never)
    private static func longDecimalLine(at start: Int, in bytes: Span<UInt8>) -> DecimalLine {
        let limit = min(bytes.count, start &+ safeDigits)
        var at = start
        var value = 0
        while at < limit {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value &* 10 &+ Int(digit)
            at &+= 1
        }
        guard at > start else { return .none }
        guard at &+ 1 < bytes.count else { return .none }
        guard bytes[at] == carriageReturn else { return .none }
        guard bytes[at &+ 1] == lineFeed else { return .none }
        guard bytes[start] != UInt8(ascii: "0") || at == start &+ 1 else { return .none }
        return DecimalLine(value: value, end: at &+ 2)
    }

    /// The signed 64-bit integer that makes up all of `range`, in the one spelling Redis takes: no
    /// plus sign, no leading zeros, no spaces, no "-0".
    static func integer(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var at = range.lowerBound
        guard at < range.upperBound else { return nil }
        let isNegative = bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        guard at < range.upperBound else { return nil }
        if bytes[at] == UInt8(ascii: "0") { return isNegative || range.count > 1 ? nil : 0 }

        var value = 0
        while at < range.upperBound {
            let digit = bytes[at] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            // Summed up below zero, so that the smallest integer needs no case of its own.
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, underflow) = product.subtractingReportingOverflow(Int(digit))
            guard !overflow, !underflow else { return nil }
            value = sum
            at += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// Offset of the first `byte` in `range`, nil if there is none. The range is clamped to the
    /// bytes there are.
    static func offset(of byte: UInt8, in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var at = range.lowerBound
        let end = min(range.upperBound, bytes.count)
        while at < end {
            if bytes[at] == byte { return at }
            at &+= 1
        }
        return nil
    }

    /// Whether CRLF stands at `offset`; both bytes must have arrived.
    static func isLineEnd(at offset: Int, in bytes: Span<UInt8>) -> Bool {
        bytes[offset] == carriageReturn && bytes[offset &+ 1] == lineFeed
    }
}
