/// What COMMAND tells of the commands: a line of the manual's text, taken apart when somebody asks.
///
/// The command table decides what is served and where keys are; this is what there is to say about
/// it, and much of it is for people. A test compares both with each other and with a real server.
struct RedisManual: Sendable {
    /// `get`, or for a subcommand `client|id`.
    let name: String
    private let fields: [Substring]

    /// Every line, in the order of the names. Made when the first client asks, and kept.
    static let pages: [RedisManual] = lines.map(RedisManual.init)

    private static let byName = Dictionary(uniqueKeysWithValues: pages.map { ($0.name, $0) })

    private static var lines: [Substring] {
        text.description.split(separator: "\n", omittingEmptySubsequences: true)
    }

    /// The page of that name in lower case, whether what it is about is served or not.
    static func anyPage(on name: String) -> RedisManual? { byName[name] }

    /// The page of that name in lower case, if there is one and these readers are served what it is
    /// about.
    static func page(on name: String, for readers: Readers) -> RedisManual? {
        byName[name].flatMap { $0.isServed(to: readers) ? $0 : nil }
    }

    /// The pages on whole commands that these readers are served.
    static func served(to readers: Readers) -> [RedisManual] {
        pages.filter { !$0.isSubcommand && $0.isServed(to: readers) }
    }

    /// For whom a page is.
    struct Readers: Equatable {
        let speakRESP3: Bool
        /// Whether what administers a server is passed on for them.
        let administer: Bool
    }

    private init(_ line: Substring) {
        fields = line.split(separator: "|", omittingEmptySubsequences: false)
        precondition(fields.count == 13, "a line of the manual has not 13 fields")
        name = fields[0].split(separator: " ", maxSplits: 1).joined(separator: "|")
    }

    // MARK: - The fields

    private var isSubcommand: Bool { name.utf8.contains(UInt8(ascii: "|")) }

    /// The command's name without the subcommand's.
    private var containerName: String { String(name.prefix { $0 != "|" }) }

    private var command: RedisCommand? {
        RedisCommand.find(Array(containerName.utf8).span).command
    }

    /// Whether the proxy serves it. Subcommands that are not in a table of ours go to a server.
    private func isServed(to readers: Readers) -> Bool {
        guard let command, Self.isServed(command.handling, to: readers) else { return false }
        guard isSubcommand, command.hasSubcommands else { return true }
        let word = String(name.dropFirst(containerName.count + 1))
        guard let line = RedisSubcommand.find(word, of: command) else { return true }
        return Self.isServed(line.handling, to: readers)
    }

    private static func isServed(_ handling: RedisCommand.Handling, to readers: Readers) -> Bool {
        guard case .refused(let refusal) = handling else { return true }
        return readers.administer && refusal.isOfAdministration
    }

    /// Whether it has subcommands that have pages of their own.
    var isContainer: Bool { !isSubcommand && Self.pages.contains { $0.name.hasPrefix(name + "|") } }

    var arity: Int { Int(fields[1]) ?? 0 }
    var flags: [Substring] { fields[2].split(separator: " ") }
    /// First key, last key and step; zeros if there is none, or no such rule.
    var keyRange: [Int] { fields[3].split(separator: " ").compactMap { Int($0) } }
    var categories: [Substring] { fields[4].split(separator: " ") }
    var keySpecifications: [RedisKeySpecification] {
        fields[6].split(separator: ";").map(RedisKeySpecification.init)
    }
    var group: Substring { fields[7] }
    var summary: String { String(fields[12]) }

    /// The pages on its subcommands, as far as they are served.
    func subcommands(for readers: Readers) -> [RedisManual] {
        isSubcommand
            ? []
            : Self.pages.filter { $0.name.hasPrefix(name + "|") && $0.isServed(to: readers) }
    }

    // MARK: - Replies

    /// The ten elements of COMMAND INFO: name, arity, flags, first key, last key, step, categories,
    /// tips, key specifications and subcommands.
    func description(for readers: Readers) -> [UInt8] {
        let inRESP3 = readers.speakRESP3
        func set(_ words: [String]) -> [UInt8] {
            RedisReply.setHeader(count: words.count, inRESP3: inRESP3)
                + words.flatMap { RedisReply.status($0) }
        }
        let specifications = keySpecifications.map { $0.description(inRESP3: inRESP3) }
        return RedisReply.array(
            of: [
                RedisReply.bulk(name), RedisReply.integer(arity), set(flags.map(String.init)),
            ] + keyRange.map { RedisReply.integer($0) } + [
                set(categories.map { "@\($0)" }),
                RedisReply.setHeader(count: tips.count, inRESP3: inRESP3)
                    + tips.flatMap { RedisReply.bulk(String($0)) },
                RedisReply.setHeader(count: specifications.count, inRESP3: inRESP3)
                    + specifications.joined(),
                subcommandDescriptions(for: readers),
            ])
    }

    /// Redis makes a set of none and an array of some.
    private func subcommandDescriptions(for readers: Readers) -> [UInt8] {
        let descriptions = subcommands(for: readers).map { $0.description(for: readers) }
        return descriptions.isEmpty
            ? RedisReply.setHeader(count: 0, inRESP3: readers.speakRESP3)
            : RedisReply.array(of: descriptions)
    }

    private var tips: [Substring] { fields[5].split(separator: " ") }

    /// What COMMAND DOCS says: a map of what there is to say.
    func documentation(for readers: Readers) -> [UInt8] {
        let inRESP3 = readers.speakRESP3
        var map = RedisMap(inRESP3: inRESP3)
        map.add("summary", RedisReply.bulk(summary))
        map.add("since", RedisReply.bulk(String(fields[8])))
        map.add("group", RedisReply.bulk(String(fields[7])))
        if !fields[9].isEmpty { map.add("complexity", RedisReply.bulk(String(fields[9]))) }
        addDeprecation(to: &map)
        if !fields[11].isEmpty {
            map.add("arguments", RedisManualArguments(fields[11], inRESP3: inRESP3).reply)
        }
        let subcommands = subcommands(for: readers)
        if !subcommands.isEmpty {
            var inner = RedisMap(inRESP3: inRESP3)
            for page in subcommands { inner.add(page.name, page.documentation(for: readers)) }
            map.add("subcommands", inner.reply)
        }
        return map.reply
    }

    private func addDeprecation(to map: inout RedisMap) {
        let words = fields[10].split(separator: " ", maxSplits: 2)
        guard let flag = words.first else { return }
        map.add(
            "doc_flags",
            RedisReply.setHeader(count: 1, inRESP3: map.isRESP3) + RedisReply.status(String(flag)))
        guard words.count == 3 else { return }
        map.add("deprecated_since", RedisReply.bulk(String(words[1])))
        map.add("replaced_by", RedisReply.bulk(String(words[2])))
    }
}
