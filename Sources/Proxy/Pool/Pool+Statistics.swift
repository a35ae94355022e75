internal import Configuration

/// A pool's figures, as `stats proxy` shows them.
extension Pool {
    /// The same figures as in the statistics document, under the same names: the pool's, then each
    /// server's behind its name and a colon. Summed over the workers. Ejections are not among them:
    /// only the control thread knows.
    var statistics: [MemcachedStatistic] {
        var figures = [
            MemcachedStatistic(name: "pool", value: configuration.name),
            MemcachedStatistic(name: "workers", value: "\(worker.count)"),
            MemcachedStatistic(name: "servers", value: "\(servers.count)"),
            MemcachedStatistic(name: "servers_live", value: "\(servers.count { $0.isLive })"),
        ]
        for metric in PoolMetric.allCases where metric != .serverEjects {
            let sum = allCounters.reduce(0) { $0 + $1.pool.value(metric.index) }
            figures.append(MemcachedStatistic(name: metric.rawValue, value: "\(sum)"))
        }
        for (number, server) in configuration.servers.enumerated() {
            figures += statistics(of: number, named: server.name)
        }
        return figures
    }

    private func statistics(of server: Int, named name: String) -> [MemcachedStatistic] {
        ServerMetric.allCases.filter { $0 != .serverEjectedAt }.map { metric in
            let sum = allCounters.reduce(0) { $0 + $1.servers[server].value(metric.index) }
            return MemcachedStatistic(name: "\(name):\(metric.rawValue)", value: "\(sum)")
        }
    }
}
