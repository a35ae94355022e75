/// All figures that one worker counts, readable by the control thread.
///
/// The owner of the tables' cells: the control thread keeps it for longer than the worker lives.
final class WorkerCounters: Sendable {
    let worker = Counters(count: WorkerFigure.count)
    let pools: [PoolCounters]
    /// How long requests took.
    let latency: LatencyCells

    /// One table per pool and one per server of it.
    init(servers: [Int]) {
        var rows: UInt32 = 0
        pools = servers.map { count in
            defer { rows += UInt32(count) + 1 }
            return PoolCounters(servers: count, latencyRow: rows)
        }
        latency = LatencyCells(rows: Int(rows))
    }

    deinit {
        worker.destroy()
        latency.destroy()
        for pool in pools {
            pool.pool.destroy()
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
    /// The row of its first server's latencies; behind those of the others is that of requests that
    /// went to several.
    let latencyRow: UInt32

    init(servers count: Int, latencyRow: UInt32) {
        self.latencyRow = latencyRow
        servers = (0..<count).map { _ in Counters(count: ServerMetric.allCases.count) }
        groups = (0..<count).map { _ in Counters(count: GroupMetric.allCases.count) }
    }
}
