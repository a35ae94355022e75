/// A server as the continuum sees it.
public struct RingMember: Sendable {
    /// What ketama hashes: the configured name, or twemproxy's default made from host and port.
    public var name: String
    /// The share of keys relative to the other members, at least 1. The random distribution ignores
    /// it.
    public var weight: Int
    /// Whether it takes part; an ejected server does not.
    public var isLive: Bool

    /// A member of the given name, weight (at least 1) and state.
    public init(name: String, weight: Int, isLive: Bool) {
        self.name = name
        self.weight = weight
        self.isLive = isLive
    }
}

/// The order of a pool's servers (and of its pools) in twemproxy, whatever the order in the file.
///
/// modula and random depend on it: they count servers in this order.
public enum RingOrder {
    /// Whether the name `a` comes before `b`: the shorter in bytes first, then by bytes.
    public static func precedes(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return a.utf8.count < b.utf8.count }
        return a.utf8.lexicographicallyPrecedes(b.utf8)
    }
}
