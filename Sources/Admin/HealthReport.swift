import Proxy

/// Whether a load balancer should send traffic here.
///
/// A pool is unhealthy while fewer of its servers are live than its `min_servers`; the proxy is
/// healthy when every pool is.
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
        let failing = pools.filter { !$0.isHealthy }.map {
            "\($0.name): \($0.liveServers) of \($0.servers.count) servers live, \($0.minServers) needed"
        }
        self = failing.isEmpty ? .healthy : .unhealthy(failing)
    }
}
