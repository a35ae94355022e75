import Configuration
import Testing

@testable import Proxy

extension Batching {
    /// Of a worker that finds itself busy in whatever it does, while its replies take so long that
    /// others wait for them as long as they ever do.
    static var always: Batching {
        var batching = Batching(waitMicroseconds: 120)
        (batching.begin, batching.end, batching.queuedBegin, batching.queuedEnd) = (-1, -1, -1, -1)
        (batching.crowd, batching.took) = (0, 10_000)
        return batching
    }
}

/// In a busy worker the first replies of a pipeline wait for the others, and not for long.
@Suite(.serialized) struct PipelineWaitTests {
    /// The longest wait, less what the clocks may differ by.
    private static let certain = 1_900

    /// Asks both servers, of which the first answers.
    private func askBoth(_ proxy: ProxyHarness, _ client: Peer) throws -> Peer {
        try client.say(redis("GET", proxy.key(of: 0)) + redis("GET", proxy.key(of: 1)))
        let (first, second) = (try proxy.connection(of: 0), try proxy.connection(of: 1))
        try proxy.expect(first, hears: redis("GET", proxy.key(of: 0)))
        try proxy.expect(second, hears: redis("GET", proxy.key(of: 1)))
        try first.say(":1\r\n")
        return second
    }

    @Test func aReplyWaitsForTheOthersAndLeavesWithoutThem() throws {
        try ProxyHarness.run(.redis, servers: 2, batching: .always) { proxy in
            let client = try proxy.client()
            let second = try askBoth(proxy, client)
            try proxy.expect(client, hears: ":1\r\n")

            let pool = try proxy.latencies(1)
            #expect(pool.servers[0].table[.proxy].longest >= Self.certain)
            try second.say(":2\r\n")
            try proxy.expect(client, hears: ":2\r\n")
            #expect(try proxy.latencies(2).servers[1].table[.total].count == 1)
        }
    }

    @Test func theLastReplyTakesAllAlong() throws {
        try ProxyHarness.run(.redis, servers: 2, batching: .always) { proxy in
            let client = try proxy.client()
            let second = try askBoth(proxy, client)
            try second.say(":2\r\n")

            try proxy.expect(client, hears: ":1\r\n:2\r\n")
            let total = try proxy.latencies(2).table[.total]
            #expect(total.count == 2)
        }
    }

    @Test func aClientThatLeavesMeanwhileDisturbsNobody() throws {
        try ProxyHarness.run(.redis, servers: 2, batching: .always) { proxy in
            let (leaving, staying) = (try proxy.client(), try proxy.client())
            let second = try askBoth(proxy, leaving)
            leaving.close()
            try second.say(":2\r\n")
            try proxy.wait { proxy.stats[.clientConnections] == 1 }

            _ = try askBoth(proxy, staying)
            try proxy.expect(staying, hears: ":1\r\n")
        }
    }

    @Test(arguments: [CacheProtocol.redis, .memcached])
    func manyClientsGetTheirOwnReplies(cacheProtocol: CacheProtocol) throws {
        try ProxyHarness.run(cacheProtocol, servers: 3, batching: .always) { proxy in
            var crowd = Crowd(speaking: cacheProtocol, seed: 11)

            try crowd.converse(through: proxy)
        }
    }
}
