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
        recordPromotions(of: server, in: pool, index)
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
        if let change = server.group?.lastChange { server.promotions?.take(change) }
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

    // MARK: - The event log

    /// Notes the changes of primary of a server.
    private func recordPromotions(of server: ServerControl, in pool: PoolControl, _ index: Int) {
        let label = "pool \(pool.configuration.name): server \(server.configuration.name)"
        server.promotions = PromotionRecord(loop) { [unowned self, unowned server] in
            self.isAsked(server, of: index)
        } tell: { [log] entry in
            log.notice("promotion: \(label): \(entry)")
        }
    }

    /// Whether requests wait for a server.
    private func isAsked(_ server: ServerControl, of index: Int) -> Bool {
        guard let number = pools[index].servers.firstIndex(where: { $0 === server }) else {
            return false
        }
        let figures = figures(of: number, in: index)
        return figures[.inQueue] + figures[.outQueue] + (figures.group?[.waiting] ?? 0) > 0
    }
}

extension GroupEndpoint {
    /// Its address, if it is given as one.
    fileprivate var ip: SocketAddress? { SocketAddress(ip: host, port: port) }
}
