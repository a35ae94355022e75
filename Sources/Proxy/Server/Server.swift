internal import Configuration
internal import Reactor
internal import Wire

/// One upstream address of a pool as one worker sees it: its connections and whether to try for new
/// ones.
@safe final class Server {
    let index: Int
    let pool: Pool
    let counters: Counters
    /// Figures of its replication group.
    let groupCounters: Counters
    /// The row of its latencies.
    let latencyRow: UInt32
    /// How error replies and logs name it: `host:port` or the path.
    let endpoint: String
    /// False while ejected; requests may still come when every server is.
    private(set) var isLive: Bool
    /// The server that this one is a replica of; nil for one of the pool's own.
    unowned let primary: Server?
    /// Whether it belongs to a replication group, whose primary is followed to wherever it is now.
    let isFollowed: Bool
    /// Whether requests are held while the primary is missing.
    let holdsRequests: Bool
    var route: ServerRoute
    /// Those that may be read from.
    var replicas: [Server] = []
    /// Those among whom reads are spread.
    var readable: [Server] = []
    /// Those that are not any more, until they have answered what they owe.
    var leaving: [Server] = []
    /// Whether a replica was ever known.
    var hasHadReplicas = false
    /// Connections for clients of one protocol version; those that speak RESP3 have as many of
    /// their own behind the others, since a server writes all replies to a connection in one
    /// version.
    private let perProtocol: Int
    /// Whether it has RESP3, as far as is known. It may be another one after every loss.
    var knowsHello = true
    private var connections: [ServerConnection?]
    /// Those that are for one large transfer at a time.
    var detached: [ServerConnection] = []
    /// Who waits for one of them to send a large request, in the order in which they get it.
    var uploadQueue: [WaitingUpload] = []
    /// When one of them was last called.
    var lastUploadTurn: Int64 = 0
    var uploadTimer: Timer?
    var isWatchingUploads = false
    /// Those that belong to one client each.
    let privates: PrivateConnections
    /// The routing showed a primary that is none, or cannot be reached: the next one is awaited.
    var isAwaited = false
    var retryAt: Int64 = 0
    var backoff = Backoff(Limits.backoffMilliseconds)
    var lastFailure = "not connected"
    /// Whether the control thread awaits word of the next reply.
    var owesWord = false
    var passwords: ServerPasswords
    /// What became of held requests since that word was last given.
    private var summary = HoldSummary()

    init(
        _ index: Int, _ configuration: ServerConfiguration, in pool: Pool, route: ServerRoute,
        counters: Counters, groupCounters: Counters, latencyRow: UInt32
    ) {
        self.index = index
        self.pool = pool
        self.route = route
        self.counters = counters
        self.groupCounters = groupCounters
        self.latencyRow = latencyRow
        primary = nil
        endpoint = configuration.endpoint
        isLive = route.isLive
        isFollowed = route.isFollowed
        holdsRequests = route.isFollowed && pool.configuration.failoverWaitMilliseconds > 0
        perProtocol = pool.configuration.serverConnections
        connections = Array(repeating: nil, count: perProtocol * (pool.isRedis ? 2 : 1))
        passwords = ServerPasswords(pool.configuration.serverCredentials?.passwords ?? [])
        privates = PrivateConnections(to: index, of: pool)
    }

    /// A replica of `primary`, counted with it.
    init(at address: SocketAddress, replicaOf primary: Server) {
        index = primary.index
        pool = primary.pool
        counters = primary.counters
        groupCounters = primary.groupCounters
        latencyRow = primary.latencyRow
        self.primary = primary
        route = ServerRoute(address: address, reason: "", isLive: true, isFollowed: true)
        endpoint = address.description
        isLive = true
        isFollowed = true
        holdsRequests = primary.holdsRequests
        perProtocol = primary.perProtocol
        connections = Array(repeating: nil, count: primary.connections.count)
        passwords = ServerPasswords(pool.configuration.serverCredentials?.passwords ?? [])
        privates = PrivateConnections(to: index, of: pool)
    }

    // MARK: - Requests

