public import Configuration
internal import Glibc
public import Logging
public import Reactor

/// The proxy as the daemon sees it: the control thread's side of all workers.
///
/// It decides what workers only report on: which servers are on the ring, at which addresses.
/// Everything here runs on the loop it is given; workers have loops and threads of their own.
public final class ProxyControl {
    /// Names get so long to resolve before the first client is let in; a server whose name takes
    /// longer is unavailable until it does.
    private static let namesMilliseconds = 1000

    let loop: EventLoop
    let log: Logger
    let pools: [PoolControl]
    let seats: [WorkerSeat]
    private let reports = Mailbox<WorkerReport>()
    private var wakeup: Wakeup?
    private(set) var names: NameBook?
    private var threads: [WorkerThread] = []
    private var unixPaths: [String] = []
    private var memory: MemoryReturn?
    private var undrained = 0
    private var drainTimer: Timer?
    private var whenDrained: (() -> Void)?

    /// A proxy that is not started yet.
    ///
    /// - Parameters:
    ///   - workers: how many worker threads, at least 1.
    ///   - loop: the control thread's.
    public convenience init(
        configuration: Configuration, workers: Int, loop: EventLoop, logger: Logger
    ) throws(ProxyStartError) {
        try self.init(
            configuration, Batching(waitMicroseconds: configuration.batchWaitMicroseconds),
            workers: workers, loop: loop, logger: logger)
    }

    /// The same with workers that may find themselves busy at another load.
    init(
        _ configuration: Configuration, _ batching: Batching, workers: Int, loop: EventLoop,
        logger: Logger
    ) throws(ProxyStartError) {
        precondition(workers > 0)
        self.loop = loop
        log = logger
        let pools = configuration.pools.map(PoolControl.init)
        let reports = reports
        let counters = (0..<workers).map { _ in WorkerCounters(servers: pools.map(\.servers.count))
        }
        let commons = Commons(configuration, batching, counters: counters)
        self.pools = pools
        seats = (0..<workers).map { index in
            let cpus = configuration.workerCPUs
            return WorkerSeat(
                index: index, workers: workers,
                cpu: cpus.isEmpty ? nil : cpus[index % cpus.count], reports: reports,
                counters: counters[index], commons: commons)
        }
        do throws(ResolverError) {
            names = try NameBook(loop, configuration.names, log: logger) { [unowned self] name in
                self.nameChanged(name)
            }
        } catch {
            throw ProxyStartError("cannot resolve names: \(error.message)")
        }
    }

    // MARK: - Starting

    /// Resolves names, binds every pool's address and starts the workers.
    public func start() throws(ProxyStartError) {
        var descriptors: [[Int32]] = []
        for pool in pools {
            descriptors.append(
                try PoolListeners(pool: pool.configuration, workers: seats.count)
                    .open(resolvingWith: loop))
            if case .unix(let path, _) = pool.configuration.listen { unixPaths.append(path) }
        }
        resolveNames()
        wakeup = Wakeup(loop) { [unowned self] in self.takeReports() }
        reports.attach(wakeup!.handle)
        memory = MemoryReturn(loop, of: seats)
        for seat in seats {
            do throws(SystemError) {
                try startWorker(seat, descriptors.map { $0[seat.index] })
            } catch {
                throw ProxyStartError("cannot start worker \(seat.index): \(error)")
            }
        }
    }

    private func startWorker(_ seat: WorkerSeat, _ descriptors: [Int32]) throws(SystemError) {
        let plans = pools.enumerated().map { number, pool in
            PoolPlan(
                configuration: pool.configuration, routing: pool.routing,
                counts: pool.counts, counters: seats.map { $0.counters.pools[number] })
        }
        let log = log
        threads.append(
            try WorkerThread.start(name: "worker-\(seat.index)", cpu: seat.cpu) {
                Worker.run(seat, plans, listeners: descriptors, log: log)
            })
    }

    private func resolveNames() {
        followGroups()
        for pool in pools {
            for server in pool.servers {
                if let name = server.name { names?.follow(name) }
            }
        }
        var isOver = false
        let limit = Timer(loop) { isOver = true }
        limit.start(afterMilliseconds: Self.namesMilliseconds)
        while names?.isSettled == false && !isOver { loop.runOnce(waiting: true) }
        limit.cancel()
    }

    // MARK: - Facts and decisions

    private func takeReports() {
        for report in reports.takeAll() {
            switch report {
            case .serverFailed(let pool, let server, let epoch, let reason):
                serverFailed(pool, server, epoch, reason)
            case .serverDemoted(let pool, let server, let epoch, let reason):
                serverDemoted(pool, server, epoch, reason)
            case .serverAnswered(let pool, let server, let epoch, let summary):
                pools[pool].servers[server].ejection.answered()
                pools[pool].servers[server].promotions?.answered(epoch: epoch, summary)
            case .drained:
                undrained -= 1
                if undrained == 0 { finishDraining() }
            }
        }
    }

    /// The first word of the server's error says it all.
    private func serverDemoted(_ pool: Int, _ server: Int, _ epoch: Int, _ reason: String) {
        let code = String(reason.prefix { $0 != " " })
        pools[pool].servers[server].group?.suspect(epoch: epoch, because: code)
    }

