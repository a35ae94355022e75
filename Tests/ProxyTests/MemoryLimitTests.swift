import Configuration
import Testing

@testable import Proxy

/// What happens as memory nears `max_memory`: those who hold much go first, then requests are
/// refused, then nobody is accepted; and when memory returns, all is as before.
@Suite(.serialized) struct MemoryLimitTests {
    private static let limit = 8 << 20

    private func serve(
        _ peers: [(client: Peer, key: String)], by server: Peer, _ proxy: ProxyHarness
    )
        throws
    {
        for (client, key) in peers {
            try client.say(redis("GET", key))
            try proxy.expect(server, hears: redis("GET", key))
            try server.say("$\(key.utf8.count)\r\n\(key)\r\n")
            try proxy.expect(client, hears: "$\(key.utf8.count)\r\n\(key)\r\n")
        }
    }

    /// The server's connection that has a request.
    private func asked(_ proxy: ProxyHarness) throws -> Peer {
        var found: Peer?
        try proxy.wait {
            found = proxy.servers[0].connections.first { !$0.received.isEmpty }
            return found != nil
        }
        return try #require(found)
    }

    @Test func halfRequestsAreGivenUpForTheNeighbours() throws {
        try ProxyHarness.run(.redis, maxMemory: Self.limit) { proxy in
            let (neighbour, server) = try proxy.client(redis("GET", "k"))
            try server.say("$-1\r\n")
            try proxy.expect(neighbour, hears: "$-1\r\n")

            let half =
                "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2000000\r\n"
                + String(repeating: "x", count: 900_000)
            var hoarders: [Peer] = []
            for _ in 0..<20 {
                let hoarder = try proxy.client()
                try hoarder.say(half)
                hoarders.append(hoarder)
                try serve([(neighbour, "key")], by: server, proxy)
            }

            try proxy.wait { hoarders.contains { $0.isEnded } }
            try serve([(neighbour, "last")], by: server, proxy)
            #expect(proxy.memory < Self.limit)
        }
    }

    @Test func slowReadersAreGivenUpForTheNeighbours() throws {
        try ProxyHarness.run(.redis, maxMemory: Self.limit) { proxy in
            let (neighbour, server) = try proxy.client(redis("GET", "k"))
            try server.say("$-1\r\n")
            try proxy.expect(neighbour, hears: "$-1\r\n")

            let value = "$3000000\r\n" + String(repeating: "x", count: 3_000_000) + "\r\n"
            for _ in 0..<6 {
                let reader = try proxy.client()
                reader.stopListening()
                try reader.say(redis("GET", "big"))
                let server = try asked(proxy)
                try proxy.expect(server, hears: redis("GET", "big"))
                try server.say(value)
                // Whichever connection is the neighbour's by now.
                try neighbour.say(redis("GET", "key"))
                let other = try asked(proxy)
                try proxy.expect(other, hears: redis("GET", "key"))
                try other.say("$3\r\nkey\r\n")
                try proxy.expect(neighbour, hears: "$3\r\nkey\r\n")
            }

            #expect(proxy.stats[.clientErrors] > 0)
            #expect(proxy.memory < Self.limit)
        }
    }

    /// Requests that a server does not take fill the memory: there is nobody to close.
    @Test func requestsAreRefusedAndNobodyIsAccepted() throws {
        try ProxyHarness.run(.redis, servers: 2, maxMemory: Self.limit) { proxy in
            let (a, b) = (proxy.key(of: 0), proxy.key(of: 1))
            let (writer, neighbour) = (try proxy.client(), try proxy.client())
            try writer.say(redis("GET", a))
            let stalled = try proxy.connection(of: 0)
            try proxy.expect(stalled, hears: redis("GET", a))
            try stalled.say("$-1\r\n")
            try proxy.expect(writer, hears: "$-1\r\n")
            stalled.stopListening()
            let value = String(repeating: "x", count: 10_000)
            var written = 0
            while proxy.memory <= Self.limit {
                for _ in 0..<10 { try writer.say(redis("SET", a, value)) }
                written += 10
                try proxy.settle()
            }

            written -= proxy.stats[.forwardErrors]
            let refusal = "-ERR out of memory: max_memory is reached\r\n"
            try neighbour.say(redis("GET", b))
            try proxy.expect(neighbour, hears: refusal)
            try neighbour.say(redis("MGET", a, b) + redis("PING"))
            try proxy.expect(neighbour, hears: refusal + "+PONG\r\n")
            let late = try proxy.client()
            try late.say(redis("PING"))
            try proxy.pass(milliseconds: 300)
            #expect(late.received.isEmpty)
            // The third is the harness's own.
            #expect(proxy.stats[.clientConnections] == 3)

            stalled.listen()
            let requests = (0..<written).map { _ in redis("SET", a, value) }.joined()
            try proxy.wait { stalled.received.count >= requests.utf8.count }
            try stalled.say(String(repeating: "+OK\r\n", count: written))
            try proxy.wait { !writer.received.isEmpty }
            try proxy.expect(late, hears: "+PONG\r\n")
            try neighbour.say(redis("GET", b))
            let server = try proxy.connection(of: 1)
            try proxy.expect(server, hears: redis("GET", b))
            try server.say("$1\r\nB\r\n")
            try proxy.expect(neighbour, hears: "$1\r\nB\r\n")
        }
    }

    @Test func aRequestThatDoesNotFitIsRefused() throws {
        try ProxyHarness.run(.memcached, maxMemory: Self.limit) { proxy in
            let client = try proxy.client()
            // Who wants no replies has large requests collected.
            try client.say("set q 0 0 1 noreply\r\n1\r\n")
            try client.say("set k 0 0 20000000\r\n" + String(repeating: "x", count: 6_000_000))

            try proxy.expect(client, hears: "SERVER_ERROR out of memory: max_memory is reached\r\n")
            try proxy.expectEnd(of: client)
            try proxy.wait { proxy.memory < 1 << 20 }
        }
    }

    // MARK: - Shares

    @Test func workersKnowOfEachOther() {
        let shared = SharedMemory(limit: 1 << 20)
        var (one, other) = (MemoryShare(shared), MemoryShare(shared))

        one.exchange(own: 500_000)
        other.exchange(own: 200_000)
        one.exchange(own: 500_000)

        #expect(one.total(own: 500_000) == 700_000)
        #expect(other.total(own: 200_000) == 700_000)
        #expect(other.total(own: 300_000) == 800_000)

        one.exchange(own: 0)
        other.exchange(own: 200_000)
        #expect(other.total(own: 200_000) == 200_000)
    }

    /// Small changes are told late, but never lost.
    @Test func smallChangesAddUp() {
        let shared = SharedMemory(limit: 1 << 20)
        var (one, other) = (MemoryShare(shared), MemoryShare(shared))

        for own in stride(from: 0, through: 640_000, by: 64) { one.exchange(own: own) }
        other.exchange(own: 0)

        #expect(one.total(own: 640_000) == 640_000)
        #expect((640_000 - 65_536...640_000).contains(other.total(own: 0)))
    }

    @Test func warningsComeOnceASecond() {
        let pace = WarningPace()

        #expect(pace.allows())
        #expect((0..<1000).allSatisfy { _ in !pace.allows() })
    }
}
