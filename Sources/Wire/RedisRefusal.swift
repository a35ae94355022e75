/// Why the proxy does not serve a command that Redis knows: part of its line in the table, from
/// which come the reply, the page of all commands, and what COMMAND leaves out.
public enum RedisRefusal: Sendable, Equatable, CaseIterable, BitwiseCopyable {
    /// It administers one server.
    case administration
    /// Redis Cluster's own.
    case cluster
    /// It changes what its connection is.
    case debugging
    /// It puts keys where the proxy would not look for them.
    case moving
    /// It shows what all clients of one server say.
    case monitoring
    /// It stops clients of one server.
    case pausing
    /// What servers say to one another.
    case replication
    /// Client side caching.
    case tracking
    /// It waits for replicas.
    case waiting

    /// Half a sentence that says it.
    public var reason: String {
        switch self {
        case .administration: "it administers one server, which has to be asked itself"
        case .cluster: "the servers behind this proxy are hidden by it, and form no cluster"
        case .debugging: "it needs a server connection of its own"
        case .moving: "it moves keys to where this proxy does not look for them"
        case .monitoring: "it would show what the clients of every proxy before a server say"
        case .pausing: "it would stop a server for the clients of every proxy before it"
        case .replication: "it is a word between servers, not one of clients"
        case .tracking: "servers would send what changed to a connection that clients share"
        case .waiting: "it asks for the replicas of one server, and a client's writes go to many"
        }
    }

    /// Whether a pool that passes on the administration of its only server passes it on too.
    var isOfAdministration: Bool {
        switch self {
        case .administration, .pausing: true
        case .cluster, .debugging, .monitoring, .moving, .replication, .tracking, .waiting: false
        }
    }

    /// The complete error reply to a command of that name; a subcommand's is written
    /// `CLIENT|PAUSE`.
    ///
    /// Cluster clients know a server that is none by its own words, so they get those.
    public func reply(to name: String) -> [UInt8] {
        self == .cluster
            ? RedisReply.error("ERR This instance has cluster support disabled")
            : RedisReply.error("ERR '\(name.uppercased())' is not served: \(reason)")
    }
}
