internal import Reactor

/// What is known of one node of a replication group, from its own words.
struct NodeFacts: Sendable, Equatable {
    let address: SocketAddress
    /// What it last told; nil while it has not, or may not, tell.
    var info: ReplicationInfo?
    /// Whether it answered the last question.
    var isReachable = false
    /// Whether it is up, but still loading its data.
    var isLoading = false
    /// Whether it refuses all of the pool's passwords.
    var isRefused = false
    /// Why it is not reachable, or refused.
    var problem = "not asked yet"
    /// The primary that it names, if it is a replica and that is an address, or a name resolved.
    var follows: SocketAddress?
    /// How long its answers take, smoothed; 0 if it has not answered yet.
    var roundTripMicroseconds = 0
    /// When the question was asked that this is the answer to (microseconds on the monotonic
    /// clock), or when it failed; -1 before the first.
    var askedAt: Int64 = -1
    /// Since when role and reachability are what they are (milliseconds on the monotonic clock).
    var since: Int64 = 0

    init(_ address: SocketAddress) { self.address = address }

    /// Its last known role.
    var role: ReplicationInfo.Role { info?.role ?? .unknown }

    /// Whether it takes requests, but its role cannot be learned.
    var isMute: Bool { isReachable && !isLoading && info == nil }

    /// Whether it is up and says that it is primary.
    var isPrimary: Bool { isReachable && !isLoading && role == .primary }

    /// Whether another answer tells the same state, leaving figures aside.
    func isLike(_ other: NodeFacts) -> Bool {
        isReachable == other.isReachable && isLoading == other.isLoading && role == other.role
            && isRefused == other.isRefused
    }
}
