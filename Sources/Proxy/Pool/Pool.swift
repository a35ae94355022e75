internal import Configuration
internal import Hashing
internal import Reactor
internal import Wire

/// A pool as one worker sees it: its servers and where keys go.
@safe final class Pool {
    let index: Int
    let configuration: PoolConfiguration
    let worker: Worker
    let counters: Counters
    /// The row of latencies of requests that went to several servers.
    let splitRow: UInt32
    /// Every worker's figures of the pool, the own ones included.
    let allCounters: [PoolCounters]
    /// What all workers together have of this pool.
    let counts: PoolCounts
    let isRedis: Bool
    /// Milliseconds; nil: wait for ever.
    let timeout: Int?
    /// What clients may not say; nil: they may say all that is served.
    let disabledCommands: RedisCommandSet?
    /// The same of a memcached pool.
    let disabledForServers: [MemcachedCommand]
    /// Whether what is plain may be disabled, so that every request is to be looked at.
    let watchesPlainRequests: Bool
    /// What clients must AUTH with; nil: nothing.
    let credentials: ClientCredentials?
    /// Bounds on its clients' requests.
    let redisLimits: RedisLimits
    let memcachedLimits: MemcachedLimits
    /// What is asked first, for all clients.
    var plainRequests: RedisPlainParser
    /// The parsers of all clients that have sent no part of a request (`UnfinishedRequest`).
    var redisRequests: RedisRequestParser
    var memcachedRequests: MemcachedRequestParser
    let maxKeyLength: Int
    /// More than this waiting for a client ends it.
    let clientOutputLimit: Int
    private(set) var servers: [Server] = []
    /// The same, for looking one up without reference counting: they live as long as the pool.
    private var unretained: [Unretained<Server>] = []
    /// Whether any server is followed, so that requests need to be looked at more closely.
    private(set) var isFollowed = false
    /// Whether reads may go to replicas.
    private(set) var readsFromReplicas = false
    /// Whether its only server gets what administers it.
    let passesAdministration: Bool
    /// What its clients are subscribed to.
    private(set) lazy var pubSub: PubSub = {
        hasPubSub = true
        return PubSub(of: self)
    }()
    private var hasPubSub = false
    /// What is held now.
    var held = HeldRequests()
    private var placement: Placement {
        didSet {
            isRandom = placement.isRandom
            lookup = Unretained(placement)
        }
    }
    /// The same without reference counting.
    private var lookup: Unretained<Placement>
    private var isRandom: Bool

    init(_ index: Int, _ plan: PoolPlan, counters: PoolCounters, worker: Worker) {
        self.index = index
        self.worker = worker
        self.counters = counters.pool
        splitRow = counters.latencyRow + UInt32(plan.configuration.servers.count)
        allCounters = plan.counters
        configuration = plan.configuration
        counts = plan.counts
        placement = plan.routing.placement
        lookup = Unretained(placement)
        isRandom = placement.isRandom
        isRedis = configuration.cacheProtocol == .redis
        timeout = configuration.timeoutMilliseconds.flatMap { $0 > 0 ? $0 : nil }
        let disabled = configuration.disabledCommands
        disabledCommands = isRedis && !disabled.isEmpty ? RedisCommandSet(disabled) : nil
        disabledForServers =
            isRedis
            ? []
            : MemcachedCommand.forServers.filter {
                disabled.contains($0.name)
            }
        watchesPlainRequests = disabledCommands?.concernsPlainRequests ?? false
        redisLimits = RedisLimits(configuration)
        memcachedLimits = MemcachedLimits(configuration)
        redisRequests = RedisRequestParser(limits: redisLimits)
        plainRequests = RedisPlainParser(
            limits: redisLimits, longestKey: configuration.maxKeyLength)
        memcachedRequests = MemcachedRequestParser(limits: memcachedLimits)
        maxKeyLength = configuration.maxKeyLength
        clientOutputLimit = configuration.clientOutputLimit
        passesAdministration = configuration.passesAdministration
        credentials = configuration.clientCredentials.map(ClientCredentials.init)
        for (number, server) in configuration.servers.enumerated() {
            servers.append(
                Server(
                    number, server, in: self, route: plan.routing.servers[number],
                    counters: counters.servers[number],
                    groupCounters: counters.groups[number],
                    latencyRow: counters.latencyRow + UInt32(number)))
        }
        unretained = servers.map(Unretained.init)
        isFollowed = servers.contains(where: \.isFollowed)
        readsFromReplicas = isFollowed && configuration.readFrom != .primary
    }

