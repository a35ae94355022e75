import Configuration
import Reactor
import Testing

@testable import Proxy

/// A group of nodes, the first of them primary, and who follows it.
final class AnsweringGroup {
    let loop: EventLoop
    let nodes: [AnsweringNode]
    let control: GroupControl
    private(set) var doubts = 0
    private(set) var published: [Int] = []

    init(_ count: Int, _ configure: (inout PoolConfiguration) -> Void = { _ in }) throws {
        let loop = try EventLoop()
        self.loop = loop
        nodes = try (0..<count).map { _ in try AnsweringNode(on: loop) }
        control = Self.control(loop, configure)
        let first = nodes[0]
        first.replicationID = AnsweringNode.id("a")
        first.replicas = nodes.dropFirst().map(\.address)
        for node in nodes.dropFirst() { node.demote(to: first) }
        control.doubt = { [unowned self] in self.doubts += 1 }
        control.changed = { [unowned self] in self.published.append(self.control.epoch) }
    }

    deinit {
        control.cancel()
        for node in nodes { node.die() }
    }

    private static func control(
        _ loop: EventLoop, _ configure: (inout PoolConfiguration) -> Void
    ) -> GroupControl {
        let server = ServerConfiguration(
            name: "s", hasExplicitName: true, address: .tcp(host: "cache.example", port: 6379),
            weight: 1, endpoint: "cache.example:6379")
        var pool = PoolConfiguration(
            name: "pool", listen: .tcp(host: "127.0.0.1", port: 1), listenText: "",
            servers: [server])
        pool.cacheProtocol = .redis
        configure(&pool)
        return GroupControl(loop: loop, pool: pool, server: server, log: .silent) {
            host, port, found in
            found(host == "announced.example" ? [.ipv4(0x7f00_0001, port: port)] : [])
        }
    }

    /// The name stands for the given node.
    func name(_ node: Int?, readers: [Int] = [], nodes listed: [Int] = []) {
        control.namesChanged(
            primary: node.map { [nodes[$0].address] } ?? [],
            readers: readers.map { nodes[$0].address },
            nodes: listed.map { nodes[$0].address })
    }

    /// Follows the group until all of it is known.
    func settle(_ location: SourceLocation = #_sourceLocation) {
        let isSettled = loop.turn {
            !control.isSeeking && control.facts.count == nodes.count
                && control.facts.allSatisfy { $0.isReachable }
        }
        #expect(isSettled, sourceLocation: location)
    }

    /// Whether the node is primary before so much time is over.
    func waits(for node: Int, milliseconds: Int64 = 5_000) -> Bool {
        let address = nodes[node].address
        return loop.turn(forMilliseconds: milliseconds) {
            control.primary == address && !control.isSeeking
        }
    }

    /// Lets so much time pass.
    func pass(milliseconds: Int64) {
        _ = loop.turn(forMilliseconds: milliseconds) { false }
    }
}
