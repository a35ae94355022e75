import Configuration
import Testing

@testable import Proxy

extension Batching {
    /// Of a worker that finds itself busy in whatever it does.
    static var always: Batching {
        var batching = Batching(waitMicroseconds: 120)
        (batching.begin, batching.end, batching.crowd) = (-1, -1, 0)
        return batching
    }
}

/// In a busy worker the first replies of a pipeline wait for the others, and not for long.
@Suite(.serialized) struct PipelineWaitTests {
    /// So many slow requests make the mean of what replies take long enough for the longest wait.
    private static let slowRequests = 10
    private static let slowMilliseconds: Int64 = 30
    /// The longest wait, less what the clocks may differ by.
    private static let certain = 1_900

    /// Lets requests to the first server take their time, after which replies may wait.
    private func slowDown(_ proxy: ProxyHarness, _ client: Peer) throws {
        for _ in 0..<Self.slowRequests {
            try client.say(redis("GET", proxy.key(of: 0)))
            let server = try proxy.connection(of: 0)
            try proxy.expect(server, hears: redis("GET", proxy.key(of: 0)))
            try proxy.pass(milliseconds: Self.slowMilliseconds)
            try server.say(":0\r\n")
            try proxy.expect(client, hears: ":0\r\n")
        }
    }

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
            try slowDown(proxy, client)

            let second = try askBoth(proxy, client)
            try proxy.expect(client, hears: ":1\r\n")

            let pool = try proxy.latencies(Self.slowRequests + 1)
            #expect(pool.servers[0].table[.proxy].longest >= Self.certain)
            try second.say(":2\r\n")
            try proxy.expect(client, hears: ":2\r\n")
            #expect(try proxy.latencies(Self.slowRequests + 2).servers[1].table[.total].count == 1)
        }
    }

    @Test func theLastReplyTakesAllAlong() throws {
        try ProxyHarness.run(.redis, servers: 2, batching: .always) { proxy in
            let client = try proxy.client()
            try slowDown(proxy, client)

            let second = try askBoth(proxy, client)
            try second.say(":2\r\n")

            try proxy.expect(client, hears: ":1\r\n:2\r\n")
            let total = try proxy.latencies(Self.slowRequests + 2).table[.total]
            #expect(total.count == Self.slowRequests + 2)
        }
    }

    @Test func aClientThatLeavesMeanwhileDisturbsNobody() throws {
        try ProxyHarness.run(.redis, servers: 2, batching: .always) { proxy in
            let (leaving, staying) = (try proxy.client(), try proxy.client())
            try slowDown(proxy, staying)

            let second = try askBoth(proxy, leaving)
            leaving.close()
            try second.say(":2\r\n")
            try proxy.wait { proxy.stats[.clientConnections] == 1 }

            try slowDown(proxy, staying)
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
