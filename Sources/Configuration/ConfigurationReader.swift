import Hashing

/// Turns the tree of a file into a `Configuration`, and collects everything that is wrong on the
/// way.
///
/// A value at fault leaves its default behind, so the rest of its pool is still checked. The
/// half-right configuration that results is never handed out.
struct ConfigurationReader {
    /// Nobody mends more at a time, and a hostile file may not make us write without end.
    static let maximumProblems = 100

    /// Each pool takes a listening socket and statistics, so this many is a mistake.
    static let maximumPools = 10_000

    /// A ring this crowded already takes 160 points for each of them.
    static let maximumServers = 1024

    /// Points on the rings of all pools: 128 MB at 8 bytes each.
    static let maximumRingPoints = 1 << 24

    private let file: String
    private var problems: [ConfigurationProblem] = []
    private var configuration = Configuration(pools: [])
    private var ringPoints = 0

    /// First lines of what must be unique, by its bytes: `String` takes texts for equal that differ
    /// in them.
    private var poolLines: [[UInt8]: Int] = [:]
    private var listeners: [[UInt8]: (pool: String, line: Int)] = [:]

    init(file: String) { self.file = file }

    /// The configuration that `document` describes.
    mutating func read(_ document: YAMLDocument) throws(ConfigurationFailure) -> Configuration {
        for problem in document.problems { report(problem.mark, nil, problem.reason) }
        if let root = document.root {
            readPools(root)
        } else if problems.isEmpty {
            report(nil, nil, "is empty; a pool must be given")
        }
        guard problems.isEmpty else { throw failure() }
        configuration.pools.sort { RingOrder.precedes($0.name, $1.name) }
        return configuration
    }

    private mutating func report(_ mark: YAMLMark?, _ key: String?, _ reason: String) {
        guard !hasEnough else { return }
        problems.append(ConfigurationProblem(file: file, mark: mark, key: key, reason: reason))
    }

    private var hasEnough: Bool { problems.count >= Self.maximumProblems }

    /// The problems by line; those of one line, and those of no line, stay in the order they were
    /// found.
    private func failure() -> ConfigurationFailure {
        var sorted = problems.enumerated().sorted { a, b in
            let (lineA, lineB) = (a.element.line ?? 0, b.element.line ?? 0)
            return lineA != lineB ? lineA < lineB : a.offset < b.offset
        }.map(\.element)
        if hasEnough {
            let reason = "has more problems; only \(Self.maximumProblems) are shown"
            sorted.append(ConfigurationProblem(file: file, mark: nil, key: nil, reason: reason))
        }
        return ConfigurationFailure(problems: sorted)
    }

    // MARK: - Top level

    private mutating func readPools(_ root: YAMLNode) {
        guard let entries = mapping(root, nil, "use pool names with their keys indented below")
        else {
            return
        }
        for entry in entries where !hasEnough {
            if let first = poolLines.updateValue(entry.mark.line, forKey: Array(entry.key.utf8)) {
                report(
                    entry.mark, printable(entry.key),
                    "is the name of a pool on line \(first) already; give one of them another name")
            }
            if isGlobalSection(entry) {
                readGlobal(entry)
            } else {
                readPool(entry)
            }
        }
        if configuration.pools.isEmpty { report(root.mark, nil, "has no pool; give at least one") }
        if configuration.pools.count > Self.maximumPools {
            report(nil, nil, "has more than \(Self.maximumPools) pools")
        }
    }

    /// `global` is the process's own section, unless it says where to listen: twemproxy's users may
    /// call a pool so.
    private func isGlobalSection(_ entry: YAMLEntry) -> Bool {
        guard entry.key == "global" else { return false }
        guard case .mapping(let entries) = entry.value.content else { return true }
        return !entries.contains { $0.key == "listen" }
    }

    private mutating func readGlobal(_ entry: YAMLEntry) {
        if case .scalar("") = entry.value.content { return }  // All its lines are commented out.
        guard let entries = mapping(entry.value, "global", "use a line \"workers: 2\" below it")
        else {
            return
        }
        var section = GlobalSection()
        let given = readKeys(
            entries, of: "global", keys: ConfigurationKey.global, into: &section)
        checkTimesToLive(section.names, given)
        configuration.workers = section.workers
        configuration.workerCPUs = section.workerCPUs
        configuration.batchWaitMicroseconds = section.batchWaitMicroseconds
        configuration.names = section.names
        configuration.maxMemory = section.maxMemory
    }

