/// Base64 (RFC 4648, section 4) in its one right spelling: whole groups of four letters, padding at
/// the end only.
///
/// memcached overlooks letters that are none, and whatever follows the padding. What two readers
/// could take for two keys is none here.
public enum Base64 {
    private static let padding = UInt8(ascii: "=")

    /// How many bytes the text stands for; nil if it is no base64, or stands for nothing.
    public static func decodedLength(_ text: Span<UInt8>) -> Int? {
        let count = text.count
        guard count > 0, count % 4 == 0 else { return nil }
        var letters = count
        while letters > count - 2, text[letters - 1] == padding { letters -= 1 }
        for index in 0..<letters where value(of: text[index]) == nil { return nil }
        return count / 4 * 3 - (count - letters)
    }

    /// Appends the bytes that the text stands for.
    ///
    /// - Precondition: `decodedLength` took the text.
    public static func decode(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        var bits: UInt32 = 0
        var count = 0
        for index in 0..<text.count {
            guard let value = value(of: text[index]) else { return }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
    }

    /// How long so many bytes are in base64.
    public static func encodedLength(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Appends the text that stands for the bytes.
    public static func encode(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            let rest = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < rest ? UInt32(bytes[index + offset]) : 0)
            }
            for place in 0..<4 {
                let six = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * place)) & 63
                text.append(place <= rest ? letter(of: six) : padding)
            }
            index += 3
        }
    }

    private static func value(of letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func letter(of value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: value + UInt8(ascii: "A")
        case 26..<52: value - 26 + UInt8(ascii: "a")
        case 52..<62: value - 52 + UInt8(ascii: "0")
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
