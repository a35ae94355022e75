import Proxy

@testable import Admin

/// Figures that tests know by heart: two pools, three servers, one of them ejected.
enum Samples {
    static let identity = ServiceIdentity(
        service: "nutcracker", source: "vm", version: "0.1.0", startedAt: 1_795_242_626)

    static func snapshot() -> StatsSnapshot {
        var first = ServerStats(name: "127.0.0.1:31101", isLive: true)
        first[.serverConnections] = 1
        first[.requests] = 11
        first[.requestBytes] = 216
        first[.responses] = 11
        first[.responseBytes] = 260
        var second = first
        second.name = "127.0.0.1:31102"
        var memc = PoolStats(name: "memc", minServers: 1, servers: [first, second])
        memc[.clientEOF] = 1
        memc[.clientErrors] = 1
        memc[.clientConnections] = 1

        var hanging = ServerStats(name: "redis-hang", isLive: false)
        hanging[.serverTimedOut] = 1
        hanging[.serverEjectedAt] = 1_795_242_626_498_305
        hanging[.requests] = 1
        hanging[.requestBytes] = 29
        var alpha = PoolStats(name: "alpha", minServers: 0, servers: [hanging])
        alpha[.serverEjects] = 1
        alpha[.forwardErrors] = 1
        return StatsSnapshot(totalConnections: 13, currentConnections: 8, pools: [memc, alpha])
    }

    /// A pool of two followed servers, the second of them without a primary.
    static func groupSnapshot() -> StatsSnapshot {
        var primary = NodeStats(address: "10.0.0.9:6379")
        primary.role = .primary
        primary.state = .reachable
        primary.isPrimary = true
        primary.roundTripMicroseconds = 350
        primary.since = 1_795_242_626_498_305
        var replica = NodeStats(address: "10.0.0.7:6379")
        replica.role = .replica
        replica.state = .linkDown
        replica.lagBytes = 4096
        replica.lagSeconds = 2
        var well = GroupStats(primary: "10.0.0.9:6379", awaited: "", nodes: [primary, replica])
        well[.hasPrimary] = 1
        well[.epoch] = 3
        well[.held] = 37
        well[.promotions] = 1
        well[.changes] = 1
        well[.changeTime] = 14_250
        well[.lastChange] = 14_250

        var lost = NodeStats(address: "10.0.1.7:6379")
        lost.problem = "Connection refused"
        var missing = GroupStats(
            primary: "10.0.1.7:6379", awaited: "10.0.1.7:6379: Connection refused", nodes: [lost])
        missing[.missing] = 1_250_000
        missing[.seeking] = 1
        missing[.epoch] = 1
        missing[.waiting] = 5
        missing[.waitingBytes] = 150

        var first = ServerStats(name: "first", isLive: true)
        first.group = well
        var second = ServerStats(name: "second", isLive: false)
        second.group = missing
        let pool = PoolStats(name: "store", minServers: 2, servers: [first, second])
        return StatsSnapshot(totalConnections: 0, currentConnections: 0, pools: [pool])
    }

    /// Reads of 10, 20 and 3000 µs at the server and twice as long in total; and a pool without
    /// requests.
    static func latencies() -> [PoolLatency] {
        var atServer = LatencyHistogram()
        var total = LatencyHistogram()
        for time in [UInt32(10), 20, 3000] {
            atServer.add(time)
            total.add(2 * time)
        }
        var table = LatencyTable()
        table[.read, .server] = atServer
        table[.read, .proxy] = atServer
        table[.read, .total] = total
        var memc = PoolLatency(
            name: "memc", servers: [ServerLatency(name: "127.0.0.1:31101", table: table)])
        memc.table = table
        return [
            memc, PoolLatency(name: "alpha", servers: [ServerLatency(name: "redis-hang")]),
        ]
    }

    /// One pool and one server whose names need escaping everywhere.
    static func hostileSnapshot() -> StatsSnapshot {
        let server = ServerStats(name: "tab\there\u{1}", isLive: true)
        let pool = PoolStats(name: "a \"quoted\\pool\"\nünd", minServers: 1, servers: [server])
        return StatsSnapshot(totalConnections: 0, currentConnections: 0, pools: [pool])
    }
}

/// Answers with what the test put in.
final class FixedSource: StatsSource {
    var figures: StatsSnapshot
    var latencies = Samples.latencies()

    init(_ figures: StatsSnapshot = Samples.snapshot()) {
        self.figures = figures
    }

    func snapshot() -> StatsSnapshot { figures }

    func latency() -> [PoolLatency] { latencies }
}
