/// What INFO answers: sections of lines `name:value`.
///
/// What several servers say of themselves becomes one page by `RedisInfoRule`: each line of it is
/// true of all of them together, and what would not be is left out.
public struct RedisInfo: Sendable, Equatable {
    struct Section: Sendable, Equatable {
        /// As its heading has it.
        let title: String
        var fields: [Field] = []
    }

    struct Field: Sendable, Equatable {
        let name: String
        let value: String

        /// Modules all have one name; what else the line says tells them apart.
        var key: String { name == "module" ? "\(name):\(value)" : name }
    }

    private(set) var sections: [Section] = []

    /// A page without a section.
    public init() {}

    /// A server's page as its reply has it, a bulk or a verbatim string; nil if it is none.
    public init?(reply: [UInt8]) {
        guard let kind = reply.first, kind == UInt8(ascii: "$") || kind == UInt8(ascii: "=") else {
            return nil
        }
        let header = ByteScanner.decimalLine(at: 1, in: reply.span)
        let format = kind == UInt8(ascii: "=") ? "txt:".utf8.count : 0
        guard header.end > 0, header.value >= format,
            reply.count == header.end + header.value + 2
        else { return nil }
        self.init(
            text: String(decoding: reply[(header.end + format)...].dropLast(2), as: UTF8.self))
    }

    init(text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("# ") {
                sections.append(Section(title: String(line.dropFirst(2))))
            } else if let colon = line.firstIndex(of: ":"), !sections.isEmpty {
                let field = Field(
                    name: String(line[..<colon]), value: String(line[line.index(after: colon)...]))
                sections[sections.count - 1].fields.append(field)
            }
        }
    }

    /// What is true of all servers together.
    public init(merging pages: [RedisInfo]) {
        for title in Self.distinct(pages.flatMap { $0.sections.map(\.title) }) {
            let parts = pages.compactMap { page in page.sections.first { $0.title == title } }
            sections.append(Self.merge(parts, title, of: pages.count))
        }
    }

    /// Adds a section.
    public mutating func add(_ title: String, _ fields: [(name: String, value: String)]) {
        sections.append(
            Section(title: title, fields: fields.map { Field(name: $0.name, value: $0.value) }))
    }

    /// Gives a field another value, if the page has it.
    public mutating func replace(_ name: String, with value: String) {
        for section in sections.indices {
            for field in sections[section].fields.indices
            where sections[section].fields[field].name == name {
                sections[section].fields[field] = Field(name: name, value: value)
            }
        }
    }

    /// As a server writes it.
    public var text: String {
        sections.map { section in
            section.fields.reduce(into: "# \(section.title)\r\n") {
                $0 += "\($1.name):\($1.value)\r\n"
            }
        }
        .joined(separator: "\r\n")
    }

    // MARK: - Merging

    private static func merge(_ parts: [Section], _ title: String, of servers: Int) -> Section {
        var values: [String: [String]] = [:]
        for field in parts.flatMap(\.fields) { values[field.key, default: []].append(field.value) }
        var merged = Section(title: title)
        var known: [String: String] = [:]
        for key in distinct(parts.flatMap { $0.fields.map(\.key) }) {
            let name = key.hasPrefix("module:") ? "module" : key
            let rule = RedisInfoRule.rule(for: name)
            guard let value = rule.merge(values[key] ?? [], of: servers, known: known) else {
                continue
            }
            known[name] = value
            merged.fields.append(Field(name: name, value: value))
        }
        return merged
    }

    /// Each once, where it first stands.
    private static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
