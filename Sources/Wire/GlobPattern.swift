/// A pattern as KEYS and CONFIG GET take it: `*` is any bytes, `?` any one, `[a-c]` and `[^a-c]`
/// one of a set or one of the others, `\` takes away the next byte's meaning.
///
/// Upper and lower case are the same, as they are where Redis matches names of its own, unless the
/// pattern is said to be for names of its clients.
public struct GlobPattern: Sendable {
    private let pattern: [UInt8]
    private let isExact: Bool

    /// A pattern that the given bytes spell.
    ///
    /// - Parameter isExact: whether upper and lower case differ.
    public init(_ pattern: [UInt8], isExact: Bool = false) {
        self.pattern = isExact ? pattern : pattern.map(Self.lowercased)
        self.isExact = isExact
    }

    /// Whether all of `text` fits the pattern.
    ///
    /// Only the last `*` is ever gone back to, so the time is at most the product of both lengths.
    public func matches(_ text: String) -> Bool { matches(Array(text.utf8)) }

    /// The same of any bytes.
    public func matches(_ bytes: [UInt8]) -> Bool {
        let text = isExact ? bytes : bytes.map(Self.lowercased)
        var at = (pattern: 0, text: 0)
        var star: (pattern: Int, text: Int)?
        while at.text < text.count {
            if at.pattern < pattern.count, pattern[at.pattern] == UInt8(ascii: "*") {
                star = at
                at.pattern += 1
            } else if let next = match(text[at.text], at: at.pattern) {
                at = (next, at.text + 1)
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                at = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[at.pattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Where the pattern goes on after the element at `index` has taken a byte; nil if it does not
    /// take it.
    private func match(_ byte: UInt8, at index: Int) -> Int? {
        guard index < pattern.count else { return nil }
        switch pattern[index] {
        case UInt8(ascii: "?"):
            return index + 1
        case UInt8(ascii: "["):
            return matchSet(byte, at: index + 1)
        case UInt8(ascii: "\\") where index + 1 < pattern.count:
            return pattern[index + 1] == byte ? index + 2 : nil
        case let other:
            return other == byte ? index + 1 : nil
        }
    }

    /// As in Redis, a set without its end reaches to the end of the pattern.
    private func matchSet(_ byte: UInt8, at start: Int) -> Int? {
        var index = start
        let isNegated = index < pattern.count && pattern[index] == UInt8(ascii: "^")
        if isNegated { index += 1 }
        var isFound = false
        while index < pattern.count, pattern[index] != UInt8(ascii: "]") {
            if pattern[index] == UInt8(ascii: "\\"), index + 1 < pattern.count {
                index += 1
                isFound = isFound || pattern[index] == byte
            } else if index + 2 < pattern.count, pattern[index + 1] == UInt8(ascii: "-") {
                let ends = [pattern[index], pattern[index + 2]].sorted()
                isFound = isFound || (ends[0]...ends[1]).contains(byte)
                index += 2
            } else {
                isFound = isFound || pattern[index] == byte
            }
            index += 1
        }
        return isFound != isNegated ? min(index + 1, pattern.count) : nil
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }
}
