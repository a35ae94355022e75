/// How a pool's servers are known and followed.
public enum Topology: String, CaseIterable, Sendable {
    /// The servers are what the file says; only their names' addresses may change.
    case `static`
    /// Each server is the primary of a replication group: whoever is primary now, whatever its
    /// address, takes its place.
    case replicationGroup = "replication_group"
}

/// Which requests are sent again after a server connection was lost before their replies came.
public enum Replay: String, CaseIterable, Sendable {
    /// None of them.
    case none
    /// Those that a second run neither changes anything by nor answers differently: reads, and
    /// writes such as SET.
    case safe
    /// Also those whose second run leaves the same data but may be answered differently: DEL says 0
    /// where the first run, whose answer was lost, deleted 1.
    case idempotent
}

/// Who answers requests that only read.
public enum ReadPreference: String, CaseIterable, Sendable {
    /// The primary.
    case primary
    /// A replica if one may be read from, else the primary.
    case preferReplica = "prefer_replica"
    /// Replicas only.
    case replica
    /// Whoever answers soonest, the primary among them.
    case nearest
}

/// How far behind its primary a replica may be and still be read from.
public struct ReplicaLag: Sendable, Equatable {
    /// Bytes of the replication stream, from 0; nil: any number.
    public var bytes: Int?
    /// Seconds since the replica's last word, from 0; nil: any number.
    public var seconds: Int?

    /// A bound of the given size.
    public init(bytes: Int? = nil, seconds: Int? = nil) {
        self.bytes = bytes
        self.seconds = seconds
    }
}

/// A reader endpoint or a node of one server's replication group.
public struct GroupEndpoint: Sendable, Equatable {
    /// A name, an IPv4 or an IPv6 address (without brackets).
    public var host: String
    /// From 1.
    public var port: UInt16
    /// The name of the server whose group it belongs to.
    public var server: String

    /// An endpoint made by hand, as tests do.
    public init(host: String, port: UInt16, server: String) {
        self.host = host
        self.port = port
        self.server = server
    }
}

/// What one side of a connection shows the other.
public struct Credentials: Sendable, Equatable {
    /// Nil: the user called default, without saying so.
    public var user: String?
    /// One password, or two while they change: clients may give either, and servers are given the
    /// first, then the second. Never empty, nor is any of them.
    public var passwords: [String]

    /// Credentials made by hand, as tests do.
    public init(user: String? = nil, passwords: [String]) {
        self.user = user
        self.passwords = passwords
    }
}

/// How host names become addresses, from the section `global`.
public struct NameSettings: Sendable, Equatable {
    /// Name servers, `ip`, `ip:port` or `[ip]:port`; nil: the system's.
    public var resolvers: [String]?
    /// The least of an answer's time to live, in milliseconds, from 100: nobody is asked more often
    /// without a reason.
    public var minTTLMilliseconds = 1000
    /// The most of it: nothing is believed for longer.
    public var maxTTLMilliseconds = 5000
    /// How long a good answer is kept when the name server says that there is no such name, in
    /// milliseconds; nil: for ever.
    public var holdNotFoundMilliseconds: Int?
    /// The same when it says that it failed.
    public var holdFailureMilliseconds: Int?
    /// The same when it says nothing.
    public var holdTimeoutMilliseconds: Int?

    /// The defaults.
    public init() {}
}
