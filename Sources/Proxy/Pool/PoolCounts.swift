/// What bounds a pool as a whole, whichever worker it happens on.
struct PoolCounts: Sendable {
    /// Clients, for `client_connections`.
    let clients = SharedCount()
    /// Clients that wait on a server connection of their own.
    let blocked = SharedCount()
    /// Who hears of what.
    let subscribers = SubscriberCounts()
    /// For each server, its connections that a client has for itself, for `private_connections`.
    let lent: [SharedCount]

    init(servers: Int) { lent = (0..<servers).map { _ in SharedCount() } }
}
