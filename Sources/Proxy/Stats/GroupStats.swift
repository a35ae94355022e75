/// What is known of a replication group, and what its clients went through.
public struct GroupStats: Sendable {
    /// The address of whoever takes the writes, or took them last; nil before one is known.
    public var primary: String?
    /// What is awaited while there is no primary, in words; empty otherwise.
    public var awaited: String
    /// The nodes, in the order in which they became known.
    public var nodes: [NodeStats]
    private var values = Array(repeating: 0, count: GroupMetric.allCases.count)

    /// A group with every figure at zero.
    public init(primary: String?, awaited: String, nodes: [NodeStats]) {
        self.primary = primary
        self.awaited = awaited
        self.nodes = nodes
    }

    /// The figure of one metric.
    public subscript(metric: GroupMetric) -> Int {
        get { values[metric.index] }
        set { values[metric.index] = newValue }
    }

    /// Whether somebody takes the writes, as far as is known.
    public var hasPrimary: Bool { self[.hasPrimary] > 0 }
}

/// What is known of one node of a replication group.
public struct NodeStats: Sendable {
    /// What the node said that it is, when it last did.
    public enum Role: String, Sendable {
        case primary, replica, unknown
    }

    /// How it is with the node now; the first that applies.
    public enum State: String, Sendable {
        /// It does not answer.
        case unreachable
        /// It refuses all of the pool's passwords.
        case refused
        /// It is loading its data.
        case loading
        /// As a replica, it is not connected to its primary, or takes over all of its data.
        case linkDown = "link_down"
        /// It answers, and nothing is wrong.
        case reachable
    }

    /// Where it is.
    public var address: String
    /// Its last known role.
    public var role = Role.unknown
    /// How it is with it now.
    public var state = State.unreachable
    /// Why it does not answer, or refuses; else empty.
    public var problem = ""
    /// Whether it takes the group's writes.
    public var isPrimary = false
    /// Whether reads may go to it as a replica.
    public var isReadable = false
    /// How much of the primary's stream it lacks; nil if it is not known, or no replica.
    public var lagBytes: Int?
    /// Seconds since it and its primary last heard of each other; nil as above.
    public var lagSeconds: Int?
    /// How long it takes to answer, smoothed; 0 before its first answer.
    public var roundTripMicroseconds = 0
    /// Since when role and state are what they are, in microseconds since the Unix epoch; 0 before
    /// the first answer.
    public var since = 0

    /// A node of which nothing is known.
    public init(address: String) { self.address = address }

    /// The figure of one metric; nil if it is not known.
    public subscript(metric: NodeMetric) -> Int? {
        switch metric {
        case .up: state == .unreachable ? 0 : 1
        case .primary: isPrimary ? 1 : 0
        case .loading: state == .loading ? 1 : 0
        case .refused: state == .refused ? 1 : 0
        case .linkUp: role == .replica && state == .reachable ? 1 : 0
        case .readable: isReadable ? 1 : 0
        case .lagBytes: lagBytes
        case .lagSeconds: lagSeconds
        case .roundTrip: roundTripMicroseconds
        case .since: since
        }
    }
}

extension PoolStats {
    /// The sum of a figure over the groups of the pool.
    public subscript(sumOf metric: GroupMetric) -> Int {
        servers.reduce(0) { $0 + ($1.group?[metric] ?? 0) }
    }
}
