internal import Configuration
internal import Reactor

/// Which nodes reads may go to: replicas of the primary that are fresh enough.
struct ReadableReplicas {
    let primary: NodeFacts
    /// Whether the primary takes requests; while it is missing, its replicas cannot be connected to
    /// it, and are no staler for that.
    let isPrimaryWell: Bool
    /// Nil: any lag.
    let lag: ReplicaLag?

    /// Those of the nodes.
    func among(_ nodes: [NodeFacts]) -> [NodeFacts] { nodes.filter(isReadable) }

    private func isReadable(_ node: NodeFacts) -> Bool {
        guard let info = node.info, Self.serves(node), node.address != primary.address else {
            return false
        }
        guard info.isLinkUp || !isPrimaryWell, isOfPrimary(node, info) else { return false }
        if let most = lag?.bytes, let bytes = lagBytes(of: node), bytes > most { return false }
        if let most = lag?.seconds, let seconds = lagSeconds(of: node), seconds > most {
            return false
        }
        return true
    }

    /// How much of the primary's stream the node has not taken; nil if it is no replica of it, or
    /// that is not known.
    func lagBytes(of node: NodeFacts) -> Int? {
        guard let info = node.info, let offset = primary.info?.offset, node.role == .replica,
            isOfPrimary(node, info)
        else { return nil }
        return max(0, offset - info.replicaOffset)
    }

    /// Seconds since the stream came, as the replica and the primary see it; nil as above.
    func lagSeconds(of node: NodeFacts) -> Int? {
        guard let info = node.info, node.role == .replica, isOfPrimary(node, info) else {
            return nil
        }
        let seen = primary.info?.replicas.first {
            SocketAddress(ip: $0.endpoint.host, port: $0.endpoint.port) == node.address
        }
        return max(info.silentSeconds ?? 0, isPrimaryWell ? seen?.lagSeconds ?? 0 : 0)
    }

    /// Whether the node answers as a replica that has data.
    static func serves(_ node: NodeFacts) -> Bool {
        node.isReachable && !node.isLoading && !node.isRefused && node.role == .replica
            && node.info?.isSyncing == false
    }

    /// It names the primary, or, being a replica's replica or knowing the primary by another
    /// address, has its history.
    private func isOfPrimary(_ node: NodeFacts, _ info: ReplicationInfo) -> Bool {
        if node.follows == primary.address { return true }
        return !info.replicationID.isEmpty
            && info.replicationID == primary.info?.replicationID
    }
}
