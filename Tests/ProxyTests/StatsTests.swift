import Testing

@testable import Proxy

@Suite struct StatsTests {
    @Test func everyMetricHasItsOwnPlace() {
        #expect(PoolMetric.allCases.map(\.index) == Array(PoolMetric.allCases.indices))
        #expect(ServerMetric.allCases.map(\.index) == Array(ServerMetric.allCases.indices))
        #expect(GroupMetric.allCases.map(\.index) == Array(GroupMetric.allCases.indices))
    }

    @Test func everyMetricIsExplained() {
        let texts =
            PoolMetric.allCases.map(\.help) + ServerMetric.allCases.map(\.help)
            + GroupMetric.allCases.map(\.help) + NodeMetric.allCases.map(\.help)

        #expect(texts.allSatisfy { $0.hasSuffix(".") })
        #expect(Set(texts).count == texts.count)
    }

    @Test func levelsAreGauges() {
        let gauges = ServerMetric.allCases.filter { $0.kind == .gauge }

        #expect(
            gauges == [.serverConnections, .inQueue, .inQueueBytes, .outQueue, .outQueueBytes])
        #expect(PoolMetric.allCases.filter { $0.kind == .gauge } == [.clientConnections])
        #expect(ServerMetric.serverEjectedAt.kind == .timestamp)
    }

    @Test func countersStartAtZeroAndAddUp() {
        let counters = Counters(count: ServerMetric.allCases.count)
        #expect(ServerMetric.allCases.allSatisfy { counters.value($0.index) == 0 })

        counters.add(to: .requests)
        counters.add(41, to: .requests)
        counters.add(-1, to: .inQueue)
        counters.set(5, at: ServerMetric.serverEjectedAt.index)

        #expect(counters.value(ServerMetric.requests.index) == 42)
        #expect(counters.value(ServerMetric.inQueue.index) == -1)
        #expect(counters.value(ServerMetric.serverEjectedAt.index) == 5)
        #expect(counters.value(ServerMetric.responses.index) == 0)
    }

    @Test func workerCountsEachPoolAndServerByItself() {
        let counters = WorkerCounters(servers: [1, 3])
        #expect(counters.pools.map(\.servers.count) == [1, 3])

        counters.pools[1].servers[2].add(to: .responses)
        counters.pools[0].pool.add(to: .fragments)
        counters.pools[1].groups[0].add(to: .held)

        #expect(counters.pools[1].servers[2].value(ServerMetric.responses.index) == 1)
        #expect(counters.pools[1].servers[1].value(ServerMetric.responses.index) == 0)
        #expect(counters.pools[0].pool.value(PoolMetric.fragments.index) == 1)
        #expect(counters.pools[1].groups[0].value(GroupMetric.held.index) == 1)
        #expect(counters.pools[1].pool.value(PoolMetric.fragments.index) == 0)
    }

    @Test func snapshotKeepsEachFigure() {
        var server = ServerStats(name: "a", isLive: true)
        for metric in ServerMetric.allCases { server[metric] = metric.index + 100 }
        var pool = PoolStats(name: "p", minServers: 1, servers: [server])
        for metric in PoolMetric.allCases { pool[metric] = metric.index + 200 }

        for metric in ServerMetric.allCases { #expect(server[metric] == metric.index + 100) }
        for metric in PoolMetric.allCases { #expect(pool[metric] == metric.index + 200) }
    }

    @Test func poolIsHealthyWithEnoughLiveServers() {
        let live = ServerStats(name: "a", isLive: true)
        let ejected = ServerStats(name: "b", isLive: false)

        #expect(PoolStats(name: "p", minServers: 1, servers: [live, ejected]).isHealthy)
        #expect(!PoolStats(name: "p", minServers: 2, servers: [live, ejected]).isHealthy)
        #expect(PoolStats(name: "p", minServers: 0, servers: [ejected]).isHealthy)
        #expect(PoolStats(name: "p", minServers: 1, servers: [live, ejected]).liveServers == 1)
    }

    @Test func sharedCountTellsTheNewNumber() {
        let count = SharedCount()

        #expect(count.add(2) == 2)
        #expect(count.add(-1) == 1)
        #expect(count.value == 1)
    }
}
