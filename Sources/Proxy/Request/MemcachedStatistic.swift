internal import Wire

/// A figure's name and value, as `STAT` lines have them.
struct MemcachedStatistic: Equatable {
    var name: String
    var value: String

    /// The figures of a reply that came whole, with its END; nil if it is none.
    static func list(from reply: [UInt8]) -> [MemcachedStatistic]? {
        let text = String(decoding: reply, as: UTF8.self)
        var list: [MemcachedStatistic] = []
        for line in text.split(separator: "\r\n") {
            if line == "END" { return list }
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count > 1, words[0] == "STAT" else { return nil }
            list.append(
                MemcachedStatistic(
                    name: String(words[1]), value: words.count > 2 ? String(words[2]) : ""))
        }
        return nil
    }

    /// A reply to `stats` with these figures.
    static func reply(_ figures: [MemcachedStatistic]) -> [UInt8] {
        var reply: [UInt8] = []
        for figure in figures { reply += "STAT \(figure.name) \(figure.value)\r\n".utf8 }
        return reply + MemcachedReply.end
    }

    /// The same in the binary protocol: a response for each, and an empty one.
    static func response(
        _ figures: [MemcachedStatistic], to request: MemcachedBinaryHeader
    ) -> [UInt8] {
        let figures = figures.filter { $0.name.utf8.count <= Int(UInt16.max) }
        return figures.reduce(into: []) { bytes, figure in
            bytes += MemcachedBinaryResponse.statistic(
                request, name: figure.name, value: figure.value)
        } + MemcachedBinaryResponse.plain(request)
    }

    /// One value from the servers' values, of which there is at least one.
    static func merge(_ values: [String], _ rule: MemcachedStatistics.Rule) -> String {
        switch rule {
        case .first: values[0]
        case .least: values.min { isLess($0, $1) } ?? ""
        case .greatest: values.max { isLess($0, $1) } ?? ""
        case .sum: sum(values) ?? distinct(values)
        case .all: distinct(values)
        }
    }

    private static func distinct(_ values: [String]) -> String {
        var seen: [String] = []
        for value in values where !seen.contains(value) { seen.append(value) }
        return seen.joined(separator: "/")
    }

    /// As numbers, number by number: 1.6.9 is less than 1.6.18.
    private static func isLess(_ one: String, _ other: String) -> Bool {
        let mine = one.split(separator: ".").map { Int($0) ?? 0 }
        let theirs = other.split(separator: ".").map { Int($0) ?? 0 }
        return mine.lexicographicallyPrecedes(theirs)
    }

    /// Of whole numbers, or of seconds with six decimals; nil if there is anything else among them.
    private static func sum(_ values: [String]) -> String? {
        let numbers = values.compactMap { Int($0) }
        if numbers.count == values.count { return "\(numbers.reduce(0, &+))" }
        let micros = values.compactMap(microseconds)
        guard micros.count == values.count else { return nil }
        let total = micros.reduce(0, &+)
        let rest = "\(total % microsecondsPerSecond)"
        return "\(total / microsecondsPerSecond)."
            + String(repeating: "0", count: decimals - rest.count) + rest
    }

    private static var microsecondsPerSecond: Int { 1_000_000 }
    private static var decimals: Int { 6 }

    private static func microseconds(_ value: String) -> Int? {
        let parts = value.split(separator: ".")
        guard parts.count == 2, parts[1].utf8.count == decimals, let seconds = UInt32(parts[0]),
            let micros = UInt32(parts[1])
        else { return nil }
        return Int(seconds) * microsecondsPerSecond + Int(micros)
    }
}
