internal import Hashing
internal import Reactor

/// Where a pool's keys go and how its servers are reached at one moment: what the control thread
/// decided, immutable, the same for every worker.
struct PoolRouting: Sendable {
    /// Servers that take requests, on the ring.
    var placement: Placement
    var servers: [ServerRoute]
}

/// How one server is reached now.
struct ServerRoute: Sendable, Equatable {
    /// Nil while the server's name has no address.
    var address: SocketAddress?
    /// Why there is no address, for the error reply.
    var reason: String
    /// False while ejected.
    var isLive: Bool
    /// Whether the server is the primary of a replication group.
    var isFollowed = false
    /// Grows with each decision on who is primary, the same one again included: a worker that lost
    /// the primary waits for the next.
    var epoch = 0
    /// How long the primary takes to answer; 0 if that is not known.
    var roundTripMicroseconds = 0
    /// Replicas that may be read from now.
    var replicas: [ReplicaRoute] = []
}

/// A replica that is fresh enough to be read from.
struct ReplicaRoute: Sendable, Equatable {
    var address: SocketAddress
    /// How long it takes to answer, for `read_from: nearest`.
    var roundTripMicroseconds: Int
}