    private func serverFailed(_ index: Int, _ number: Int, _ epoch: Int, _ reason: String) {
        let pool = pools[index]
        let server = pool.servers[number]
        log.warning(
            "pool \(pool.configuration.name): server \(server.configuration.endpoint): \(reason)")
        if let name = server.name { names?.doubt(name) }
        if let group = server.group {
            group.suspect(epoch: epoch, because: reason)
            return ejectLater(server, of: index)
        }
        guard pool.configuration.autoEjectHosts, server.ejection.failed(at: loop.now) else {
            return
        }
        ejected(server, of: index)
        probeLater(server, of: index)
    }

    /// The server has left the ring.
    func ejected(_ server: ServerControl, of index: Int) {
        server.ejections += 1
        server.ejectedAt = WallClock.microsecondsSinceEpoch()
        log.warning(
            "pool \(pools[index].configuration.name): ejected server \(server.configuration.name)")
        publish(index)
    }

    /// The server takes requests again.
    func readmitted(_ server: ServerControl, of index: Int) {
        server.ejection.readmit()
        log.notice(
            "pool \(pools[index].configuration.name): server \(server.configuration.name) is back")
        publish(index)
    }

    /// An ejected server is asked after `server_retry_timeout`, and again after each time it does
    /// not answer.
    private func probeLater(_ server: ServerControl, of index: Int) {
        let timer = server.retry ?? Timer(loop) { [unowned self] in self.probe(server, of: index) }
        server.retry = timer
        timer.start(
            afterMilliseconds: max(1, pools[index].configuration.serverRetryTimeoutMilliseconds))
    }

    private func probe(_ server: ServerControl, of index: Int) {
        guard let address = server.address else { return probeLater(server, of: index) }
        let probe = server.probe ?? Probe(pools[index].configuration, on: loop)
        server.probe = probe
        probe.ask(address) { [unowned self] isBack in
            guard isBack else { return self.probeLater(server, of: index) }
            self.readmitted(server, of: index)
        }
    }

    private func nameChanged(_ name: NameBook.Name) {
        for (index, pool) in pools.enumerated() {
            var hasChanged = false
            for server in pool.servers where server.isFollowed { tellNames(to: server, of: pool) }
            for server in pool.servers where server.name == name && !server.isFollowed {
                let before = server.route
                server.take(
                    names?.addresses(of: name) ?? [], reason: names?.reason(for: name) ?? "")
                hasChanged = hasChanged || server.route != before
            }
            if hasChanged { publish(index) }
        }
    }

    /// Tells every worker the pool's new routing.
    func publish(_ index: Int) {
        let routing = pools[index].routing
        for seat in seats { seat.commands.post(.route(pool: index, routing)) }
    }

    // MARK: - Stopping

    /// Accepts no more clients, lets replies in flight finish for a bounded time, stops the workers
    /// and calls `done`.
    public func drain(withinMilliseconds limit: Int, _ done: @escaping () -> Void) {
        guard whenDrained == nil else { return }
        whenDrained = done
        undrained = threads.count
        for path in unixPaths { unsafe unlink(path) }
        for seat in seats { seat.commands.post(.drain) }
        let timer = Timer(loop) { [unowned self] in
            self.log.warning("gave up on replies that did not come in \(limit) ms")
            self.finishDraining()
        }
        drainTimer = timer
        timer.start(afterMilliseconds: limit)
    }

    private func finishDraining() {
        drainTimer?.cancel()
        for seat in seats { seat.commands.post(.stop) }
        for thread in threads { thread.join() }
        threads.removeAll()
        for pool in pools { pool.servers.forEach { $0.forgetProbe() } }
        let done = whenDrained
        whenDrained = {}
        done?()
    }

    // MARK: - Figures

    /// Every figure now, summed over the workers; nothing is cached, so nothing is stale.
    public func snapshot() -> StatsSnapshot {
        let connections = seats.map(\.counters.worker)
        return StatsSnapshot(
            totalConnections: connections.reduce(0) { $0 + $1.value(WorkerFigure.total) },
            currentConnections: connections.reduce(0) { $0 + $1.value(WorkerFigure.current) },
            pools: pools.indices.map(snapshot))
    }

    /// Bytes that all workers' connections hold.
    var memoryHeld: Int { seats.reduce(0) { $0 + $1.counters.worker.value(WorkerFigure.memory) } }

    private func snapshot(of index: Int) -> PoolStats {
        let pool = pools[index]
        let counters = seats.map(\.counters.pools[index].pool)
        var stats = PoolStats(
            name: pool.configuration.name, minServers: pool.configuration.minServers,
            servers: pool.servers.indices.map { figures(of: $0, in: index) })
        for metric in PoolMetric.allCases {
            stats[metric] = counters.reduce(0) { $0 + $1.value(metric.index) }
        }
        stats[.serverEjects] = pool.servers.reduce(0) { $0 + $1.ejections }
        return stats
    }

    /// One server's figures now.
    func figures(of number: Int, in index: Int) -> ServerStats {
        let server = pools[index].servers[number]
        let counters = seats.map(\.counters.pools[index].servers[number])
        var stats = ServerStats(
            name: server.configuration.name,
            isLive: server.isLive)
        for metric in ServerMetric.allCases {
            stats[metric] = counters.reduce(0) { $0 + $1.value(metric.index) }
        }
        stats[.serverEjectedAt] = server.ejectedAt
        stats.group = server.groupStats(
            workers: seats.map(\.counters.pools[index].groups[number]))
        return stats
    }
}