    /// Where requests for this key go.
    @inline(__always)
    func serverIndex(for key: Span<UInt8>) -> Int {
        if isRandom { return placement.server(atRandom: worker.random()) }
        return lookup.use { $0.server(for: key) }
    }

    /// The same for several keys, which are within the bytes.
    @inline(__always)
    func find(_ keys: Span<KeyRange>, in bytes: Span<UInt8>, into servers: inout MutableSpan<Int32>)
    {
        guard isRandom else { return lookup.use { $0.find(keys, in: bytes, into: &servers) } }
        for index in keys.indices {
            servers[index] = Int32(placement.server(atRandom: worker.random()))
        }
    }

    /// The server at an index, without reference counting.
    @inline(__always)
    func findServer(_ index: Int) -> Unretained<Server> { unretained[index] }

    /// Where a request without a key goes: to any server that takes requests.
    var anyServer: Server {
        servers.first { $0.isLive } ?? servers[0]
    }

    /// Those that take requests; all, if none does.
    var liveServers: [Server] {
        let live = servers.filter(\.isLive)
        return live.isEmpty ? servers : live
    }

    /// Takes over what the control thread decided. Requests in flight finish where they are.
    func apply(_ routing: PoolRouting) {
        placement = routing.placement
        for (server, route) in zip(servers, routing.servers) { server.apply(route) }
        if hasPubSub { pubSub.reroute() }
    }

    /// Opens every server connection ahead of the first request, if the pool wants that.
    func preconnect() {
        guard configuration.preconnect else { return }
        for server in servers where server.isLive { server.openAll() }
    }

    /// Ends every server connection.
    ///
    /// The servers refer to their pool, so the pool lets go of them too.
    func closeAll() {
        for server in servers { server.closeAll() }
        unretained.removeAll()
        if hasPubSub { pubSub.close() }
        servers.removeAll()
    }

    /// Whether one more request of so many bytes may be held while its primary is missing: within
    /// this worker's share, but one alone may take all workers'.
    func mayHold(_ bytes: Int) -> Bool {
        let share = (configuration.failoverMaxRequests + worker.count - 1) / worker.count
        guard held.count < share else { return false }
        if held.count == 0 { return bytes <= configuration.failoverMaxBytes }
        return held.bytes + bytes <= configuration.failoverMaxBytes / worker.count
    }

    // MARK: - Clients

    /// Counts a client that wants in.
    ///
    /// - Returns: false if the pool has as many as `client_connections` allows.
    func enter() -> Bool {
        let limit = configuration.clientConnections
        let count = counts.clients.add(1)
        guard limit == 0 || count <= limit else {
            counts.clients.add(-1)
            return false
        }
        counters.add(to: .clientConnections)
        return true
    }

    func leave() {
        counts.clients.add(-1)
        counters.add(-1, to: .clientConnections)
    }

    // MARK: - The protocol's words

    /// What a client gets that is not let in, in the server's own words.
    var fullReply: [UInt8] {
        isRedis
            ? RedisReply.error("ERR max number of clients reached")
            : Array(ascii: "ERROR Too many open connections\r\n")
    }

    /// What a Redis client gets whose key is longer than `max_key_length`; memcached has words of
    /// its own.
    var keyTooLong: [UInt8] {
        RedisReply.error("ERR key is longer than max_key_length, \(maxKeyLength) bytes")
    }

    /// An error reply in the pool's protocol.
    ///
    /// - Parameter word: the code that a Redis error begins with.
    func errorReply(_ text: String, word: StaticString = "ERR") -> [UInt8] {
        isRedis ? RedisReply.error("\(word) \(text)") : MemcachedReply.serverError(text)
    }
}

extension RedisLimits {
    fileprivate init(_ pool: PoolConfiguration) {
        self.init()
        maxArguments = pool.maxArguments
        maxRequestLength = pool.maxRequestSize
        maxBulkLength = min(maxBulkLength, pool.maxRequestSize)
    }
}

extension MemcachedLimits {
    fileprivate init(_ pool: PoolConfiguration) {
        self.init(
            maxKeyLength: pool.maxKeyLength, maxKeys: pool.maxArguments,
            maxLineLength: min(Self.usualLineLength, pool.maxRequestSize),
            maxValueLength: pool.maxRequestSize)
    }
}