    /// The connection for a client's requests: always the same one for one client, so that its
    /// requests reach the server in their order. Nil: there is none now, and `unavailable` says
    /// why.
    func connection(for client: Client) -> ServerConnection? { connection(at: place(of: client)) }

    /// The same without reference counting; it lives to the end of this turn at least.
    @inline(__always)
    func findConnection(for client: Client) -> Unretained<ServerConnection>? {
        let place = place(of: client)
        if let connection = connections[place] { return Unretained(connection) }
        return newConnection(at: place).map(Unretained.init)
    }

    /// Where a client's requests go among the connections.
    @inline(__always)
    func place(of client: Client) -> Int { client.serverPlace }

    @inline(__always)
    func connection(at place: Int) -> ServerConnection? {
        connections[place] ?? newConnection(at: place)
    }

    @inline(never)
    private func newConnection(at place: Int) -> ServerConnection? {
        reclaim(place) ?? open(place) ?? substitute(at: place)
    }

    /// Requests that wait for this server, sent or not.
    var load: Int { connections.reduce(0) { $0 + ($1?.tickets.count ?? 0) } }

    /// Whether there is a connection that sends, or a new one may be tried.
    func isReachable(at place: Int) -> Bool {
        if let connection = connections[place] { return !connection.isHolding }
        return isAwaitable ? !isAwaited : pool.worker.loop.now >= retryAt
    }

    /// Whether every connection has ended.
    var isGone: Bool { connections.allSatisfy { $0 == nil } && detached.isEmpty }

    var isReplica: Bool { primary != nil }

    /// The error for a request that finds no connection.
    var unavailable: String { "server \(endpoint): \(lastFailure)" }

    /// The error for a request beyond the bounds of a connection's queue.
    var overloaded: String {
        guard isAwaited else { return "server \(endpoint): too many requests are waiting" }
        return "server \(endpoint): too many requests are waiting for its primary (\(lastFailure))"
    }

    /// The error for a read that only replicas may answer.
    var unreadable: String { "server \(endpoint): no replica may be read from" }

    /// The error for a request that has been held for too long.
    func missing(for ticket: Ticket) -> String {
        let wait = Int64(pool.configuration.failoverWaitMilliseconds)
        let waited = pool.worker.loop.now - ticket.heldUntil + wait
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
        open(place, speaksRESP3: isRESP3(place))
    }

    /// Opens a connection, or one that waits for the server.
    ///
    /// - Parameter place: nil for one client's own.
    func open(_ place: Int?, speaksRESP3: Bool) -> ServerConnection? {
        if isAwaited { return wait(place, speaksRESP3) }
        guard isAwaitable || pool.worker.loop.now >= retryAt else { return nil }
        guard let address = route.address else {
            lastFailure = route.reason
            awaitPrimary()
            return wait(place, speaksRESP3)
        }
        do {
            let connection = try ServerConnection(
                to: address, of: self, place: place, speaksRESP3: speaksRESP3)
            count(connection)
            keep(connection)
            connection.start()
            if let place { return connections[place] }
            return connection.phase == .closed ? nil : connection
        } catch {
            failed(because: .failed(error))
            return wait(place, speaksRESP3)
        }
    }

    /// Opens a connection for a large request; nil if there is none now.
    func openDetached(at place: Int) -> ServerConnection? {
        guard !isAwaited, isAwaitable || pool.worker.loop.now >= retryAt else { return nil }
        guard let address = route.address else {
            lastFailure = route.reason
            return nil
        }
        do {
            let connection = try ServerConnection(
                to: address, of: self, place: place, speaksRESP3: isRESP3(place))
            connection.isDetached = true
            detached.append(connection)
            count(connection)
            connection.start()
            return connection.phase == .closed ? nil : connection
        } catch {
            failed(because: .failed(error))
            return nil
        }
    }

    /// Whether the connection is the one for new requests at its place.
    func holdsPlace(_ connection: ServerConnection) -> Bool {
        connection.place.map { connections[$0] === connection } ?? false
    }

    /// Leaves a place to the next request, which opens a connection there.
    func vacate(_ place: Int) { connections[place] = nil }

