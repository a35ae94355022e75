/// Inline commands: a line typed by hand (telnet, a health check's `PING`) instead of a RESP array.
///
/// They are rare and short, so they are turned into an array and parsed like any other request.
public enum RedisInline {
    /// The words of `line`, which may end in LF or CRLF, as one RESP array. Words are split and
    /// quoted as Redis does: `"…"` with \n \r \t \b \a \xHH and \any, `'…'` with \' only. Nil if
    /// quotes do not pair up or something other than a space follows a closing one; empty if there
    /// are no words.
    public static func encode(_ line: Span<UInt8>) -> [UInt8]? {
        var splitter = Splitter(end: textLength(of: line))
        var count = 0
        var arguments: [UInt8] = []
        while splitter.skipSpaces(in: line) {
            guard let word = splitter.word(in: line) else { return nil }
            arguments += RedisReply.bulk(word.span)
            count += 1
        }
        return count == 0 ? [] : RedisReply.arrayHeader(count: count) + arguments
    }

    /// Whether the line's first word is the beginning of an HTTP request that a web page could make
    /// a browser send.
    static func isCrossProtocol(_ line: Span<UInt8>) -> Bool {
        var end = 0
        while end < min(line.count, RedisName.maxLength), !isSpace(line[end]) { end += 1 }
        let word = RedisName(line, at: 0, length: end)
        return word == "post" || word == "host:"
    }

    /// Bytes before the line's end.
    private static func textLength(of line: Span<UInt8>) -> Int {
        var end = line.count
        if end > 0, line[end - 1] == ByteScanner.lineFeed { end -= 1 }
        if end > 0, line[end - 1] == ByteScanner.carriageReturn { end -= 1 }
        return end
    }

    /// What C's `isspace` calls a space: tab, LF, vertical tab, form feed, CR, blank.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }

    /// A cursor over the words of a line.
    private struct Splitter {
        private var at = 0
        private let end: Int

        init(end: Int) {
            self.end = end
        }

        /// Moves to the next word; false if there is none.
        mutating func skipSpaces(in line: Span<UInt8>) -> Bool {
            while at < end, isSpace(line[at]) { at += 1 }
            return at < end
        }

        /// The word here. Quotes may begin in its middle, but must end it.
        mutating func word(in line: Span<UInt8>) -> [UInt8]? {
            var word: [UInt8] = []
            while at < end {
                let byte = line[at]
                at += 1
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "'"):
                    return quoted(byte, in: line, appendingTo: word)
                case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                    return word
                default:
                    word.append(byte)
                }
            }
            return word
        }

        /// The rest of a word, behind its opening quote.
        private mutating func quoted(
            _ quote: UInt8, in line: Span<UInt8>, appendingTo word: [UInt8]
        ) -> [UInt8]? {
            var word = word
            while at < end {
                let byte = line[at]
                at += 1
                if byte == quote {
                    return at == end || isSpace(line[at]) ? word : nil
                }
                guard byte == UInt8(ascii: "\\"), at < end else {
                    word.append(byte)
                    continue
                }
                word.append(
                    quote == UInt8(ascii: "'") ? singleEscape(in: line) : doubleEscape(in: line))
            }
            return nil
        }

        private mutating func singleEscape(in line: Span<UInt8>) -> UInt8 {
            guard line[at] == UInt8(ascii: "'") else { return UInt8(ascii: "\\") }
            at += 1
            return UInt8(ascii: "'")
        }

        private mutating func doubleEscape(in line: Span<UInt8>) -> UInt8 {
            let byte = line[at]
            at += 1
            if byte == UInt8(ascii: "x"), at + 1 < end,
                let high = hexValue(line[at]), let low = hexValue(line[at + 1])
            {
                at += 2
                return high << 4 | low
            }
            return switch byte {
            case UInt8(ascii: "n"): UInt8(ascii: "\n")
            case UInt8(ascii: "r"): UInt8(ascii: "\r")
            case UInt8(ascii: "t"): UInt8(ascii: "\t")
            case UInt8(ascii: "b"): 0x08
            case UInt8(ascii: "a"): 0x07
            default: byte
            }
        }

        private func hexValue(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
            default: nil
            }
        }
    }
}
