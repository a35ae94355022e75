public import Hashing

/// Which protocol a pool speaks, with its clients and its servers alike.
public enum CacheProtocol: Sendable, Equatable {
    case redis
    case memcached
}

/// One pool: where it listens, how it places keys, and the servers behind it.
///
/// The defaults are twemproxy's; `ConfigurationKey.pool` names the key of each field in the file.
public struct PoolConfiguration: Sendable, Equatable {
    /// The pool's name: its key in the file, and its name in statistics and logs. Never empty.
    public var name: String

    /// Where clients connect.
    public var listen: ListenAddress

    /// `listen` as the file has it, for messages.
    public var listenText: String

    /// The hash that places keys on the ring.
    public var hash = KeyHash.fnv64a

    /// The bytes around the part of a key that is hashed; nil hashes whole keys.
    public var hashTag: HashTag?

    /// How hashes map to servers.
    public var distribution = Distribution.ketama

    /// How long a request may wait for its server, in milliseconds, from 1; nil waits forever (0 in
    /// the file).
    public var timeoutMilliseconds: Int?

    /// Connections that the kernel may hold before they are accepted.
    public var backlog = 512

    /// Clients that the pool serves at once; 0 means no limit.
    public var clientConnections = 0

    /// From `redis:` in the file.
    public var cacheProtocol = CacheProtocol.memcached

    /// Whether the kernel probes idle client connections.
    public var tcpKeepalive = false

    /// Whether other processes may listen on the same address.
    public var reusePort = false

    /// What clients must show; nil: nothing. Only on a Redis pool.
    public var clientCredentials: Credentials?

    /// What servers are shown; nil: nothing. Only on a Redis pool.
    public var serverCredentials: Credentials?

    /// Connections to each server that clients may have for themselves at once, for commands that
    /// block and for keys that are watched; of all workers together.
    public var privateConnections = 4096

    /// The database selected on every server connection; of no effect for memcached.
    public var redisDatabase = 0

    /// Whether servers are connected at the start, not at the first request.
    public var preconnect = false

    /// Whether a failing server leaves the ring until it has had time to recover.
    public var autoEjectHosts = false

    /// Connections to each server, from 1.
    public var serverConnections = 1

    /// How long an ejected server stays out, in milliseconds.
    public var serverRetryTimeoutMilliseconds = 30_000

    /// Failures in a row that eject a server, from 1 (0 in the file acts as 1, as twemproxy's
    /// does).
    public var serverFailureLimit = 2

    /// Below this many live servers the pool counts as unhealthy; 0...servers.count.
    public var minServers = 1

    /// How servers are followed; nil: as primaries of replication groups where Redis servers are
    /// given by host name, else not at all.
    public var topology: Topology?

    /// Names behind which a server's replicas are found.
    public var readers: [GroupEndpoint] = []

    /// Nodes that may be a server's primary or a replica, beyond what the group itself tells.
    public var nodes: [GroupEndpoint] = []

    /// How long a request may be held while its server's primary is missing, in milliseconds; 0
    /// fails it at once.
    public var failoverWaitMilliseconds = 5000

    /// Requests that may be held at once on all workers together; beyond, they are refused.
    public var failoverMaxRequests = 100_000

    /// The bytes of those requests, bounded in the same way.
    public var failoverMaxBytes = 64 * 1024 * 1024

    /// Which requests are sent again after a lost connection.
    public var replay = Replay.safe

    /// Who answers reads.
    public var readFrom = ReadPreference.primary

    /// How far behind a replica may be that is read from; nil: any way.
    public var maxReplicaLag: ReplicaLag?

    /// How long after a client's write its own reads go to the primary, in milliseconds.
    public var readYourWritesMilliseconds = 1000

    /// Whether the pool's only server gets the commands that administer it.
    public var passesAdministration = false

    /// Bytes of one request, its command included.
    public var maxRequestSize = 1 << 30

    /// Arguments of one Redis request, its name included; keys of one memcached request.
    public var maxArguments = 1 << 20

    /// Bytes of one key; memcached's own limit of 250 holds besides.
    public var maxKeyLength = 64 * 1024

    /// Bytes of replies that may wait for one client.
    public var clientOutputLimit = 256 * 1024 * 1024

    /// How long nothing may come from a client, nor go to it, while the proxy owes it nothing, in
    /// milliseconds; 0 means for ever.
    public var clientIdleTimeoutMilliseconds = 0

    /// Commands that clients may not say, as the file names them.
    public var disabledCommands: [String] = []

    /// The servers in twemproxy's order: by length of the name, then by its bytes. Never empty.
    public var servers: [ServerConfiguration]

    /// A pool with every default, as tests make it.
    ///
    /// The caller gives the servers in their order.
    public init(
        name: String, listen: ListenAddress, listenText: String, servers: [ServerConfiguration]
    ) {
        self.name = name
        self.listen = listen
        self.listenText = listenText
        self.servers = servers
    }
}

/// Fields as the file writes them, where that is not how the program wants them.
extension PoolConfiguration {
    var isRedis: Bool {
        get { cacheProtocol == .redis }
        set { cacheProtocol = newValue ? .redis : .memcached }
    }

    var timeoutOrZero: Int {
        get { timeoutMilliseconds ?? 0 }
        set { timeoutMilliseconds = newValue == 0 ? nil : newValue }
    }

    var failureLimitOrZero: Int {
        get { serverFailureLimit }
        set { serverFailureLimit = max(1, newValue) }
    }
}

/// Credentials as the file writes them, in any order: what is not given yet is missing meanwhile.
extension PoolConfiguration {
    var clientUser: String? {
        get { clientCredentials?.user }
        set { clientCredentials = Credentials(user: newValue, passwords: clientPasswords) }
    }

    var clientPasswords: [String] {
        get { clientCredentials?.passwords ?? [] }
        set { clientCredentials = Credentials(user: clientUser, passwords: newValue) }
    }

    var serverUser: String? {
        get { serverCredentials?.user }
        set { serverCredentials = Credentials(user: newValue, passwords: serverPasswords) }
    }

    var serverPasswords: [String] {
        get { serverCredentials?.passwords ?? [] }
        set { serverCredentials = Credentials(user: serverUser, passwords: newValue) }
    }

    /// twemproxy's one password for both directions; a password of a direction's own, whether it
    /// came before or comes afterwards, goes before it.
    var redisAuth: String? {
        get { clientPasswords.first }
        set {
            let passwords = newValue.map { [$0] } ?? []
            if clientPasswords.isEmpty { clientPasswords = passwords }
            if serverPasswords.isEmpty { serverPasswords = passwords }
        }
    }
}

extension PoolConfiguration {
    /// Whether `server` is the primary of a replication group to this pool, which is to be found
    /// wherever it moves.
    ///
    /// A server given by name counts as one if the file does not say; one that has only an address
    /// cannot move, unless it is said to.
    public func follows(_ server: ServerConfiguration) -> Bool {
        guard cacheProtocol == .redis, case .tcp(let host, _) = server.address else {
            return false
        }
        switch topology {
        case .replicationGroup: return true
        case .static: return false
        case nil: return !host.isEmpty && IPAddress.version(of: host) == nil
        }
    }
}
