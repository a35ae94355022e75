internal import Configuration
internal import Reactor

/// Reading from replicas.
extension Server {
    /// A replica whose round trip is within this of the nearest one's is as near: half a
    /// millisecond is another zone of the same region.
    private static var sameDistanceMicroseconds: Int { 500 }

    /// Takes over which replicas the control thread finds fresh enough.
    func takeReplicas() {
        let former = replicas
        replicas = route.replicas.map { line in
            let replica =
                former.first { $0.route.address == line.address }
                ?? Server(at: line.address, replicaOf: self)
            replica.route.roundTripMicroseconds = line.roundTripMicroseconds
            return replica
        }
        readable = readers
        if !replicas.isEmpty { hasHadReplicas = true }
        let gone = former.filter { old in !replicas.contains { $0 === old } }
        leaving = leaving.filter { !$0.isGone } + gone
        // Their reads go to those who are readable now.
        for replica in gone { replica.leave() }
    }

    /// Those among whom reads are spread: fixed until the next routing.
    private var readers: [Server] {
        switch pool.configuration.readFrom {
        case .primary: return []
        case .replica, .preferReplica: return replicas
        case .nearest:
            let all = replicas + [self]
            let nearest = all.map(\.route.roundTripMicroseconds).min() ?? 0
            return all.filter {
                $0.route.roundTripMicroseconds <= nearest + Self.sameDistanceMicroseconds
            }
        }
    }

    /// Who answers a read now: of two at random, the one with less to do; nil if nobody may.
    func reader(at place: Int) -> Server? {
        guard let one = randomReader, let other = randomReader else { return lastResort }
        let better = other.load < one.load ? other : one
        if better.isReachable(at: place) { return better }
        return readable.first { $0.isReachable(at: place) } ?? lastResort
    }

    private var randomReader: Server? {
        guard !readable.isEmpty else { return nil }
        return readable[Int(pool.worker.random()) % readable.count]
    }

    /// Until the first replica is known, the primary is all there is.
    private var lastResort: Server? {
        pool.configuration.readFrom == .replica && hasHadReplicas ? nil : self
    }
}