    private mutating func checkTimesToLive(_ names: NameSettings, _ given: GivenKeys) {
        let (least, most) = (names.minTTLMilliseconds, names.maxTTLMilliseconds)
        guard least > most, given.isSound("dns_min_ttl"), given.isSound("dns_max_ttl") else {
            return
        }
        if let mark = given.marks["dns_min_ttl"] {
            report(
                mark, "global.dns_min_ttl",
                "\"\(least)\" is more than dns_max_ttl; use at most \(most)")
        } else if let mark = given.marks["dns_max_ttl"] {
            report(
                mark, "global.dns_max_ttl",
                "\"\(most)\" is less than dns_min_ttl; use at least \(least)")
        }
    }

    // MARK: - Pools

    private mutating func readPool(_ entry: YAMLEntry) {
        let name = printable(entry.key)
        // Until `listen` is read the pool listens nowhere; without it, the pool is not handed out.
        var pool = PoolConfiguration(
            name: entry.key, listen: .tcp(host: "", port: 0), listenText: "", servers: [])
        defer { configuration.pools.append(pool) }
        if entry.key.isEmpty { report(entry.mark, nil, "the pool has no name; give it one") }
        let right = "use keys such as \"listen: 0.0.0.0:22121\" below it"
        guard let entries = mapping(entry.value, name, right) else { return }

        var given = readKeys(entries, of: name, keys: ConfigurationKey.pool, into: &pool)
        if let servers = given.list {
            let before = problems.count
            readServers(servers, of: name, into: &pool)
            if problems.count > before { given.faulty.insert("servers") }
        } else if given.marks["servers"] == nil {
            report(entry.mark, "\(name).servers", "is missing; \(Self.serversForm)")
        }
        if given.marks["listen"] == nil {
            report(entry.mark, "\(name).listen", "is missing; give host:port or /path")
        }
        checkListener(of: pool, given)
        let rules = PoolRules(pool, given)
        for finding in rules.findings {
            report(finding.mark, "\(name).\(finding.key)", finding.reason)
        }
        pool = rules.pool
        checkRing(of: pool, entry)
    }

    private static let serversForm =
        "give each server a line \"- host:port:weight [name]\" below \"servers:\""

    private mutating func checkListener(of pool: PoolConfiguration, _ given: GivenKeys) {
        guard given.isSound("listen"), let mark = given.marks["listen"] else { return }
        let text = Array(pool.listenText.utf8)
        if let other = listeners[text] {
            report(
                mark, "\(printable(pool.name)).listen",
                "\(quoted(pool.listenText)) is where pool \(printable(other.pool)) listens already "
                    + "(line \(other.line)); use another address")
        } else {
            listeners[text] = (pool.name, mark.line)
        }
    }

    private mutating func checkRing(of pool: PoolConfiguration, _ entry: YAMLEntry) {
        let before = ringPoints
        switch pool.distribution {
        case .ketama: ringPoints += pool.servers.count * 160
        case .modula: ringPoints += pool.servers.reduce(0) { $0 + $1.weight }
        case .random: ringPoints += pool.servers.count
        }
        if before <= Self.maximumRingPoints, ringPoints > Self.maximumRingPoints {
            report(
                entry.mark, printable(pool.name),
                "the file needs more than \(Self.maximumRingPoints) points on its rings; "
                    + "use smaller weights, in the same proportion")
        }
    }

    // MARK: - Servers

    private mutating func readServers(
        _ entry: YAMLEntry, of pool: String, into configuration: inout PoolConfiguration
    ) {
        let key = "\(pool).servers"
        let items: [YAMLNode]
        switch entry.value.content {
        case .refused: return
        case .sequence(let nodes): items = nodes
        case .scalar(""): return report(entry.mark, key, "has no servers; \(Self.serversForm)")
        case .scalar, .mapping: return report(entry.mark, key, "is not a list; \(Self.serversForm)")
        }
        if items.count > Self.maximumServers {
            return report(
                entry.mark, key, "has more than \(Self.maximumServers) servers; use fewer")
        }
        var lines: [[UInt8]: Int] = [:]
        for item in items where !hasEnough {
            guard let server = readServer(item, key) else { continue }
            if case .unix = server.address, configuration.topology == .replicationGroup {
                report(
                    item.mark, key,
                    "\(quoted(server.endpoint)) is a socket, which is not the primary of a "
                        + "replication group; use host:port:weight [name] or \"topology: static\"")
            }
            if let line = lines.updateValue(item.mark.line, forKey: Array(server.name.utf8)) {
                report(
                    item.mark, key,
                    "\(quoted(server.name)) is the name of the server on line \(line) already; "
                        + "give one of them another name")
            }
            configuration.servers.append(server)
        }
        configuration.servers.sort { RingOrder.precedes($0.name, $1.name) }
    }

