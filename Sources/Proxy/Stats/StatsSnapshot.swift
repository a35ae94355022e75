/// Every figure of the proxy at one moment, summed over its workers.
public struct StatsSnapshot: Sendable {
    /// Connections of all kinds opened since the start: clients, servers and listeners.
    public var totalConnections: Int
    /// Connections of all kinds open now.
    public var currentConnections: Int
    /// The pools in twemproxy's order: by length of name, then by bytes.
    public var pools: [PoolStats]

    /// A snapshot of the given figures.
    public init(totalConnections: Int, currentConnections: Int, pools: [PoolStats]) {
        self.totalConnections = totalConnections
        self.currentConnections = currentConnections
        self.pools = pools
    }
}

/// A pool's figures.
public struct PoolStats: Sendable {
    /// The pool's name in the configuration.
    public var name: String
    /// Fewer live servers than this make the pool unhealthy.
    public var minServers: Int
    /// The servers in twemproxy's order.
    public var servers: [ServerStats]
    private var values: [Int]

    /// A pool with every figure at zero.
    public init(name: String, minServers: Int, servers: [ServerStats]) {
        self.name = name
        self.minServers = minServers
        self.servers = servers
        values = Array(repeating: 0, count: PoolMetric.allCases.count)
    }

    /// The figure of one metric.
    public subscript(metric: PoolMetric) -> Int {
        get { values[metric.index] }
        set { values[metric.index] = newValue }
    }

    /// Servers that take requests now.
    public var liveServers: Int { servers.count { $0.isLive } }

    /// Whether enough servers are live for a load balancer to send traffic here.
    public var isHealthy: Bool { liveServers >= minServers }
}

/// A server's figures.
public struct ServerStats: Sendable {
    /// The server's name on the hash ring.
    public var name: String
    /// False while the server is ejected, its name has no address, or its group no primary that
    /// answers.
    public var isLive: Bool
    /// The replication group that it is the primary of; nil if it is not followed.
    public var group: GroupStats?
    private var values: [Int]

    /// A server with every figure at zero.
    public init(name: String, isLive: Bool) {
        self.name = name
        self.isLive = isLive
        values = Array(repeating: 0, count: ServerMetric.allCases.count)
    }

    /// The figure of one metric.
    public subscript(metric: ServerMetric) -> Int {
        get { values[metric.index] }
        set { values[metric.index] = newValue }
    }
}

extension PoolMetric {
    /// The metric's place in a table of figures.
    var index: Int {
        switch self {
        case .clientEOF: 0
        case .clientErrors: 1
        case .clientConnections: 2
        case .serverEjects: 3
        case .forwardErrors: 4
        case .fragments: 5
        }
    }
}

extension ServerMetric {
    /// The metric's place in a table of figures.
    var index: Int {
        switch self {
        case .serverEOF: 0
        case .serverErrors: 1
        case .serverTimedOut: 2
        case .serverConnections: 3
        case .serverEjectedAt: 4
        case .requests: 5
        case .requestBytes: 6
        case .responses: 7
        case .responseBytes: 8
        case .inQueue: 9
        case .inQueueBytes: 10
        case .outQueue: 11
        case .outQueueBytes: 12
        }
    }
}
