internal import Reactor

extension ServerControl {
    /// What is known of its group, with what all workers count; nil if it has none.
    func groupStats(workers: [Counters]) -> GroupStats? {
        guard let group else { return nil }
        var stats = GroupStats(group)
        if stats.primary == nil, stats.awaited.isEmpty { stats.awaited = reason }
        for metric in GroupMetric.allCases {
            stats[metric] += workers.reduce(0) { $0 + $1.value(metric.index) }
        }
        stats[.changes] = promotions?.changes ?? 0
        stats[.changeTime] = promotions?.totalMicroseconds ?? 0
        stats[.lastChange] = promotions?.lastMicroseconds ?? 0
        return stats
    }
}

/// What is known of a group, as the statistics say it.
extension GroupStats {
    /// A group as it is now, without what workers count.
    init(_ group: GroupControl) {
        let clock = WallClock(at: group.now)
        let primary = group.facts.first { $0.address == group.primary }
        let readable = Set(group.replicas.map(\.address))
        self.init(
            primary: group.primary?.description, awaited: group.awaited,
            nodes: group.facts.map { facts in
                var node = NodeStats(facts, clock)
                node.isPrimary = facts.address == group.primary
                node.isReadable = readable.contains(facts.address)
                if let primary, facts.isReachable {
                    let replicas = ReadableReplicas(
                        primary: primary, isPrimaryWell: group.hasPrimary, lag: nil)
                    node.lagBytes = replicas.lagBytes(of: facts)
                    node.lagSeconds = replicas.lagSeconds(of: facts)
                }
                return node
            })
        self[.hasPrimary] = group.hasPrimary ? 1 : 0
        self[.missing] = group.missingSince.map { Int(group.now - $0) * 1000 } ?? 0
        self[.seeking] = group.isSeeking ? 1 : 0
        self[.epoch] = group.epoch
        self[.readableReplicas] = group.replicas.count
        self[.promotions] = group.promotions
        self[.splitBrains] = group.splitBrains
    }
}

extension NodeStats {
    fileprivate init(_ facts: NodeFacts, _ clock: WallClock) {
        self.init(address: facts.address.description)
        role =
            switch facts.role {
            case .primary: .primary
            case .replica: .replica
            case .unknown: .unknown
            }
        state = State(facts)
        problem = state == .unreachable || state == .refused ? facts.problem : ""
        roundTripMicroseconds = facts.roundTripMicroseconds
        if facts.askedAt >= 0 { since = clock.microseconds(of: facts.since) }
    }
}

extension NodeStats.State {
    fileprivate init(_ facts: NodeFacts) {
        if !facts.isReachable {
            self = .unreachable
        } else if facts.isRefused {
            self = .refused
        } else if facts.isLoading {
            self = .loading
        } else if facts.role == .replica, facts.info?.isLinkUp == false {
            self = .linkDown
        } else {
            self = .reachable
        }
    }
}
