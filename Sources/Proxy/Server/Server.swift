internal import Configuration
internal import Reactor
internal import Wire

/// One upstream address of a pool as one worker sees it: its connections and whether to try for new
/// ones.
@safe final class Server {
    let index: Int
    let pool: Pool
    let counters: Counters
    /// How error replies and logs name it: `host:port` or the path.
    let endpoint: String
    /// False while ejected; requests may still come when every server is.
    private(set) var isLive: Bool
    /// Whether it is the primary of a replication group, which is followed to wherever it is now.
    let isFollowed: Bool
    /// Whether requests are held while the primary is missing.
    let holdsRequests: Bool
    private var route: ServerRoute
    /// Connections for clients of one protocol version; those that speak RESP3 have as many of
    /// their own behind the others, since a reply cannot be translated from one to the other.
    private let perProtocol: Int
    private var connections: [ServerConnection?]
    /// The routing showed a primary that is none, or cannot be reached: the next one is awaited.
    private var isAwaited = false
    private var awaitedSince: Int64 = 0
    private var retryAt: Int64 = 0
    private var backoff = Limits.firstBackoffMilliseconds
    private var lastFailure = "not connected"
    private var hasReportedFailure = false
    /// Since the failure: requests that were sent again, and that were held for too long.
    var replayed = 0
    var heldFailed = 0

    init(
        _ index: Int, _ configuration: ServerConfiguration, in pool: Pool, route: ServerRoute,
        counters: Counters
    ) {
        self.index = index
        self.pool = pool
        self.route = route
        self.counters = counters
        endpoint = configuration.endpoint
        isLive = route.isLive
        isFollowed = route.isFollowed
        holdsRequests = route.isFollowed && pool.configuration.failoverWaitMilliseconds > 0
        perProtocol = pool.configuration.serverConnections
        connections = Array(repeating: nil, count: perProtocol * (pool.isRedis ? 2 : 1))
    }

    // MARK: - Requests

    /// The connection for a client's requests: always the same one for one client, so that its
    /// requests reach the server in their order. Nil: there is none now, and `unavailable` says
    /// why.
    func connection(for client: Client) -> ServerConnection? {
        var place = perProtocol == 1 ? 0 : Int(client.handle.index) % perProtocol
        if client.speaksRESP3 { place += perProtocol }
        if let connection = connections[place] { return connection }
        return open(place)
    }

    /// The error for a request that finds no connection.
    var unavailable: String { "server \(endpoint): \(lastFailure)" }

    /// The error for a request beyond the bounds of a connection's queue.
    var overloaded: String {
        guard isAwaited else { return "server \(endpoint): too many requests are waiting" }
        return "server \(endpoint): too many requests are waiting for its primary (\(lastFailure))"
    }

    /// The error for a request that has waited for too long.
    var missing: String {
        let waited = pool.worker.loop.now - awaitedSince
        return "server \(endpoint): no primary for \(waited) ms (\(lastFailure))"
    }

    /// Whether a request that may have run may run again.
    func mayRepeat(_ ticket: Ticket) -> Bool {
        guard isFollowed else { return false }
        switch pool.configuration.replay {
        case .none: return false
        case .safe: return ticket.repetition <= .same
        case .idempotent: return ticket.repetition <= .sameData
        }
    }

    // MARK: - Connections

    /// Opens what is not open, as `preconnect` wants.
    func openAll() {
        for place in 0..<perProtocol where connections[place] == nil { _ = open(place) }
    }

    private func open(_ place: Int) -> ServerConnection? {
        if isAwaited { return wait(place) }
        guard isFollowed || pool.worker.loop.now >= retryAt else { return nil }
        guard let address = route.address else {
            lastFailure = route.reason
            awaitPrimary()
            return wait(place)
        }
        do {
            let connection = try ServerConnection(
                to: address, of: self, place: place, speaksRESP3: place >= perProtocol)
            add(connection)
            connection.start()
            return connections[place]
        } catch {
            failed(because: .failed(error))
            return wait(place)
        }
    }