    private mutating func readServer(_ item: YAMLNode, _ key: String) -> ServerConfiguration? {
        guard let text = scalar(item, at: item.mark, key) else { return nil }
        do throws(Fault) {
            return try ServerConfiguration(text)
        } catch {
            report(item.mark, key, error.reason)
            return nil
        }
    }

    // MARK: - Sections

    private mutating func readKeys<Section>(
        _ entries: [YAMLEntry], of name: String, keys: [ConfigurationKey<Section>],
        into section: inout Section
    ) -> GivenKeys {
        var given = GivenKeys()
        for entry in entries where !hasEnough {
            let path = "\(name).\(printable(entry.key))"
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                report(entry.mark, path, unknown(entry.key, among: keys.map(\.name)))
                continue
            }
            if let first = given.marks[key.name] {
                report(entry.mark, path, "is given twice, first on line \(first.line); remove one")
                continue
            }
            given.marks[key.name] = entry.value.mark
            let isSound: Bool
            switch key.form {
            case .one(let store):
                isSound = storeValue(of: entry, path, with: store, into: &section)
            case .list(let most, let store):
                given.itemMarks[key.name] = items(of: entry).map(\.mark)
                isSound = storeList(of: entry, path, most: most, with: store, into: &section)
            case .servers:
                given.list = entry
                isSound = true
            }
            if !isSound { given.faulty.insert(key.name) }
        }
        return given
    }

    private mutating func storeValue<Section>(
        of entry: YAMLEntry, _ path: String, with store: ConfigurationKey<Section>.Store,
        into section: inout Section
    ) -> Bool {
        guard let text = scalar(entry.value, at: entry.mark, path) else { return false }
        do throws(Fault) {
            try store(text, &section)
            return true
        } catch {
            report(entry.value.mark, path, error.reason)
            return false
        }
    }

    /// The values of a key that takes one or a list of them.
    private func items(of entry: YAMLEntry) -> [YAMLNode] {
        guard case .sequence(let items) = entry.value.content else { return [entry.value] }
        return items
    }

    private mutating func storeList<Section>(
        of entry: YAMLEntry, _ path: String, most: Int,
        with store: ConfigurationKey<Section>.StoreList, into section: inout Section
    ) -> Bool {
        let items = items(of: entry)
        guard items.count <= most else {
            report(entry.value.mark, path, "has \(items.count) values; use at most \(most)")
            return false
        }
        let isList = if case .sequence = entry.value.content { true } else { false }
        var texts: [String] = []
        for item in items where !hasEnough {
            guard let text = scalar(item, at: isList ? item.mark : entry.mark, path) else {
                return false
            }
            texts.append(text)
        }
        let faults = store(texts, &section)
        for fault in faults { report(items[fault.index].mark, path, fault.fault.reason) }
        return faults.isEmpty
    }

    private func unknown(_ key: String, among known: [String]) -> String {
        let hint = Suggestion.hint(for: key, among: known)
        if !hint.isEmpty { return "is not a known key\(hint)" }
        let belongsToPool = ConfigurationKey.pool.contains { $0.name == key }
        if belongsToPool {
            return "is a pool's key; a pool called global must also have \"listen\""
        }
        return "is not a known key; use one of \(known.joined(separator: ", "))"
    }

    // MARK: - Shapes

    /// The text of `node`, never empty; nil after reporting at `mark`, its key's place, that it is
    /// something else.
    private mutating func scalar(_ node: YAMLNode, at mark: YAMLMark, _ key: String) -> String? {
        switch node.content {
        case .refused: return nil
        case .scalar(""): report(mark, key, "has no value; give one or remove the line")
        case .scalar(let text): return text
        case .sequence: report(mark, key, "is a list; give a single value")
        case .mapping: report(mark, key, "has keys below it; give a single value")
        }
        return nil
    }

    /// The entries of `node`; nil after reporting that it is something else.
    private mutating func mapping(_ node: YAMLNode, _ key: String?, _ right: String) -> [YAMLEntry]?
    {
        let subject = key == nil ? "the file " : ""
        switch node.content {
        case .refused: return nil
        case .mapping(let entries): return entries
        case .scalar(""): report(node.mark, key, "\(subject)has no keys; \(right)")
        case .scalar(let text):
            report(node.mark, key, "\(subject)is only \(quoted(text)); \(right)")
        case .sequence: report(node.mark, key, "\(subject)is a list; \(right)")
        }
        return nil
    }
}
