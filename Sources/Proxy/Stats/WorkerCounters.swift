/// All figures that one worker counts, readable by the control thread.
///
/// The owner of the tables' cells: the control thread keeps it for longer than the worker lives.
final class WorkerCounters: Sendable {
    let worker = Counters(count: WorkerFigure.count)
    let pools: [PoolCounters]

    /// One table per pool and one per server of it.
    init(servers: [Int]) {
        pools = servers.map(PoolCounters.init)
    }

    deinit {
        worker.destroy()
        for pool in pools {
            pool.pool.destroy()
            pool.latency.destroy()
            for table in pool.servers + pool.groups { table.destroy() }
        }
    }
}

/// One worker's figures of one pool.
struct PoolCounters: Sendable {
    let pool = Counters(count: PoolMetric.allCases.count)
    let servers: [Counters]
    /// Of its servers' replication groups; what the control thread knows stays at zero here.
    let groups: [Counters]
    /// How long its requests took.
    let latency: LatencyCells

    init(servers count: Int) {
        servers = (0..<count).map { _ in Counters(count: ServerMetric.allCases.count) }
        latency = LatencyCells(servers: count)
        groups = (0..<count).map { _ in Counters(count: GroupMetric.allCases.count) }
    }
}
