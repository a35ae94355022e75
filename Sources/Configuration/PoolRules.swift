import Hashing
internal import Wire

/// What no key of a pool can tell alone: which keys go together, and whose endpoints are whose.
///
/// It finishes the pool as it goes. Each rule keeps silent about what was refused before, so that a
/// mistake is told once.
struct PoolRules {
    /// What a rule found, at a key's value.
    struct Finding {
        let mark: YAMLMark
        let key: String
        let reason: String
    }

    /// So many servers are named to somebody who named none of them.
    private static let shownServers = 8

    private(set) var pool: PoolConfiguration
    private(set) var findings: [Finding] = []
    private let given: GivenKeys

    /// Holds `pool`, as its keys one by one made it, against every rule.
    init(_ pool: PoolConfiguration, _ given: GivenKeys) {
        self.pool = pool
        self.given = given
        checkProtocol()
        checkMinServers()
        checkDisabledCommands()
        if pool.isRedis {
            checkCredentials()
            checkTopology()
            self.pool.readers = owned(pool.readers, "reader")
            self.pool.nodes = owned(pool.nodes, "nodes")
            checkReading()
            checkAdministration()
        }
    }

    /// A finding at `key`, if it was given and not refused before.
    private mutating func find(_ key: String, _ reason: String) {
        guard let mark = given.marks[key], given.isSound(key) else { return }
        findings.append(Finding(mark: mark, key: key, reason: reason))
    }

    // MARK: - Rules

    private mutating func checkProtocol() {
        guard !pool.isRedis, given.isSound("redis") else { return }
        for key in ConfigurationKey.pool where key.isForRedis {
            guard let mark = given.marks[key.name] else { continue }
            let reason = "is only for Redis; remove it or add \"redis: true\""
            findings.append(Finding(mark: mark, key: key.name, reason: reason))
        }
    }

    private mutating func checkMinServers() {
        guard case .sequence(let items)? = given.list?.value.content,
            pool.minServers > items.count
        else { return }
        find(
            "min_servers",
            "\"\(pool.minServers)\" is more than the pool's servers; use 0 to \(items.count)")
    }

    private mutating func checkDisabledCommands() {
        let key = "disabled_commands"
        guard given.isSound(key), given.isSound("redis"), let marks = given.itemMarks[key] else {
            return
        }
        for (name, mark) in zip(pool.disabledCommands, marks) {
            guard let reason = pool.isRedis ? Self.isNoCommand(name) : Self.isNeeded(name) else {
                continue
            }
            findings.append(Finding(mark: mark, key: key, reason: reason))
        }
    }

    private static func isNoCommand(_ name: String) -> String? {
        guard !RedisCommandSet.isKnown(name) else { return nil }
        return "\(quoted(name)) is not a command of Redis"
            + Suggestion.hint(for: name, among: RedisCommandSet.knownNames)
    }

    /// Of memcached's commands only those can be disabled that concern whole servers.
    private static func isNeeded(_ name: String) -> String? {
        let names = MemcachedCommand.forServers.map(\.name)
        guard !names.contains(name) else { return nil }
        return "\(quoted(name)) cannot be disabled for memcached; use one of "
            + names.joined(separator: ", ")
    }

    private mutating func checkCredentials() {
        if given.marks["client_auth"] != nil, given.marks["server_auth"] != nil {
            find("redis_auth", "has no effect beside client_auth and server_auth; remove it")
        }
        if pool.clientPasswords.isEmpty {
            if given.isSound("client_auth") { find("client_user", Self.lacksPassword("client")) }
            pool.clientCredentials = nil
        }
        if pool.serverPasswords.isEmpty {
            if given.isSound("server_auth") { find("server_user", Self.lacksPassword("server")) }
            pool.serverCredentials = nil
        }
    }

    private static func lacksPassword(_ direction: String) -> String {
        "has no password; add \"\(direction)_auth\" or remove it"
    }

    private mutating func checkTopology() {
        guard pool.topology == .replicationGroup else { return }
        if pool.autoEjectHosts {
            find(
                "auto_eject_hosts",
                "cannot be true with \"topology: replication_group\": a primary that fails over "
                    + "must not leave the ring, or its keys would move; use false")
        }
        if pool.distribution == .random {
            find(
                "distribution",
                "cannot be random with \"topology: replication_group\": every primary holds keys "
                    + "of its own; use ketama or modula")
        }
    }

    private mutating func checkReading() {
        guard pool.readFrom != .primary, given.isSound("servers"), given.isSound("topology"),
            !pool.servers.contains(where: pool.follows)
        else { return }
        find("read_from", "needs replicas, but no server is followed; \(wayToFollow)")
    }

    private mutating func checkAdministration() {
        guard pool.passesAdministration, case .sequence(let items)? = given.list?.value.content,
            items.count > 1
        else { return }
        find(
            "administration",
            "cannot be true with several servers: each has to be administered by itself; use false")
    }

    /// What would make Martlet follow a server that it does not.
    private var wayToFollow: String {
        pool.topology == .static
            ? "use \"topology: replication_group\""
            : "add \"topology: replication_group\" or give servers by name"
    }

    // MARK: - Endpoints

    /// The endpoints with the server they belong to, which a pool of one server need not name.
    private mutating func owned(_ endpoints: [GroupEndpoint], _ key: String) -> [GroupEndpoint] {
        guard given.isSound(key), given.isSound("servers"), given.isSound("topology"),
            let marks = given.itemMarks[key]
        else { return endpoints }
        var owned: [GroupEndpoint] = []
        var lines: [Place: Int] = [:]
        for (endpoint, mark) in zip(endpoints, marks) {
            let place = Place(host: Array(endpoint.host.utf8), port: endpoint.port)
            if let line = lines.updateValue(mark.line, forKey: place) {
                let reason = "is on line \(line) already; remove one of them"
                findings.append(Finding(mark: mark, key: key, reason: reason))
            } else {
                do throws(Fault) {
                    owned.append(try self.owned(endpoint))
                } catch {
                    findings.append(Finding(mark: mark, key: key, reason: error.reason))
                }
            }
        }
        return owned
    }

    /// What tells endpoints apart: bytes, as for servers.
    private struct Place: Hashable {
        let host: [UInt8]
        let port: UInt16
    }

    private func owned(_ endpoint: GroupEndpoint) throws(Fault) -> GroupEndpoint {
        let server = try owner(of: endpoint)
        guard pool.follows(server) else {
            throw Fault("belongs to \(quoted(server.name)), which is not followed; \(wayToFollow)")
        }
        var endpoint = endpoint
        endpoint.server = server.name
        return endpoint
    }

    private func owner(of endpoint: GroupEndpoint) throws(Fault) -> ServerConfiguration {
        let name = endpoint.server
        let known = pool.servers.map(\.name)
        if name.isEmpty {
            guard let only = pool.servers.first, pool.servers.count == 1 else {
                throw Fault("must say which server it belongs to; \(Self.use(known))")
            }
            return only
        }
        guard let server = pool.servers.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
        else {
            throw Fault(
                "\(quoted(name)) is not a server of this pool; \(Self.use(known))"
                    + Suggestion.hint(for: name, among: known))
        }
        return server
    }

    private static func use(_ names: [String]) -> String {
        let shown = names.prefix(shownServers).map(printable).joined(separator: ", ")
        return names.count == 1
            ? "use \(shown)"
            : "use one of \(shown)\(names.count > shownServers ? ", …" : "")"
    }
}
