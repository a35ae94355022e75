/// A word of a memcached line, as offsets into the bytes of the frame.
struct MemcachedToken {
    /// The digits of the first powers of ten that 64 bits do not hold.
    private static let overflowingDigits = 20

    /// The first byte.
    let start: Int

    /// The offset after the last byte.
    let end: Int

    /// Bytes of the word; 0 where the line has no further word.
    var length: Int { end - start }

    /// The word as a number of decimal digits only: no sign, no space, leading zeros allowed.
    ///
    /// memcached reads numbers with `strtol` and keeps the low 32 bits; whatever it would bend
    /// into shape is not a number here, because two readers of one line must not disagree.
    func number(in bytes: Span<UInt8>, upTo limit: UInt64) -> UInt64? {
        guard length > 0 else { return nil }
        guard length < Self.overflowingDigits else { return longNumber(in: bytes, upTo: limit) }
        var value: UInt64 = 0
        for index in start..<end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        return value <= limit ? value : nil
    }

    /// The same with so many digits that they may be more than 64 bits hold.
    private func longNumber(in bytes: Span<UInt8>, upTo limit: UInt64) -> UInt64? {
        var value: UInt64 = 0
        for index in start..<end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value <= limit ? value : nil
    }

    /// Whether the word is digits only, however large the number.
    func isDigits(in bytes: Span<UInt8>) -> Bool {
        for index in start..<end where bytes[index] &- UInt8(ascii: "0") > 9 { return false }
        return length > 0
    }

    /// Whether the word is a time: 32 bits, negative ("already expired") allowed.
    func isExptime(in bytes: Span<UInt8>) -> Bool {
        guard length > 0, bytes[start] == UInt8(ascii: "-") else {
            return number(in: bytes, upTo: UInt64(Int32.max)) != nil
        }
        let magnitude = MemcachedToken(start: start + 1, end: end)
        return magnitude.number(in: bytes, upTo: UInt64(Int32.max) + 1) != nil
    }

    /// Whether the word is `noreply`.
    func isNoreply(in bytes: Span<UInt8>) -> Bool {
        guard length == 7 else { return false }
        var word: UInt64 = 0
        for index in start..<end {
            word = word << 8 | UInt64(bytes[index])
        }
        return word == 0x6e_6f72_6570_6c79
    }

    /// Whether the word is the single digit `0`.
    func isZero(in bytes: Span<UInt8>) -> Bool {
        length == 1 && bytes[start] == UInt8(ascii: "0")
    }
}
