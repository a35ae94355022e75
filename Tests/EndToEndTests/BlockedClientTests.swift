import TestKit
import Testing

/// Clients that wait, and clients that listen, cost others nothing but their descriptors.
@Suite(.serialized) struct BlockedClientTests {
    /// Connections that may be left at a server: the shared ones, those that are kept for the next
    /// client, and the one that asks.
    private static let remaining = 100

    @Test func aThousandAreServedAndFreedWhileOthersGoOn() throws {
        let nodes = try CacheNode.several(2, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes), workers: 2)
        let other = try proxy.client()
        let poppers = try (0..<500).map { number in
            let client = try proxy.client()
            try client.send(Bytes.command(["BLPOP", "list:\(number)", "0"]))
            return client
        }
        let listeners = try (0..<500).map { number in
            let client = try proxy.client()
            try client.send(Bytes.command(["SUBSCRIBE", "channel:\(number % 10)"]))
            return client
        }
        for listener in listeners { _ = try listener.readReply() }
        #expect(try eventually { try blocked(at: nodes) == 500 })

        for round in 0..<200 {
            #expect(try other.command("SET", "k\(round)", "v") == .simple("OK"))
            #expect(try other.command("GET", "k\(round)") == .bulk("v"))
        }
        for number in 0..<500 {
            #expect(try other.command("RPUSH", "list:\(number)", "x\(number)") == .integer(1))
        }
        for channel in 0..<10 {
            _ = try other.command("PUBLISH", "channel:\(channel)", "m\(channel)")
        }

        for (number, popper) in poppers.enumerated() {
            let expected = Reply.array([.bulk("list:\(number)"), .bulk("x\(number)")])
            #expect(try popper.readReply() == expected)
        }
        for (number, listener) in listeners.enumerated() {
            let channel = number % 10
            let message: [Reply] = [
                .bulk("message"), .bulk("channel:\(channel)"), .bulk("m\(channel)"),
            ]
            #expect(try listener.readReply() == .array(message))
        }
        #expect(try eventually { try connections(to: nodes) <= 2 * Self.remaining })
    }

    @Test func thoseThatLeaveAreFreed() throws {
        let nodes = try CacheNode.several(1, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes), workers: 2)
        var clients = try (0..<300).map { number in
            let client = try proxy.client()
            try client.send(
                Bytes.command(
                    number % 2 == 0 ? ["BLPOP", "list", "0"] : ["SUBSCRIBE", "channel"]))
            return client
        }
        #expect(try eventually { try blocked(at: nodes) == 150 })

        clients.removeAll()

        #expect(try eventually { try connections(to: nodes) <= Self.remaining })
        #expect(try eventually { try blocked(at: nodes) == 0 })
        // Nobody who has left takes what comes now.
        let other = try proxy.client()
        #expect(try other.command("RPUSH", "list", "x") == .integer(1))
        #expect(try other.command("LLEN", "list") == .integer(1))
    }

    private func blocked(at nodes: [CacheNode]) throws -> Int {
        try nodes.reduce(0) { try $0 + figure("blocked_clients", of: $1) }
    }

    private func connections(to nodes: [CacheNode]) throws -> Int {
        try nodes.reduce(0) { try $0 + figure("connected_clients", of: $1) }
    }

    private func figure(_ name: String, of node: CacheNode) throws -> Int {
        guard case .bulk(let bytes) = try node.client().command("INFO", "clients") else {
            return -1
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let line = lines.first { $0.hasPrefix(name + ":") } ?? ""
        return Int(line.dropFirst(name.count + 1)) ?? -1
    }
}
