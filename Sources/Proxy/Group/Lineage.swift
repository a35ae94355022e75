/// Which replication history continues which: a replica that is promoted begins a history of its
/// own and tells which one it was part of (`master_replid2`).
struct Lineage {
    private var parents: [String: String] = [:]

    /// Takes over what a node says of its history.
    mutating func learn(_ info: ReplicationInfo) {
        guard !info.replicationID.isEmpty, !info.formerReplicationID.isEmpty,
            parents[info.replicationID] != info.formerReplicationID
        else { return }
        // What still matters is told again with the next answers.
        if parents.count >= GroupLimits.mostHistories { parents.removeAll() }
        parents[info.replicationID] = info.formerReplicationID
    }

    /// Whether the history `later` grew out of `earlier`, over any number of promotions.
    func isContinuation(_ later: String, of earlier: String) -> Bool {
        guard !later.isEmpty, !earlier.isEmpty, later != earlier else { return false }
        var history = later
        // A peer may tell of circles.
        for _ in 0...parents.count {
            guard let parent = parents[history] else { return false }
            if parent == earlier { return true }
            history = parent
        }
        return false
    }
}
