internal import Configuration
internal import Reactor

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
    private var route: ServerRoute
    /// Connections for clients of one protocol version; those that speak RESP3 have as many of
    /// their own behind the others, since a reply cannot be translated from one to the other.
    private let perProtocol: Int
    private var connections: [ServerConnection?]
    /// Connections to a former address that still owe replies.
    private var retiring: [ServerConnection] = []
    private var retryAt: Int64 = 0
    private var backoff = Limits.firstBackoffMilliseconds
    private var lastFailure = "not connected"
    private var hasReportedFailure = false

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
    var overloaded: String { "server \(endpoint): too many requests are waiting" }

    // MARK: - Connections

    /// Opens what is not open, as `preconnect` wants.
    func openAll() {
        for place in 0..<perProtocol where connections[place] == nil { _ = open(place) }
    }

    private func open(_ place: Int) -> ServerConnection? {
        let worker = pool.worker
        guard worker.loop.now >= retryAt else { return nil }
        guard let address = route.address else {
            lastFailure = route.reason
            return nil
        }
        do {
            let connection = try ServerConnection(
                to: address, of: self, place: place, speaksRESP3: place >= perProtocol)
            connections[place] = connection
            counters.add(to: .serverConnections)
            worker.connectionOpened()
            connection.start()
            return connections[place]
        } catch {
            failed(because: .failed(error))
            return nil
        }
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
        pool.worker.report(.serverAnswered(pool: pool.index, server: index))
    }

    /// A connection ended; it has told its clients already.
    func closed(
        _ connection: ServerConnection, because reason: CloseReason, wasConnected: Bool, owed: Bool
    ) {
        if connections[connection.place] === connection { connections[connection.place] = nil }
        retiring.removeAll { $0 === connection }
        counters.add(-1, to: .serverConnections)
        pool.worker.connectionClosed()
        // A server may close an idle connection as it likes (its own `timeout`, a restart that went
        // unnoticed).
        if case .closedByServer = reason, !owed {
            counters.add(to: .serverEOF)
            return
        }
        if case .retired = reason { return }
        failed(because: reason, mayRetryAtOnce: wasConnected)
    }

    /// Requests of this server reached their deadline without a byte from it.
    func stalled() { report(.noProgress) }

    private func failed(because reason: CloseReason, mayRetryAtOnce: Bool = false) {
        lastFailure = reason.message
        if !mayRetryAtOnce {
            retryAt = pool.worker.loop.now + Int64(backoff + Int(pool.worker.random() % 10))
            backoff = min(backoff * 2, Limits.longestBackoffMilliseconds)
        }
        if let metric = reason.metric { counters.add(to: metric) }
        report(reason)
    }

    private func report(_ reason: CloseReason) {
        hasReportedFailure = true
        pool.worker.report(
            .serverFailed(pool: pool.index, server: index, reason: reason.message))
    }

    // MARK: - Decisions from the control thread

    func apply(_ new: ServerRoute) {
        let isBack = new.isLive && !isLive
        isLive = new.isLive
        // The probe of an ejected server got through: our own earlier failures say nothing any more.
        if isBack { forgetFailures() }
        guard new.address != route.address else { return route = new }
        route = new
        forgetFailures()
        // What is in flight finishes on the old address; new requests open a connection to the new
        // one.
        for place in connections.indices {
            guard let connection = connections[place] else { continue }
            connections[place] = nil
            retiring.append(connection)
            connection.retire()
        }
    }

    /// The end of the worker: nothing is opened any more.
    func closeAll() {
        for connection in connections + retiring { connection?.close(because: .retired) }
    }
}
