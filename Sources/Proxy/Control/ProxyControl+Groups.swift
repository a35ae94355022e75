internal import Configuration
internal import Logging
internal import Reactor

/// Replication groups between the names, the workers and the log.
extension ProxyControl {
    /// Begins to follow the groups of all servers that are followed.
    func followGroups() {
        for (index, pool) in pools.enumerated() {
            for server in pool.servers where server.isFollowed { follow(server, of: index) }
        }
    }

    private func follow(_ server: ServerControl, of index: Int) {
        let pool = pools[index]
        let group = GroupControl(
            loop: loop, pool: pool.configuration, server: server.configuration, log: log
        ) { [unowned self] host, port, found in
            self.names?.resolve(NameBook.Name(host: host, port: port), found)
        }
        server.group = group
        let followed = groupNames(of: server, in: pool)
        group.doubt = { [unowned self] in
            for name in followed { self.names?.doubt(name) }
        }
        group.changed = { [unowned self, unowned server] in self.groupChanged(server, of: index) }
        for name in followed { names?.follow(name) }
        tellNames(to: server, of: pool)
    }

    // MARK: - Names

    /// The host names of the server, its readers and its listed nodes.
    private func groupNames(of server: ServerControl, in pool: PoolControl) -> [NameBook.Name] {
        let endpoints = pool.configuration.readers + pool.configuration.nodes
        return (server.name.map { [$0] } ?? [])
            + endpoints.filter { $0.server == server.configuration.name && $0.ip == nil }.map {
                NameBook.Name(host: $0.host, port: $0.port)
            }
    }

    /// Tells a group what its names stand for now.
    func tellNames(to server: ServerControl, of pool: PoolControl) {
        let own = server.name.map { names?.addresses(of: $0) ?? [] }
        server.group?.namesChanged(
            primary: own ?? server.address.map { [$0] } ?? [],
            readers: addresses(of: pool.configuration.readers, for: server),
            nodes: addresses(of: pool.configuration.nodes, for: server))
    }

    private func addresses(
        of endpoints: [GroupEndpoint], for server: ServerControl
    ) -> [SocketAddress] {
        endpoints.filter { $0.server == server.configuration.name }.flatMap { endpoint in
            if let ip = endpoint.ip { return [ip] }
            return names?.addresses(of: NameBook.Name(host: endpoint.host, port: endpoint.port))
                ?? []
        }
    }

    // MARK: - Decisions

    private func groupChanged(_ server: ServerControl, of index: Int) {
        if let change = server.group?.lastChange, change != server.unfinished?.change,
            change.signAt > server.failover.lastSignAt
        {
            server.failover.lastSignAt = change.signAt
            server.unfinished = UnfinishedChange(change: change)
        }
        publish(index)
        if server.ejection.isEjected, server.group?.hasPrimary == true {
            readmitted(server, of: index)
        }
    }

    /// A followed server leaves the ring once its primary has been missing for as long as requests
    /// wait for one: a failover is no reason to move its keys.
    func ejectLater(_ server: ServerControl, of index: Int) {
        let pool = pools[index].configuration
        guard pool.autoEjectHosts, !server.ejection.isEjected else { return }
        let timer =
            server.retry
            ?? Timer(loop) { [unowned self, unowned server] in
                guard server.group?.hasPrimary == false, server.ejection.eject() else { return }
                self.ejected(server, of: index)
            }
        server.retry = timer
        guard !timer.isActive else { return }
        timer.start(afterMilliseconds: max(pool.failoverWaitMilliseconds, 1))
    }

    // MARK: - The end of a failover

    /// The other workers' clients come back within this of the first one's.
    private static var gatherMilliseconds: Int { 200 }

    /// A worker's requests for a server that had failed are answered again.
    func serverResumed(_ pool: Int, _ number: Int, _ summary: HoldSummary) {
        let server = pools[pool].servers[number]
        server.failover.held += summary.held
        server.failover.replayed += summary.replayed
        server.failover.failed += summary.failed
        guard var unfinished = server.unfinished else { return }
        unfinished.summary.held += summary.held
        unfinished.summary.failed += summary.failed
        if unfinished.resumedAt == nil {
            unfinished.resumedAt = EventLoop.monotonicMicroseconds()
            unfinished.timer = Timer(loop) { [unowned self, unowned server] in
                self.finishChange(of: server, in: pool)
            }
            unfinished.timer?.start(afterMilliseconds: Self.gatherMilliseconds)
        }
        server.unfinished = unfinished
    }

    private func finishChange(of server: ServerControl, in pool: Int) {
        guard let unfinished = server.unfinished, let resumedAt = unfinished.resumedAt else {
            return
        }
        server.unfinished = nil
        let change = unfinished.change
        let milliseconds = Int(resumedAt - change.signAt) / 1000
        server.failover.changes += 1
        server.failover.totalMilliseconds += milliseconds
        server.failover.lastMilliseconds = milliseconds
        let from = change.from?.description ?? "nobody"
        log.notice(
            """
            promotion: pool \(pools[pool].configuration.name): server \
            \(server.configuration.name): \(from) → \(change.to) after \(change.sign), \
            \(milliseconds) ms, \(unfinished.summary.held) requests held, \
            \(unfinished.summary.failed) failed
            """)
    }
}

extension GroupEndpoint {
    /// Its address, if it is given as one.
    fileprivate var ip: SocketAddress? { SocketAddress(ip: host, port: port) }
}

/// A change of primary whose first reply is awaited, or whose workers' figures are gathered.
struct UnfinishedChange {
    let change: PrimaryChange
    /// When the new primary first answered a worker (microseconds on the monotonic clock).
    var resumedAt: Int64?
    var summary = HoldSummary()
    var timer: Timer?
}

/// What became of one server's requests while its primary was missing, since the start.
struct FailoverStats {
    /// Requests held, sent a second time, and held for too long.
    var held = 0
    var replayed = 0
    var failed = 0
    /// Changes of primary that clients got over, and from first signs to first replies the time.
    var changes = 0
    var totalMilliseconds = 0
    var lastMilliseconds = 0
    /// The first sign of the last change (microseconds on the monotonic clock).
    var lastSignAt = Int64.min
}
