/// Goes through requests in both protocols. Whatever is incomplete is nil; the requests are those
/// of a proxy under test, so what is malformed only has to show, as an incomplete one that stalls.
struct RequestReader {
    let bytes: [UInt8]
    /// The bytes that have come.
    let count: Int
    /// What is read next.
    private(set) var cursor = 0

    init(bytes: [UInt8], count: Int) {
        self.bytes = bytes
        self.count = count
    }

    /// The line at the cursor without its end.
    mutating func line() -> Range<Int>? {
        var end = cursor
        while end < count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        guard end < count, end > cursor else { return nil }
        defer { cursor = end + 1 }
        return cursor..<end - 1
    }

    /// The number in a line that starts with `mark`.
    mutating func length(after mark: UInt8) -> Int? {
        guard let line = line(), bytes[line.lowerBound] == mark else { return nil }
        return decimal(line.dropFirst())
    }

    /// The content of a bulk string.
    mutating func bulk() -> Range<Int>? {
        length(after: UInt8(ascii: "$")).flatMap { take($0) }
    }

    /// So many bytes and a line end.
    mutating func take(_ length: Int) -> Range<Int>? {
        guard cursor + length + 2 <= count else { return nil }
        defer { cursor += length + 2 }
        return cursor..<cursor + length
    }

    /// Takes the first word off a line.
    func word(of line: inout Range<Int>) -> Range<Int> {
        var end = line.lowerBound
        while end < line.upperBound, bytes[end] != UInt8(ascii: " ") { end += 1 }
        defer { line = min(end + 1, line.upperBound)..<line.upperBound }
        return line.lowerBound..<end
    }

    /// The letter, in lower case.
    func letter(at index: Int) -> UInt8 {
        bytes[index] | 0x20
    }

    func decimal(_ digits: Range<Int>) -> Int? {
        guard !digits.isEmpty, digits.count <= Key.digits else { return nil }
        var number = 0
        for index in digits {
            let digit = Int(bytes[index]) - Int(UInt8(ascii: "0"))
            guard (0...9).contains(digit) else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The number that a key ends with.
    func number(of key: Range<Int>) -> UInt32? {
        guard key.count >= Key.digits else { return nil }
        return Key.read(from: bytes.span, endingAt: key.upperBound)
    }
}
