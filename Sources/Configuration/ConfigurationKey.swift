import Hashing

/// A key that a configuration file may have: its name, what its value must be, its default, and one
/// line for people.
///
/// The tables below are the only place that knows the keys. The reader, the suggestions, and the
/// test that holds `Config/martlet.yml` against them all go by these lines.
struct ConfigurationKey<Section>: Sendable {
    /// Stores a value given as text, or says why it cannot.
    typealias Store = @Sendable (String, inout Section) throws(Fault) -> Void

    let name: String

    /// The default as a file would write it; nil if there is no value then.
    let standard: String?

    /// What the key does, in one line.
    let help: String

    /// How the value gets into the section; nil for the sequence of servers.
    let store: Store?
}

extension ConfigurationKey<PoolConfiguration> {
    /// What a pool may have, in the order of `Config/martlet.yml`.
    static let pool: [Self] = [
        .listen("listen", "where clients connect: host:port, or /path with permissions if wanted"),
        .flag("redis", \.isRedis, "false", "speak Redis (true) or memcached (false)"),
        .choice("hash", \.hash, "fnv1a_64", "the hash that places keys"),
        .hashTag("hash_tag", \.hashTag, "hash only what is between these two characters"),
        .choice("distribution", \.distribution, "ketama", "how hashes map to servers"),
        .number(
            "timeout", \.timeoutOrZero, 0...longest, "0", "ms for a server to answer, 0 = for ever"),
        .number("backlog", \.backlog, 0...most, "512", "connections that wait to be accepted"),
        .number(
            "client_connections", \.clientConnections, 0...most, "0",
            "clients at once, 0 = no limit"),
        .flag("tcpkeepalive", \.tcpKeepalive, "false", "probe idle clients"),
        .flag("reuseport", \.reusePort, "false", "share the address with other processes"),
        .text("redis_auth", \.redisAuth, "the password of clients and servers alike"),
        .number("redis_db", \.redisDatabase, 0...most, "0", "the database on the servers"),
        .flag("preconnect", \.preconnect, "false", "connect to servers at the start"),
        .flag("auto_eject_hosts", \.autoEjectHosts, "false", "take failing servers off the ring"),
        .number("server_connections", \.serverConnections, 1...ports, "1", "connections a server"),
        .number(
            "server_retry_timeout", \.serverRetryTimeoutMilliseconds, 0...longest, "30000",
            "ms until, and between, probes of an ejected server"),
        .number("server_failure_limit", \.failureLimitOrZero, 0...most, "2", "failures that eject"),
        .number("min_servers", \.minServers, 0...servers, "1", "fewer live ones are unhealthy"),
        .servers("servers", "a list of host:port:weight [name] or /path:weight [name]"),
    ]

    /// As many as 32 bits hold: twemproxy accepts no more, and nobody needs a tighter bound.
    private static let most = Int(Int32.max)

    /// 2147483647 ms are 24 days.
    private static let longest = Int(Int32.max)

    /// A host has no more ports to connect from to one address.
    private static let ports = 65535

    private static let servers = ConfigurationReader.maximumServers

    private static func listen(_ name: String, _ help: String) -> Self {
        Self(name: name, standard: nil, help: help) { text, pool throws(Fault) in
            pool.listen = try ListenAddress(text)
            pool.listenText = text
        }
    }

    private static func servers(_ name: String, _ help: String) -> Self {
        Self(name: name, standard: nil, help: help, store: nil)
    }
}

extension ConfigurationKey<GlobalSection> {
    /// What `global` may have.
    static let global: [Self] = [
        .count("workers", \.workers, 1...256, "worker threads; one for each core if not given")
    ]
}

/// What the file says about the process as a whole.
struct GlobalSection: Sendable {
    var workers: Int?
}

// MARK: - Kinds of values

extension ConfigurationKey {
    typealias Field<Value> = any WritableKeyPath<Section, Value> & Sendable

    static func flag(
        _ name: String, _ field: Field<Bool>, _ standard: String, _ help: String
    ) -> Self {
        Self(name: name, standard: standard, help: help) { text, section throws(Fault) in
            guard text == "true" || text == "false" else {
                throw Fault("\(quoted(text)) is neither true nor false; write one of them")
            }
            section[keyPath: field] = text == "true"
        }
    }

    static func number(
        _ name: String, _ field: Field<Int>, _ range: ClosedRange<Int>, _ standard: String,
        _ help: String
    ) -> Self {
        Self(name: name, standard: standard, help: help) { text, section throws(Fault) in
            section[keyPath: field] = try number(text, in: range)
        }
    }

    /// A number without a default.
    static func count(
        _ name: String, _ field: Field<Int?>, _ range: ClosedRange<Int>, _ help: String
    ) -> Self {
        Self(name: name, standard: nil, help: help) { text, section throws(Fault) in
            section[keyPath: field] = try number(text, in: range)
        }
    }

    /// One of the words that `Choice` knows; the key's name says in messages what the word is not.
    static func choice<Choice: CaseIterable & RawRepresentable<String> & Sendable>(
        _ name: String, _ field: Field<Choice>, _ standard: String, _ help: String
    ) -> Self {
        let known = Choice.allCases.map(\.rawValue)
        return Self(name: name, standard: standard, help: help) { text, section throws(Fault) in
            guard let choice = Choice(rawValue: text) else {
                throw Fault(
                    "\(quoted(text)) is not a \(name); use one of \(known.joined(separator: ", "))"
                        + Suggestion.hint(for: text, among: known))
            }
            section[keyPath: field] = choice
        }
    }

    static func hashTag(_ name: String, _ field: Field<HashTag?>, _ help: String) -> Self {
        Self(name: name, standard: nil, help: help) { text, section throws(Fault) in
            guard let tag = HashTag(text) else {
                throw Fault("\(quoted(text)) is not a hash tag; use two characters, such as \"{}\"")
            }
            section[keyPath: field] = tag
        }
    }

    static func text(_ name: String, _ field: Field<String?>, _ help: String) -> Self {
        Self(name: name, standard: nil, help: help) { text, section throws(Fault) in
            section[keyPath: field] = text
        }
    }

    private static func number(_ text: String, in range: ClosedRange<Int>) throws(Fault) -> Int {
        let right = "use a number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = decimal(text.utf8) else {
            throw Fault("\(quoted(text)) is not a number in digits; \(right)")
        }
        guard range ~= number else { throw Fault("\(quoted(text)) is out of range; \(right)") }
        return number
    }
}
