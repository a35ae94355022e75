/// Reads requests and writes the replies of a server that holds all keys.
///
/// A key without a number is not found. Values to be stored are compared with what they must be,
/// so that a request which a proxy has garbled does not go unnoticed.
struct MockAnswers {
    private let store: Store
    private let values: Values
    private(set) var output: [UInt8] = []

    init(store: Store, valueLength: Int) {
        self.store = store
        values = Values(length: valueLength)
    }

    mutating func clear() {
        output.removeAll(keepingCapacity: true)
    }

    /// Answers the complete requests in the first `count` bytes; returns where the rest starts.
    mutating func answer(_ bytes: [UInt8], count: Int) -> Int {
        var reader = RequestReader(bytes: bytes, count: count)
        var end = 0
        while reader.cursor < count {
            let replied = output.count
            guard store == .redis ? answerRedis(&reader) : answerMemcached(&reader) else {
                // Half a multiget may have been answered already; it will be read again.
                output.removeLast(output.count - replied)
                break
            }
            end = reader.cursor
        }
        return end
    }

    // MARK: - Redis

    /// Returns false if the request is incomplete.
    private mutating func answerRedis(_ reader: inout RequestReader) -> Bool {
        guard let arguments = reader.length(after: UInt8(ascii: "*")), arguments > 0,
            let command = reader.bulk()
        else { return false }
        switch (command.count, reader.letter(at: command.lowerBound)) {
        case (3, UInt8(ascii: "g")):
            guard let key = reader.bulk() else { return false }
            appendBulk(reader.number(of: key))
        case (4, UInt8(ascii: "m")):
            append("*\(arguments - 1)\r\n")
            for _ in 1..<arguments {
                guard let key = reader.bulk() else { return false }
                appendBulk(reader.number(of: key))
            }
        case (3, UInt8(ascii: "s")):
            guard let key = reader.bulk(), let value = reader.bulk() else { return false }
            append(isRight(value, for: key, in: reader) ? "+OK\r\n" : "-ERR wrong value\r\n")
        default:
            for _ in 1..<arguments { guard reader.bulk() != nil else { return false } }
            append("+OK\r\n")
        }
        return true
    }

    private mutating func appendBulk(_ number: UInt32?) {
        guard let number else {
            append("$-1\r\n")
            return
        }
        append("$\(values.length)\r\n")
        appendValue(number)
    }

    // MARK: - memcached

    private mutating func answerMemcached(_ reader: inout RequestReader) -> Bool {
        guard var line = reader.line() else { return false }
        let command = reader.word(of: &line)
        switch (command.count, reader.letter(at: command.lowerBound)) {
        case (3, UInt8(ascii: "g")):
            while !line.isEmpty { appendItem(reader.word(of: &line), of: reader) }
            append("END\r\n")
        case (3, UInt8(ascii: "s")):
            let key = reader.word(of: &line)
            // Flags and expiry do not matter here.
            _ = reader.word(of: &line)
            _ = reader.word(of: &line)
            guard let length = reader.decimal(reader.word(of: &line)) else {
                append("CLIENT_ERROR bad data chunk\r\n")
                return true
            }
            guard let value = reader.take(length) else { return false }
            append(isRight(value, for: key, in: reader) ? "STORED\r\n" : "SERVER_ERROR wrong\r\n")
        case (7, UInt8(ascii: "v")):
            append("VERSION 1.6.0\r\n")
        default:
            append("ERROR\r\n")
        }
        return true
    }

    private mutating func appendItem(_ key: Range<Int>, of reader: RequestReader) {
        guard let number = reader.number(of: key) else { return }
        append("VALUE ")
        output += reader.bytes[key]
        append(" 0 \(values.length)\r\n")
        appendValue(number)
    }

    // MARK: - Both

    private func isRight(_ value: Range<Int>, for key: Range<Int>, in reader: RequestReader) -> Bool
    {
        guard let number = reader.number(of: key), value.count == values.length else {
            return false
        }
        return reader.bytes.span.matches(
            at: value.lowerBound, count: value.count, values.block, at: values.offset(of: number))
    }

    private mutating func appendValue(_ number: UInt32) {
        let start = values.offset(of: number)
        output += values.block[start..<start + values.length]
        append("\r\n")
    }

    private mutating func append(_ text: String) {
        output += text.utf8
    }
}
