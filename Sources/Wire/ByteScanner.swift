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

    /// A decimal, and where what belongs to it ends.
    struct DecimalLine {
        /// The number, 0 or more.
        var value: Int
        /// Offset behind it (and behind the CRLF, if it is a line), or -1 if there was none.
        var end: Int

        static let none = DecimalLine(value: 0, end: -1)
    }

    // MARK: - Eight bytes at once

    /// The eight bytes from `offset` on, the first one lowest; nil if there are not so many.
    @inline(__always)
    static func word(at offset: Int, in bytes: Span<UInt8>) -> UInt64? {
        guard offset >= 0, offset <= bytes.count &- 8 else { return nil }
        let eight = bytes.extracting(offset..<offset &+ 8)
        let low =
            UInt64(eight[0]) | UInt64(eight[1]) &<< 8 | UInt64(eight[2]) &<< 16
            | UInt64(eight[3]) &<< 24
        let high =
            UInt64(eight[4]) | UInt64(eight[5]) &<< 8 | UInt64(eight[6]) &<< 16
            | UInt64(eight[7]) &<< 24
        return low | high &<< 32
    }

    /// The first eight bytes, or if there are four at least, those there are with zeros behind
    /// them.
    @inline(__always)
    static func wordOrLess(in bytes: Span<UInt8>) -> UInt64? {
        if let word = word(at: 0, in: bytes) { return word }
        guard bytes.count >= 4 else { return nil }
        let low = half(bytes.extracting(first: 4))
        // The last four overlap the first four, so that two loads do for every length.
        let high = half(bytes.extracting(last: 4))
        return UInt64(low) | UInt64(high) &<< UInt64((bytes.count &- 4) &* 8)
    }

    /// The four bytes, the first one lowest.
    @inline(__always)
    private static func half(_ four: Span<UInt8>) -> UInt32 {
        UInt32(four[0]) | UInt32(four[1]) &<< 8 | UInt32(four[2]) &<< 16
            | UInt32(four[3]) &<< 24
    }

    /// How many of the word's lowest bytes are digits.
    ///
    /// A byte xor "0" is from no digit if its top bit is set or adding 0x76 sets it. A sum may
    /// carry into the next byte, but only from one that is no digit, and the first is the one asked
    /// for.
    @inline(__always)
    static func digitCount(in word: UInt64) -> Int {
        let values = word ^ zeros
        let isOther = (values &+ 0x7676_7676_7676_7676 | values) & 0x8080_8080_8080_8080
        return isOther.trailingZeroBitCount &>> 3
    }

    /// How many of the word's lowest bytes are printable: neither a control character nor a space.
    ///
    /// A byte less 0x21 borrows into its top bit if it is smaller, and so does a byte that is 0x7f
    /// xor 0x7f less 1. Borrows reach the next byte only from one that is asked for, as above.
    @inline(__always)
    static func printableCount(in word: UInt64) -> Int {
        let deletes = word ^ 0x7F7F_7F7F_7F7F_7F7F
        let isSmall = (word &- 0x2121_2121_2121_2121) & ~word
        let isDelete = (deletes &- 0x0101_0101_0101_0101) & ~deletes
        return ((isSmall | isDelete) & 0x8080_8080_8080_8080).trailingZeroBitCount &>> 3
    }

    /// Whether all of the word's bytes are printable ASCII: for these, none less 0x21 and none plus
    /// 1 has its top bit set. Half of what `printableCount` takes.
    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let small = word &- 0x2121_2121_2121_2121
        let large = word &+ 0x0101_0101_0101_0101
        return (small | large) & 0x8080_8080_8080_8080 == 0
    }

    /// Where the printable bytes from `offset` on end, or the bytes do.
    @inline(__always)
    static func printableEnd(from offset: Int, in bytes: Span<UInt8>) -> Int {
        var at = offset
        while let word = word(at: at, in: bytes) {
            if isPlain(word) {
                at &+= 8
                continue
            }
            let count = printableCount(in: word)
            at &+= count
            if count < 8 { return at }
        }
        while at < bytes.count, bytes[at] > UInt8(ascii: " "), bytes[at] != 0x7f { at &+= 1 }
        return at
    }

    // MARK: - Decimals

    /// Eight times "0".
    static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// CRLF, as the low half of a word that begins with it.
    static let lineEnd: UInt16 = 0x0A0D

    /// The same less "00".
    private static let lineEndLessZeros: UInt16 = 0xD9DD

    /// The line `<decimal>\r\n` at `start`; none if it is incomplete, negative, longer than 18
    /// digits, or written with a plus sign, spaces or leading zeros (Redis refuses these, so
    /// forwarding them would end a shared connection).
    ///
    /// Nearly all lengths have one to three digits: looking at these first, and in one word, takes
    /// a dozen instructions; the loop takes 40.
    @inline(__always)
    static func decimalLine(at start: Int, in bytes: Span<UInt8>) -> DecimalLine {
        guard let word = word(at: start, in: bytes) else {
            return longDecimalLine(at: start, in: bytes)
        }
        return decimalLine(at: start, lessZeros: word &- zeros, in: bytes)
    }

    /// The same for who has loaded the line's first five bytes and taken "0" from each.
    ///
    /// The subtraction is one of the whole word: up to the line's end there is nothing to borrow,
    /// and a word that is calculated with is not taken apart again by the compiler, which else
    /// loads each byte alone and needs twice the instructions.
    @inline(__always)
    static func decimalLine(
        at start: Int, lessZeros word: UInt64, in bytes: Span<UInt8>
    ) -> DecimalLine {
        let first = word & 0xFF
        let second = word &>> 8 & 0xFF
        if UInt16(truncatingIfNeeded: word &>> 16) == lineEndLessZeros {
            guard first &- 1 <= 8, second <= 9 else { return .none }
            return DecimalLine(value: Int(first &* 10 &+ second), end: start &+ 4)
        }
        if UInt16(truncatingIfNeeded: word &>> 8) == lineEndLessZeros {
            guard first <= 9 else { return .none }
            return DecimalLine(value: Int(first), end: start &+ 3)
        }
        let third = word &>> 16 & 0xFF
        if UInt16(truncatingIfNeeded: word &>> 24) == lineEndLessZeros {
            guard first &- 1 <= 8, second <= 9, third <= 9 else { return .none }
            let value = (first &* 10 &+ second) &* 10 &+ third
            return DecimalLine(value: Int(value), end: start &+ 5)
        }
        return longDecimalLine(at: start, in: bytes)
    }

    /// The number of one to seven digits at `start`, leading zeros allowed, and the offset behind
    /// it; none if there are fewer or more, or fewer than eight bytes.
    @inline(__always)
    static func shortNumber(at start: Int, in bytes: Span<UInt8>) -> DecimalLine {
        guard let word = word(at: start, in: bytes) else { return .none }
        let count = digitCount(in: word)
        guard count &- 1 <= 6, count > 0 else { return .none }
        if count == 1 { return DecimalLine(value: Int(word & 0xF), end: start &+ 1) }
        // Zeros in front make it eight digits. Then neighbours are added up in parallel, tens to
        // ones, hundreds to tens: three multiplications whatever the number of digits, as in
        // D. Lemire, "Quickly parsing eight digits", 2018.
        let digits = (word ^ zeros) &<< UInt64(64 &- count &* 8)
        let pairs = (digits &* 0xA01) &>> 8 & 0x00FF_00FF_00FF_00FF
        let quads = (pairs &* 0x64_0001) &>> 16 & 0x0000_FFFF_0000_FFFF
        let value = (quads &* 0x2710_0000_0001) &>> 32
        return DecimalLine(value: Int(value), end: start &+ count)
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
    @inline(__always)
    static func isLineEnd(at offset: Int, in bytes: Span<UInt8>) -> Bool {
        let two = bytes.extracting(offset..<offset &+ 2)
        return UInt16(two[0]) | UInt16(two[1]) &<< 8 == lineEnd
    }
}
