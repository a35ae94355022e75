import Hashing

/// A key that a configuration file may have: its name, what its value must be, its default, and one
/// line for people.
///
/// The tables below are the only place that knows the keys. The reader, the suggestions, and the
/// test that holds `Config/martlet.yml` against them all go by these lines.
struct ConfigurationKey<Section>: Sendable {
    /// Stores a value given as text, or says why it cannot.
    typealias Store = @Sendable (String, inout Section) throws(Fault) -> Void

    /// Stores the values given, or says of each one that it cannot why.
    typealias StoreList = @Sendable ([String], inout Section) -> [ItemFault]

    /// What a key's value looks like, and how it gets into the section.
    enum Form: Sendable {
        /// A single value.
        case one(Store)
        /// A single value, or a list of at most `most`.
        case list(most: Int, StoreList)
        /// The sequence of servers, which the reader knows.
        case servers
    }

    let name: String

    /// The default as a file would write it; nil if there is no value then.
    let standard: String?

    /// What the key does, in one line.
    let help: String

    let form: Form

    /// Whether a memcached pool may not have it.
    private(set) var isForRedis = false

    /// The same key, for Redis pools only.
    fileprivate var forRedis: Self {
        var key = self
        key.isForRedis = true
        return key
    }
}

/// What is wrong with one value of a list.
struct ItemFault: Error {
    /// Its place in the list, from 0.
    let index: Int
    let fault: Fault
}

extension ConfigurationKey<PoolConfiguration> {
    /// What a pool may have, in the order of `Config/martlet.yml`: first what every pool may have.
    static let pool: [Self] = common + replication.map(\.forRedis)