    /// A place to hold requests in until the next routing; nil if they are not held.
    private func wait(_ place: Int) -> ServerConnection? {
        guard holdsRequests else { return nil }
        let connection = ServerConnection(
            waitingFor: self, place: place, speaksRESP3: place >= perProtocol)
        connections[place] = connection
        return connection
    }

    private func add(_ connection: ServerConnection) {
        connections[connection.place] = connection
        counters.add(to: .serverConnections)
        pool.worker.connectionOpened()
    }

    /// A connection is ready for requests: the server is back, or was never away.
    func connected() { forgetFailures() }

    /// The next request may open a connection at once.
    private func forgetFailures() {
        backoff = Limits.firstBackoffMilliseconds
        retryAt = 0
    }

    /// A reply came.
    func answered() {
        guard hasReportedFailure else { return }
        hasReportedFailure = false
        let summary = HoldSummary(replayed: replayed, failed: heldFailed)
        (replayed, heldFailed) = (0, 0)
        pool.worker.report(.serverAnswered(pool: pool.index, server: index, summary))
    }

    /// A connection ended.
    ///
    /// - Returns: the one that takes over its requests, if they are not lost.
    func closed(
        _ connection: ServerConnection, because reason: CloseReason, wasConnected: Bool
    ) -> ServerConnection? {
        let place = connection.place
        if connections[place] === connection { connections[place] = nil }
        if connection.address != nil {
            counters.add(-1, to: .serverConnections)
            pool.worker.connectionClosed()
        }
        switch reason {
        case .retired: return nil
        case .superseded: return connection.isIdle ? nil : connections[place] ?? open(place)
        // A server may close an idle connection as it likes (its own `timeout`, a restart that went
        // unnoticed).
        case .closedByServer where connection.isIdle:
            counters.add(to: .serverEOF)
            return nil
        default: failed(because: reason, mayRetryAtOnce: wasConnected)
        }
        guard isFollowed, !connection.isIdle else { return nil }
        return connections[place] ?? open(place)
    }

    /// Requests of this server reached their deadline without a byte from it.
    func stalled() {
        lastFailure = CloseReason.noProgress.message
        report(.noProgress)
    }

    /// The server said that it is not the primary, or cannot act as one.
    func demoted(because words: String) {
        lastFailure = words
        guard !isAwaited else { return }
        awaitPrimary()
        hasReportedFailure = true
        pool.worker.report(
            .serverDemoted(pool: pool.index, server: index, epoch: route.epoch, reason: words))
    }

    private func awaitPrimary() {
        guard isFollowed, !isAwaited else { return }
        isAwaited = true
        awaitedSince = pool.worker.loop.now
    }

    private func failed(because reason: CloseReason, mayRetryAtOnce: Bool = false) {
        lastFailure = reason.message
        if !mayRetryAtOnce {
            retryAt = pool.worker.loop.now + Int64(backoff + Int(pool.worker.random() % 10))
            backoff = min(backoff * 2, Limits.longestBackoffMilliseconds)
        }
        if let metric = reason.metric { counters.add(to: metric) }
        awaitPrimary()
        report(reason)
    }

    private func report(_ reason: CloseReason) {
        hasReportedFailure = true
        pool.worker.report(
            .serverFailed(
                pool: pool.index, server: index, epoch: route.epoch, reason: reason.message))
    }

    // MARK: - Decisions from the control thread

    func apply(_ new: ServerRoute) {
        let isBack = new.isLive && !isLive
        isLive = new.isLive
        // The probe of an ejected server got through: our own earlier failures say nothing any more.
        if isBack { forgetFailures() }
        let isNews = isFollowed ? new.epoch > route.epoch : new.address != route.address
        let keepsAddress = new.address == route.address
        route = new
        guard isNews, new.address != nil else { return }
        isAwaited = false
        forgetFailures()
        for connection in connections { connection?.supersede(keepsAddress: keepsAddress) }
    }

    /// The end of the worker: nothing is opened any more.
    func closeAll() {
        for connection in connections { connection?.close(because: .retired) }
    }
}
