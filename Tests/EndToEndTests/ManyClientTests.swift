import TestKit
import Testing

/// A thousand connections at once are ordinary.
@Suite(.serialized) struct ManyClientTests {
    @Test(arguments: [1, 2])
    func aThousandClientsAreServed(workers: Int) throws {
        let nodes = try CacheNode.several(4, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur"]), workers: workers)

        let wrong = try onThreads(8) { thread in
            let clients = try (0..<125).map { _ in try proxy.client() }
            var wrong = 0
            for round in 0..<3 {
                for (number, client) in clients.enumerated() {
                    let key = "key:\(thread):\(number)"
                    let set = Bytes.command(["SET", key, "\(round)-\(thread)-\(number)"])
                    try client.send(set + Bytes.command(["GET", key]))
                }
                for (number, client) in clients.enumerated() {
                    if try client.readReply() != .ok { wrong += 1 }
                    let expected = Reply.bulk("\(round)-\(thread)-\(number)")
                    if try client.readReply() != expected { wrong += 1 }
                }
            }
            return wrong
        }

        #expect(wrong.allSatisfy { $0 == 0 })
    }

    @Test func openConnectionsAreCounted() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]), workers: 2)
        var clients = try (0..<100).map { _ in try proxy.client() }
        for client in clients {
            #expect(try client.command("PING") == .simple("PONG"))
        }
        #expect(
            try eventually { try proxy.stats().number("alpha", "client_connections") == 100 })

        clients.removeAll()

        #expect(try eventually { try proxy.stats().number("alpha", "client_connections") == 0 })
    }
}
