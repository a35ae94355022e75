internal import Configuration
internal import Hashing
internal import Reactor

/// What the control thread knows of one pool, and the routing it derives from that for every
/// worker.
final class PoolControl {
    let configuration: PoolConfiguration
    let servers: [ServerControl]
    let counts: PoolCounts

    init(_ configuration: PoolConfiguration) {
        self.configuration = configuration
        counts = PoolCounts(servers: configuration.servers.count)
        servers = configuration.servers.map {
            ServerControl($0, in: configuration)
        }
    }

    /// When every server is ejected, refusing would help nobody: the ring is the whole one then.
    var routing: PoolRouting {
        PoolRouting(
            placement: Placement(
                hash: configuration.hash, tag: configuration.hashTag,
                distribution: configuration.distribution,
                members: servers.map { server in
                    RingMember(
                        name: server.configuration.name, weight: server.configuration.weight,
                        isLive: !server.ejection.isEjected)
                }),
            servers: servers.map(\.route))
    }
}