    private static let common: [Self] = [
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
        .number(
            "client_idle_timeout", \.clientIdleTimeoutMilliseconds, 0...longest, "0",
            "ms of silence that end a client, 0 = none do"),
        .size(
            "client_output_limit", \.clientOutputLimit, "256mb", in: leastOutput...,
            "bytes that may wait for a client"),
        .size(
            "max_request_size", \.maxRequestSize, "1gb", in: leastRequest..., "bytes of a request"),
        .number(
            "max_args", \.maxArguments, leastArguments...mostArguments, "1048576",
            "arguments of a request, or keys of a memcached one"),
        .size("max_key_length", \.maxKeyLength, "64kb", in: 1..., "bytes of a key"),
        .list(
            "disabled_commands", \.disabledCommands, most: names,
            "commands that clients may not say, such as flushall"
        ) { text throws(Fault) in text },
        .flag("tcpkeepalive", \.tcpKeepalive, "false", "probe idle clients"),
        .flag("reuseport", \.reusePort, "false", "share the address with other processes"),
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

    /// What only a Redis pool may have.
    private static let replication: [Self] = [
        .text("redis_auth", \.redisAuth, "the password of clients and servers alike"),
        .text("client_user", \.clientUser, "the user that clients must be"),
        .passwords("client_auth", \.clientPasswords, "the password, or two, of clients"),
        .text("server_user", \.serverUser, "the user that servers are told"),
        .passwords("server_auth", \.serverPasswords, "the password, or two, of servers"),
        .number(
            "private_connections", \.privateConnections, 0...most, "4096",
            "connections a server that clients may have for themselves"),
        .choice("topology", \.topology, "follow servers as primaries of replication groups"),
        .endpoints("reader", \.readers, "names of replicas: host:port [server name]"),
        .endpoints("nodes", \.nodes, "further nodes: host:port [server name]"),
        .number(
            "failover_wait", \.failoverWaitMilliseconds, 0...longest, "5000",
            "ms that requests wait for a primary, 0 = not at all"),
        .number(
            "failover_max_requests", \.failoverMaxRequests, 0...most, "100000",
            "requests that may wait for primaries"),
        .size(
            "failover_max_bytes", \.failoverMaxBytes, "64mb", "the bytes of those requests at most"),
        .choice(
            "replay", \.replay, "safe", "which requests are sent again after a lost connection"),
        .choice("read_from", \.readFrom, "primary", "who answers reads"),
        .lag("max_replica_lag", \.maxReplicaLag, "a replica further behind is not read from"),
        .number(
            "read_your_writes", \.readYourWritesMilliseconds, 0...longest, "1000",
            "ms after a write in which its client reads from the primary"),
        .flag(
            "administration", \.passesAdministration, "false",
            "pass on CONFIG SET, DEBUG, ACL and their like to the pool's only server"),
    ]

    /// As many as 32 bits hold: twemproxy accepts no more, and nobody needs a tighter bound.
    private static let most = Int(Int32.max)

    /// 2147483647 ms are 24 days.
    private static let longest = Int(Int32.max)

    /// Twice of what waits for any client while its server is held back.
    private static let leastOutput = 8 << 20

    /// Twice of a memcached server's line.
    private static let leastRequest = 4096

    /// Commands with options have a dozen; every server takes so many.
    private static let leastArguments = 16
    private static let mostArguments = 1 << 20

    /// A host has no more ports to connect from to one address.
    private static let ports = 65535

    private static let servers = ConfigurationReader.maximumServers

    /// Elasticache allows six nodes in a group; this is room for every server to name eight.
    private static let endpoints = servers * 8

    /// More than there are commands with all their subcommands.
    private static let names = 1000

    /// The one in use and the one that follows it.
    private static let passwords = 2

    private static func listen(_ name: String, _ help: String) -> Self {
        Self(
            name: name, standard: nil, help: help,
            form: .one { text, pool throws(Fault) in
                pool.listen = try ListenAddress(text)
                pool.listenText = text
            })
    }

    private static func servers(_ name: String, _ help: String) -> Self {
        Self(name: name, standard: nil, help: help, form: .servers)
    }

    private static func endpoints(
        _ name: String, _ field: Field<[GroupEndpoint]>, _ help: String
    ) -> Self {
        .list(name, field, most: endpoints, help) { text throws(Fault) in try GroupEndpoint(text) }
    }

    private static func passwords(
        _ name: String, _ field: Field<[String]>, _ help: String
    ) -> Self {
        .list(name, field, most: passwords, help) { text throws(Fault) in
            try PasswordSource(text).password()
        }
    }

    private static func lag(
        _ name: String, _ field: Field<ReplicaLag?>, _ help: String
    ) -> Self {
        .value(name, field, nil, help) { text throws(Fault) in try ReplicaLag(text) }
    }
}

extension ConfigurationKey<GlobalSection> {
    /// What `global` may have.
    static let global: [Self] = [
        .count("workers", \.workers, 1...256, "worker threads; one for each core if not given"),
        .value("worker_cpus", \.workerCPUs, nil, "the CPUs of workers: auto, or such as 0-3,8") {
            text throws(Fault) in try CPUList(text, among: Surroundings.cpus).cpus
        },
        .number(
            "batch_wait", \.batchWaitMicroseconds, 0...longestBatchWait, "120",
            "us that a busy worker waits for more requests, 0 = not at all"),
        .list("resolver", \.resolvers, most: resolvers, "name servers: ip or ip:port") {
            text throws(Fault) in try ResolverAddress(text).text
        },
        .number(
            "dns_min_ttl", \.names.minTTLMilliseconds, shortest...longest, "1000",
            "ms for which an answer holds at least"),
        .number(
            "dns_max_ttl", \.names.maxTTLMilliseconds, shortest...longest, "5000",
            "ms for which an answer holds at most"),
        .count(
            "dns_hold_not_found", \.names.holdNotFoundMilliseconds, 0...longest,
            "ms to keep the addresses of a name that is gone; for ever if not given"),
        .count(
            "dns_hold_failure", \.names.holdFailureMilliseconds, 0...longest,
            "ms to keep addresses while name servers fail; for ever if not given"),
        .count(
            "dns_hold_timeout", \.names.holdTimeoutMilliseconds, 0...longest,
            "ms to keep addresses while name servers are silent; for ever if not given"),
        .size(
            "max_memory", \.maxMemory, "1gb", in: leastMemory...,
            "bytes that all connections together may hold"),
    ]

    /// 10 ms: every request would wait for so long.
    private static let longestBatchWait = 10_000

    /// What a few clients with ordinary replies hold.
    private static let leastMemory = 16 << 20

    /// The system takes three; more only make a failure take longer.
    private static let resolvers = 8

    /// Ten questions a second is as often as a name server need hear of one name.
    private static let shortest = 100

    /// 24 days, as for pools.
    private static let longest = Int(Int32.max)
}

/// What the file says about the process as a whole.
struct GlobalSection: Sendable {
    var workers: Int?
    var workerCPUs: [Int] = []
    var batchWaitMicroseconds = 120
    var names = NameSettings()
    var maxMemory = 1 << 30

    /// Empty: the system's.
    var resolvers: [String] {
        get { names.resolvers ?? [] }
        set { names.resolvers = newValue.isEmpty ? nil : newValue }
    }
}

// MARK: - Kinds of values

extension ConfigurationKey {
    typealias Field<Value> = any WritableKeyPath<Section, Value> & Sendable

