internal import Configuration
internal import Reactor

/// What workers are told of a group beside its primary's address: whom they may read from, and how
/// long each takes to answer.
struct GroupRoutes: Equatable {
    /// Replicas that may be read from.
    private(set) var replicas: [ReplicaRoute] = []
    /// The primary's; 0 if it has not answered yet.
    private(set) var roundTripMicroseconds = 0

    /// Takes over what is known now.
    ///
    /// - Returns: whether anything is worth telling.
    mutating func update(from readable: [NodeFacts], primary: NodeFacts) -> Bool {
        let before = self
        replicas = readable.map { facts in
            let old = replicas.first { $0.address == facts.address }
            return ReplicaRoute(
                address: facts.address,
                roundTripMicroseconds: Self.steady(
                    facts.roundTripMicroseconds, from: old?.roundTripMicroseconds ?? 0))
        }
        roundTripMicroseconds = Self.steady(
            primary.roundTripMicroseconds, from: roundTripMicroseconds)
        return self != before
    }

    /// Strikes out a replica that stopped serving.
    ///
    /// - Returns: whether it was one.
    mutating func remove(_ address: SocketAddress) -> Bool {
        let count = replicas.count
        replicas.removeAll { $0.address == address }
        return replicas.count < count
    }

    /// A time that changed by little stays, so that workers are not told every second.
    private static func steady(_ new: Int, from old: Int) -> Int {
        old > 0 && abs(new - old) <= max(old / 4, GroupLimits.sameMicroseconds) ? old : new
    }
}
