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
}
