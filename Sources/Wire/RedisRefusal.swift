/// Why the proxy does not serve a command that Redis knows: part of its line in the table, from
/// which come the reply, the page of all commands, and what COMMAND leaves out.
public enum RedisRefusal: Sendable, Equatable, CaseIterable {
    /// It concerns every key, or every server.
    case allServers
    /// It administers one server.
    case administration
    /// It waits for something to happen.
    case blocking
    /// Redis Cluster's own.
    case cluster
    /// It puts keys where the proxy would not look for them.
    case moving
    /// It stops clients of one server.
    case pausing
    /// What servers say to one another.
    case replication
    /// Publishing and subscribing.
    case subscription
    /// Client side caching.
    case tracking
    /// It watches keys for one connection.
    case watching

    /// Half a sentence that says it.
    public var reason: String {
        switch self {
        case .allServers: "it concerns all servers at once, and no key names the one to ask"
        case .administration: "it administers one server, which has to be asked itself"
        case .blocking: "it waits, and would hold up all who share its connection to the server"
        case .cluster: "the servers behind this proxy are hidden by it, and form no cluster"
        case .moving: "it moves keys to where this proxy does not look for them"
        case .pausing: "it would stop a server for the clients of every proxy before it"
        case .replication: "it is a word between servers, not one of clients"
        case .subscription: "it needs a server connection of its own, and clients share theirs"
        case .tracking: "servers would send what changed to a connection that clients share"
        case .watching: "it watches for one connection to the server, and clients share theirs"
        }
    }

    /// The complete error reply to a command of that name; a subcommand's is written `CLIENT|PAUSE`.
    ///
    /// Cluster clients know a server that is none by its own words, so they get those.
    public func reply(to name: String) -> [UInt8] {
        self == .cluster
            ? RedisReply.error("ERR This instance has cluster support disabled")
            : RedisReply.error("ERR '\(name.uppercased())' is not served: \(reason)")
    }
}
