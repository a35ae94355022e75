/// RESP read a second time, as plainly as possible and with nothing of `Wire`.
enum ReferenceRedis {
    struct Argument: Equatable {
        let header: Int
        let offset: Int
        let length: Int
    }

    /// The arguments of the request that `bytes` begin with, and where it ends; nil if it is
    /// incomplete, empty or wrong.
    static func request(_ bytes: ArraySlice<UInt8>) -> (arguments: [Argument], length: Int)? {
        let start = bytes.startIndex
        guard bytes.first == UInt8(ascii: "*") else { return nil }
        guard let line = line(bytes.dropFirst()), let count = number(line), count > 0 else {
            return nil
        }
        var at = line.endIndex + 2
        var arguments: [Argument] = []
        while arguments.count < count {
            guard at < bytes.endIndex, bytes[at] == UInt8(ascii: "$") else { return nil }
            guard let header = self.line(bytes[(at + 1)...]), let length = number(header) else {
                return nil
            }
            let offset = header.endIndex + 2
            guard let end = bulkEnd(bytes, offset, length) else { return nil }
            arguments.append(Argument(header: at - start, offset: offset - start, length: length))
            at = end
        }
        return (arguments, at - start)
    }

    /// Where the reply ends that stands at `at`; nil if it is incomplete or wrong.
    static func replyEnd(_ bytes: [UInt8], at: Int, allowsRESP3: Bool) -> Int? {
        guard at < bytes.count, let line = line(bytes[(at + 1)...]) else { return nil }
        let behind = line.endIndex + 2
        let kind = Character(Unicode.Scalar(bytes[at]))
        guard "+-:$*".contains(kind) || (allowsRESP3 && "_#,(!=%~|".contains(kind)) else {
            return nil
        }
        switch kind {
        case "+", "-", "_", "#", ",", "(":
            return isText(line, isBounded: kind != "+" && kind != "-") ? behind : nil
        case ":":
            return isSigned(line) ? behind : nil
        case "$" where line.elementsEqual("-1".utf8), "*" where line.elementsEqual("-1".utf8):
            return behind
        default:
            guard let count = number(line) else { return nil }
            if "$!=".contains(kind) { return bulkEnd(bytes[...], behind, count) }
            let elements = kind == "%" ? count * 2 : kind == "|" ? count * 2 + 1 : count
            guard elements > 0 else { return behind }
            var end = behind
            // Each element has bytes, so a count that the bytes cannot hold ends the loop early.
            for _ in 0..<elements {
                guard
                    let next = replyEnd(
                        bytes, at: end, allowsRESP3: allowsRESP3)
                else { return nil }
                end = next
            }
            return end
        }
    }

    /// The words of an inline command, as Redis' own source splits them; nil if quotes do not pair
    /// up.
    static func words(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
        var words: [[UInt8]] = []
        var rest = line.drop(while: isSpace)
        while !rest.isEmpty {
            guard let (word, behind) = word(rest) else { return nil }
            words.append(word)
            rest = behind.drop(while: isSpace)
        }
        return words
    }

    private static func word(_ line: ArraySlice<UInt8>) -> ([UInt8], ArraySlice<UInt8>)? {
        var word: [UInt8] = []
        var quote: Character?
        var rest = line
        while let byte = rest.popFirst() {
            let character = Character(Unicode.Scalar(byte))
            switch (quote, character) {
            case (nil, "\""), (nil, "'"):
                quote = character
            case (nil, " "), (nil, "\n"), (nil, "\r"), (nil, "\t"):
                return (word, rest)
            case ("\"", "\""), ("'", "'"):
                return rest.first.map(isSpace) ?? true ? (word, rest) : nil
            case ("'", "\\") where rest.first == UInt8(ascii: "'"):
                word.append(rest.removeFirst())
            case ("\"", "\\") where !rest.isEmpty:
                word.append(escape(&rest))
            default:
                word.append(byte)
            }
        }
        return quote == nil ? (word, rest) : nil
    }

    private static func escape(_ rest: inout ArraySlice<UInt8>) -> UInt8 {
        let letter = rest.removeFirst()
        let digits = rest.prefix(2).map { Character(Unicode.Scalar($0)).hexDigitValue }
        if letter == UInt8(ascii: "x"), digits.count == 2, let high = digits[0],
            let low = digits[1]
        {
            rest = rest.dropFirst(2)
            return UInt8(high * 16 + low)
        }
        let named: [UInt8: UInt8] = [0x6e: 10, 0x72: 13, 0x74: 9, 0x62: 8, 0x61: 7]
        return named[letter] ?? letter
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    /// The bytes up to the first CR, if LF follows it.
    private static func line(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = bytes.firstIndex(of: 13), end + 1 < bytes.endIndex else { return nil }
        return bytes[end + 1] == 10 ? bytes[..<end] : nil
    }

    private static func bulkEnd(_ bytes: ArraySlice<UInt8>, _ offset: Int, _ length: Int) -> Int? {
        guard bytes.endIndex - offset >= length + 2 else { return nil }
        let end = offset + length
        return bytes[end] == 13 && bytes[end + 1] == 10 ? end + 2 : nil
    }

    /// One line of text has neither CR nor LF; a bounded one has 64 KiB at most with its marker and
    /// end.
    private static func isText(_ line: ArraySlice<UInt8>, isBounded: Bool) -> Bool {
        !line.contains(10) && (!isBounded || line.count + 3 <= 64 << 10)
    }

    /// Canonical decimals of up to 18 digits.
    private static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.count <= 18, let value = Int(String(decoding: text, as: UTF8.self)) else {
            return nil
        }
        return value >= 0 && text.elementsEqual(String(value).utf8) ? value : nil
    }

    private static func isSigned(_ text: ArraySlice<UInt8>) -> Bool {
        guard let value = Int(String(decoding: text, as: UTF8.self)) else { return false }
        return text.elementsEqual(String(value).utf8)
    }
}