    static func flag(
        _ name: String, _ field: Field<Bool>, _ standard: String, _ help: String
    ) -> Self {
        .value(name, field, standard, help) { text throws(Fault) in
            guard text == "true" || text == "false" else {
                throw Fault("\(quoted(text)) is neither true nor false; write one of them")
            }
            return text == "true"
        }
    }

    static func number(
        _ name: String, _ field: Field<Int>, _ range: ClosedRange<Int>, _ standard: String,
        _ help: String
    ) -> Self {
        .value(name, field, standard, help) { text throws(Fault) in try number(text, in: range) }
    }

    /// A number without a default.
    static func count(
        _ name: String, _ field: Field<Int?>, _ range: ClosedRange<Int>, _ help: String
    ) -> Self {
        .value(name, field, nil, help) { text throws(Fault) in try number(text, in: range) }
    }

    /// A number of bytes, such as 64mb.
    static func size(
        _ name: String, _ field: Field<Int>, _ standard: String,
        in range: PartialRangeFrom<Int> = 0..., _ help: String
    ) -> Self {
        .value(name, field, standard, help) { text throws(Fault) in
            guard let bytes = ByteSize.bytes(text) else {
                throw Fault("\(quoted(text)) is not a size; \(ByteSize.form)")
            }
            guard range ~= bytes else {
                throw Fault("\(quoted(text)) is too small; use \(range.lowerBound) or more")
            }
            return bytes
        }
    }

    /// One of the words that `Choice` knows; the key's name says in messages what the word is not.
    static func choice<Choice: CaseIterable & RawRepresentable<String> & Sendable>(
        _ name: String, _ field: Field<Choice>, _ standard: String, _ help: String
    ) -> Self {
        .value(name, field, standard, help) { text throws(Fault) in try choice(text, of: name) }
    }

    /// One of the words that `Choice` knows, without a default.
    static func choice<Choice: CaseIterable & RawRepresentable<String> & Sendable>(
        _ name: String, _ field: Field<Choice?>, _ help: String
    ) -> Self {
        .value(name, field, nil, help) { text throws(Fault) in
            let word: Choice = try choice(text, of: name)
            return word
        }
    }

    static func hashTag(_ name: String, _ field: Field<HashTag?>, _ help: String) -> Self {
        .value(name, field, nil, help) { text throws(Fault) in
            guard let tag = HashTag(text) else {
                throw Fault("\(quoted(text)) is not a hash tag; use two characters, such as \"{}\"")
            }
            return tag
        }
    }

    static func text(_ name: String, _ field: Field<String?>, _ help: String) -> Self {
        .value(name, field, nil, help) { text throws(Fault) in text }
    }

    /// Any value that `read` makes of a text.
    static func value<Value>(
        _ name: String, _ field: Field<Value>, _ standard: String?, _ help: String,
        _ read: @escaping @Sendable (String) throws(Fault) -> Value
    ) -> Self {
        Self(
            name: name, standard: standard, help: help,
            form: .one { text, section throws(Fault) in section[keyPath: field] = try read(text) })
    }

    /// As many values as there are, up to `most`, each as `read` makes it of its text.
    static func list<Value>(
        _ name: String, _ field: Field<[Value]>, most: Int, _ help: String,
        _ read: @escaping @Sendable (String) throws(Fault) -> Value
    ) -> Self {
        let store: StoreList = { texts, section in
            var faults: [ItemFault] = []
            var values: [Value] = []
            for (index, text) in texts.enumerated() {
                do throws(Fault) {
                    values.append(try read(text))
                } catch {
                    faults.append(ItemFault(index: index, fault: error))
                }
            }
            section[keyPath: field] = values
            return faults
        }
        return Self(name: name, standard: nil, help: help, form: .list(most: most, store))
    }

    private static func number(_ text: String, in range: ClosedRange<Int>) throws(Fault) -> Int {
        let right = "use a number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = decimal(text.utf8) else {
            throw Fault("\(quoted(text)) is not a number in digits; \(right)")
        }
        guard range ~= number else { throw Fault("\(quoted(text)) is out of range; \(right)") }
        return number
    }

    private static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ text: String, of name: String
    ) throws(Fault) -> Choice {
        let known = Choice.allCases.map(\.rawValue)
        guard let choice = Choice(rawValue: text) else {
            throw Fault(
                "\(quoted(text)) is not a \(name); use one of \(known.joined(separator: ", "))"
                    + Suggestion.hint(for: text, among: known))
        }
        return choice
    }
}
