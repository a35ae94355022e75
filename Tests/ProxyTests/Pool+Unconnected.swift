import Configuration
import Logging
import Reactor

@testable import Proxy

extension Logger {
    /// Says nothing.
    static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}

extension Pool {
    /// A pool of one server on a worker that does not run: for what needs a pool but no connection.
    static func unconnected(_ cacheProtocol: CacheProtocol) throws(SystemError) -> Pool {
        let server = ServerConfiguration(
            name: "s0", hasExplicitName: true, address: .tcp(host: "127.0.0.1", port: 1), weight: 1,
            endpoint: "s0")
        var configuration = PoolConfiguration(
            name: "pool", listen: .tcp(host: "127.0.0.1", port: 1), listenText: "127.0.0.1:1",
            servers: [server])
        configuration.cacheProtocol = cacheProtocol
        let control = PoolControl(configuration)
        let counters = WorkerCounters(servers: [1])
        let seat = WorkerSeat(
            index: 0, workers: 1, cpu: nil, reports: Mailbox(), counters: counters,
            commons: Commons(
                Configuration(pools: [configuration]), Batching(waitMicroseconds: 0),
                counters: [counters]))
        let plan = PoolPlan(
            configuration: configuration, routing: control.routing, counts: control.counts)
        return Pool(
            0, plan, counters: seat.counters.pools[0], worker: try Worker(seat, log: .silent))
    }
}