    /// Gives a place to a detached connection.
    func settle(_ connection: ServerConnection, at place: Int) {
        connections[place] = connection
        connection.place = place
        connection.isDetached = false
        connection.deadlines?.stop()
    }

    /// Whether a place is for clients that speak RESP3.
    func isRESP3(_ place: Int) -> Bool { place >= perProtocol }

    /// A place to hold requests in until the next routing; nil if they are not held.
    private func wait(_ place: Int?, _ speaksRESP3: Bool) -> ServerConnection? {
        guard holdsRequests, isAwaitable else { return nil }
        let connection = ServerConnection(
            waitingFor: self, place: place, speaksRESP3: speaksRESP3)
        keep(connection)
        return connection
    }

    private func count(_ connection: ServerConnection) {
        counters.add(to: .serverConnections)
        pool.worker.connectionOpened()
    }

    private func keep(_ connection: ServerConnection) {
        guard let place = connection.place else { return privates.add(connection) }
        connections[place] = connection
    }

    func forget(_ connection: ServerConnection) {
        guard let place = connection.place else { return privates.remove(connection) }
        if connection.isDetached { return detachedClosed(connection) }
        if connections[place] === connection { connections[place] = nil }
    }

    /// A connection is ready for requests: the server is back, or was never away.
    func connected() {
        forgetFailures()
        passwords.taken()
    }

    /// The next request may open a connection at once.
    private func forgetFailures() {
        backoff.reset()
        retryAt = 0
    }

    /// A reply came.
    @inline(__always)
    func answered(over connection: ServerConnection) {
        if owesWord { giveWord(of: connection) }
    }

    /// What a primary that is none any more still owes says nothing of the next one.
    @inline(never)
    private func giveWord(of connection: ServerConnection) {
        guard !isFollowed || (!isAwaited && connection.address == route.address) else { return }
        owesWord = false
        pool.worker.report(
            .serverAnswered(pool: pool.index, server: index, epoch: route.epoch, summary))
        summary = HoldSummary()
    }

    // MARK: - What becomes of held requests

    /// A request that was held, or that its server could not answer, goes to this one.
    func tookOver() {
        groupCounters.add(to: .held)
        note { $0.held += 1 }
    }

    /// A request that was sent before is to be sent again.
    func willReplay() { groupCounters.add(to: .replayed) }

    /// A request's time was over before there was a server for it.
    func heldInVain() {
        groupCounters.add(to: .expired)
        note { $0.failed += 1 }
    }

    private func note(_ change: (inout HoldSummary) -> Void) {
        guard primary == nil else { return }
        change(&summary)
        owesWord = true
    }

    // MARK: - Decisions from the control thread

    func apply(_ new: ServerRoute) {
        let isBack = new.isLive && !isLive
        isLive = new.isLive
        // The probe of an ejected server got through: our own earlier failures say nothing any
        // more.
        if isBack { forgetFailures() }
        let isNews = isFollowed ? new.epoch > route.epoch : new.address != route.address
        let keepsAddress = new.address == route.address
        route = new
        takeReplicas()
        guard isNews, new.address != nil else { return }
        isAwaited = false
        if !keepsAddress { knowsHello = true }
        if isFollowed && !keepsAddress { owesWord = true }
        forgetFailures()
        for connection in connections { connection?.supersede(keepsAddress: keepsAddress) }
        supersedeDetached(keepsAddress: keepsAddress)
        privates.supersede(keepsAddress: keepsAddress)
    }

    /// It is not read from any more; what it still owes may come.
    func leave() {
        for connection in connections { connection?.supersede(keepsAddress: false) }
        supersedeDetached(keepsAddress: false)
    }

    /// The end of the worker: nothing is opened any more.
    func closeAll() {
        for connection in connections { connection?.close(because: .retired) }
        for connection in detached { connection.close(because: .retired) }
        uploadTimer?.cancel()
        privates.closeAll()
        for replica in replicas + leaving { replica.closeAll() }
        replicas.removeAll()
        leaving.removeAll()
        readable.removeAll()
    }
}
