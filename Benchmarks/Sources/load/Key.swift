/// How a key is written: padding, then its number with leading zeros, so that all are equally long.
enum Key {
    /// Digits of a key's number; enough for every `UInt32`.
    static let digits = 10

    /// What fills a key up to its length.
    static let padding = UInt8(ascii: "k")

    /// Writes the number into the digits that end before `end`.
    static func write(_ number: UInt32, into bytes: inout [UInt8], endingAt end: Int) {
        var rest = number
        for offset in 1...digits {
            bytes[end - offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// The number in the digits that end before `end`, or nil if they are none.
    static func read(from bytes: borrowing Span<UInt8>, endingAt end: Int) -> UInt32? {
        var number: UInt64 = 0
        for index in (end - digits)..<end {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else {
                return nil
            }
            number = number * 10 + UInt64(bytes[index] - UInt8(ascii: "0"))
        }
        return UInt32(exactly: number)
    }
}
