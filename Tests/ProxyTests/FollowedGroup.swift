import Configuration
import Reactor
import Testing

@testable import Proxy

/// A proxy before replication groups. Their nodes tell the control thread by themselves what they
/// are; what they answer to requests is in the hands of the test.
final class FollowedGroup {
    /// How a server refuses what only a working primary takes.
    static let refusals = [
        "-READONLY You can't write against a read only replica.\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
        "-NOREPLICAS Not enough good replicas to write.\r\n",
    ]
    static let readOnly = refusals[0]

    let proxy: ProxyHarness
    /// For each shard, its nodes; the first one is its primary at the beginning.
    let shards: [[AnsweringNode]]
    private var promotions = 0

    /// Runs `conversation` with a proxy whose servers are followed, and have so many replicas each.
    static func run(
        shards count: Int = 1, replicas: Int = 1,
        _ configure: (inout PoolConfiguration) -> Void = { _ in },
        conversation: (FollowedGroup, ProxyHarness) throws -> Void
    ) throws {
        try ProxyHarness.run(
            .redis, servers: count,
            {
                $0.topology = .replicationGroup
                configure(&$0)
            },
            conversation: { proxy in
                let group = try FollowedGroup(proxy, replicas: replicas)
                defer { group.stop() }
                try conversation(group, proxy)
            })
    }

    private init(_ proxy: ProxyHarness, replicas: Int) throws {
        self.proxy = proxy
        shards = try proxy.servers.enumerated().map { number, server in
            let primary = try AnsweringNode(on: proxy.loop, by: server)
            primary.replicationID = AnsweringNode.id("\(number + 1)")
            let others = try (0..<replicas).map { _ in try AnsweringNode(on: proxy.loop) }
            primary.replicas = others.map(\.address)
            for node in others { node.demote(to: primary) }
            for node in [primary] + others { node.answersWatchersOnly = true }
            return [primary] + others
        }
        try proxy.wait { proxy.routing.servers.allSatisfy { $0.replicas.count == replicas } }
        try proxy.settle()
    }

    private func stop() {
        for node in shards.joined() { node.die() }
    }

    /// The first shard's nodes.
    var nodes: [AnsweringNode] { shards[0] }

    /// A node's connection for requests, once something was said on it.
    func connection(_ number: Int = 0, to node: Int, of shard: Int = 0) throws -> Peer {
        let node = shards[shard][node]
        try proxy.wait { node.dataConnections.count > number }
        return node.dataConnections[number]
    }

    /// Makes the node primary, and all others its replicas.
    func promote(_ node: Int, of shard: Int = 0) {
        promotions += 1
        let nodes = shards[shard]
        let others = nodes.filter { $0 !== nodes[node] }
        nodes[node].promote(history: ["a", "b", "c", "d"][promotions - 1])
        nodes[node].replicas = others.map(\.address)
        for other in others { other.demote(to: nodes[node]) }
    }

    /// Waits until the workers know the node as primary.
    func waits(for node: Int, of shard: Int = 0) throws {
        let address = shards[shard][node].address
        try proxy.wait { proxy.routing.servers[shard].address == address }
        try proxy.settle()
    }

    /// A client whose request is with the node's first connection.
    func client(
        _ request: String, to node: Int = 0, of shard: Int = 0,
        _ location: SourceLocation = #_sourceLocation
    ) throws -> (Peer, Peer) {
        let client = try proxy.client()
        try client.say(request)
        let server = try connection(to: node, of: shard)
        try proxy.expect(server, hears: request, location)
        return (client, server)
    }

    /// What a client hears whose request was with the node when the connection was lost.
    func lost(_ node: Int, word: String = "ERR") -> String {
        "-\(word) connection to \(nodes[node].address) lost; the command may have been executed\r\n"
    }
}
