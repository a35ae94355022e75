import Proxy

/// Whether a load balancer should send traffic here.
///
/// A pool is unhealthy while fewer of its servers are live than its `min_servers`; the proxy is
/// healthy when every pool is. A server whose replication group has no primary that answers is not
/// live, though its requests are held and may well be answered in the end.
enum HealthReport: Equatable {
    case healthy
    /// One line for each pool that lacks servers.
    case unhealthy([String])
    case unknownPool(String)

    /// The health of one pool, or of all.
    init(_ snapshot: StatsSnapshot, pool name: String?) {
        let pools = snapshot.pools.filter { name == nil || $0.name == name }
        if let name, pools.isEmpty {
            self = .unknownPool(name)
            return
        }
        let failing = pools.filter { !$0.isHealthy }.map(Self.line)
        self = failing.isEmpty ? .healthy : .unhealthy(failing)
    }

    private static func line(_ pool: PoolStats) -> String {
        let count =
            "\(pool.name): \(pool.liveServers) of \(pool.servers.count) servers live, \(pool.minServers) needed"
        return ([count] + pool.servers.compactMap(missing)).joined(separator: "; ")
    }

    /// Which primary is missing; in the words of the errors that clients get.
    private static func missing(_ server: ServerStats) -> String? {
        guard let group = server.group, !group.hasPrimary else { return nil }
        let reason = group.awaited.isEmpty ? "" : " (\(group.awaited))"
        return "server \(server.name): no primary for \(group[.missing] / 1000) ms\(reason)"
    }
}
