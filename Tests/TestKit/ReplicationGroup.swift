import Foundation
import Synchronization

/// A primary and its replicas, which clients know by the names of two endpoints.
///
/// Its verbs are what a provider's control plane does to such a group. Those that lose nothing
/// (`handOver`) and those that may (`promoteSurvivor`) are told apart: what a group lost by itself
/// is in `survivors`, and no proxy can be blamed for that.
public final class ReplicationGroup: Sendable {
    /// The name that leads to the primary.
    public let primaryName: String
    /// The name that leads to the replicas.
    public let readerName: String
    /// All nodes; the first one was the primary at the start.
    public let nodes: [ReplicationNode]

    private let names: NameServer
    private let state: Mutex<State>

    private struct State {
        var primary: ReplicationNode
        var survivors: [[String: String]] = []
    }

    /// Starts the nodes and waits until the replicas are in sync.
    init(
        named name: String, names: NameServer, hosts: [String], port: Int, login: [String],
        arguments: [String]
    ) throws {
        primaryName = "primary.\(name).test"
        readerName = "reader.\(name).test"
        self.names = names
        let primary = try ReplicationNode(
            host: hosts[0], port: port, replicaOf: nil, login: login, arguments: arguments)
        nodes =
            try [primary]
            + hosts.dropFirst().map { host in
                try ReplicationNode(
                    host: host, port: port, replicaOf: primary, login: login, arguments: arguments)
            }
        state = Mutex(State(primary: primary))
        try waitUntilInSync()
        rewriteName(to: primary)
        rewriteReader(to: replicas)
    }

    /// The node that the lab made primary last.
    public var primary: ReplicationNode { state.withLock(\.primary) }

    /// All the others.
    public var replicas: [ReplicationNode] {
        let primary = primary
        return nodes.filter { $0 !== primary }
    }

    /// What was left of the data at each promotion that may have lost some, oldest first: every
    /// key and value of the new primary before it took its first write.
    public var survivors: [[String: String]] { state.withLock(\.survivors) }

    // MARK: - Names

    /// Lets the primary's name lead to a node.
    public func rewriteName(to node: ReplicationNode) {
        names.answer(primaryName, with: .addresses([node.host]))
    }

    /// Lets the reader's name lead to some nodes.
    public func rewriteReader(to nodes: [ReplicationNode]) {
        names.answer(readerName, with: .addresses(nodes.map(\.host)))
    }

    // MARK: - Roles

    /// Makes another node primary as a planned change does, without losing a write: writes wait at
    /// the old one until the new one has all of them. The old one becomes a replica and says
    /// READONLY to those that waited.
    ///
    /// - Returns: How long writes waited, in seconds.
    @discardableResult public func handOver(to new: ReplicationNode) throws -> Double {
        let old = primary
        let started = now()
        try old.pauseWrites()
        let end = try old.replicationOffset()
        guard try eventually({ try new.replicationOffset() >= end }) else {
            throw KitError("\(new.name) does not catch up with \(old.name)")
        }
        try new.promote()
        state.withLock { $0.primary = new }
        try old.demote(to: new)
        try old.resumeWrites()
        let pause = now() - started
        try followPrimary(except: [new, old])
        return pause
    }

    /// Makes a replica primary after the old primary went away, and notes what it has: writes that
    /// did not reach it in time are lost.
    public func promoteSurvivor(_ node: ReplicationNode) throws {
        // Nothing may be written between the promotion and the look at what is there.
        try node.pauseWrites()
        try node.promote()
        try noteSurvivors(of: node)
        try node.resumeWrites()
        try followPrimary(except: [node])
    }

    /// Says that a node is the primary and that what it holds now is all there is.
    public func noteSurvivors(of node: ReplicationNode) throws {
        let data = try node.data()
        state.withLock { state in
            state.primary = node
            state.survivors.append(data)
        }
    }

    /// Kills all nodes; what they held is lost with them.
    public func killAll() {
        nodes.forEach { $0.kill() }
        state.withLock { $0.survivors.append([:]) }
    }

    /// Makes the nodes that run replicas of the primary.
    private func followPrimary(except others: [ReplicationNode]) throws {
        let primary = primary
        for node in nodes where node.isServing && !others.contains(where: { $0 === node }) {
            try node.demote(to: primary)
        }
    }

    /// Waits until every node that runs has the primary's data and its stream.
    public func waitUntilInSync() throws {
        guard try eventually(timeout: 20, isInSync) else {
            throw KitError("no sync of \(primaryName): \(nodes.map(\.log))")
        }
    }

    /// Waits until every replica that serves has all that the primary has.
    public func waitUntilCaughtUp() throws {
        let end = try primary.replicationOffset()
        let followers = replicas.filter(\.isServing)
        let areThere = try eventually {
            try followers.allSatisfy { try $0.replicationOffset() >= end }
        }
        guard areThere else { throw KitError("no replica catches up with \(primary.name)") }
    }

    private func isInSync() throws -> Bool {
        let primary = primary
        let followers = nodes.filter { $0.isServing && $0 !== primary }
        let fields = try primary.info("replication")
        let online = fields.filter {
            $0.key.contains(/^slave\d+$/) && $0.value.contains("state=online")
        }
        return try online.count == followers.count
            && followers.allSatisfy {
                try $0.info("replication")["master_link_status"] == "up"
            }
    }
}
