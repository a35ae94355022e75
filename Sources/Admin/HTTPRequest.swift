/// The head of an HTTP/1 request, as far as the admin port needs it: what is asked for, and how.
///
/// Header fields are read past; a body is never read. Every reply closes the connection, so neither
/// can be mistaken for a second request.
struct HTTPRequest: Equatable {
    /// The method, as sent: methods are case-sensitive.
    let method: String
    /// The target's path, percent-decoded.
    let path: String
    /// The value of `pool` in the target's query, percent-decoded; nil when there is none.
    let pool: String?

    /// Reads the first line of a head; nil if it is not an HTTP/1 request.
    init?(head: ArraySlice<UInt8>) {
        let line = head.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, words[2].starts(with: "HTTP/1.".utf8) else { return nil }
        guard let first = words[1].first, first == UInt8(ascii: "/") else { return nil }
        let parts = words[1].split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = Self.decoded(parts[0]) else { return nil }

        self.method = String(decoding: words[0], as: UTF8.self)
        self.path = path
        self.pool = parts.count == 2 ? Self.value(of: "pool", in: parts[1]) : nil
    }

    private static func value(of name: String, in query: ArraySlice<UInt8>) -> String? {
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            if sides.count == 2, sides[0].elementsEqual(name.utf8) { return decoded(sides[1]) }
        }
        return nil
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexValue),
                let low = rest.popFirst().flatMap(hexValue)
            else { return nil }
            result.append(high << 4 | low)
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
