internal import Configuration

/// How long requests took, summed over the workers.
extension ProxyControl {
    /// The latencies of every pool since the start, in the order of the statistics.
    public func latency() -> [PoolLatency] { pools.indices.map(latency) }

    private func latency(of index: Int) -> PoolLatency {
        let pool = pools[index]
        let workers = seats.map(\.counters.latency)
        let row = seats[0].counters.pools[index].latencyRow
        let servers = pool.servers.enumerated().map { number, server in
            ServerLatency(
                name: server.configuration.name,
                table: LatencyTable(of: workers, row: row + UInt32(number))
            )
        }
        var stats = PoolLatency(name: pool.configuration.name, servers: servers)
        for server in servers {
            var whole = server.table
            // The parts of split requests are not requests.
            whole[.split, .server] = nil
            stats.table.add(whole)
        }
        stats.table.add(LatencyTable(of: workers, row: row + UInt32(servers.count)))
        return stats
    }
}

extension LatencyTable {
    /// What the workers have counted in one row.
    init(of workers: [LatencyCells], row: UInt32) {
        self.init()
        for commandClass in CommandClass.allCases {
            for part in LatencyPart.allCases {
                var histogram = LatencyHistogram()
                let slot = LatencySlot(row: row, commandClass)
                for cells in workers { cells.add(part, of: slot, to: &histogram) }
                if histogram.count > 0 { self[commandClass, part] = histogram }
            }
        }
    }
}
