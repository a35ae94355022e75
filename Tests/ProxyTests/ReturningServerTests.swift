import Configuration
import Testing

@testable import Proxy

/// Servers that fail, leave the ring, and come back.
@Suite(.serialized) struct ReturningServerTests {
    private func withEjection(
        _ cacheProtocol: CacheProtocol = .redis, servers: Int = 2,
        conversation: (ProxyHarness) throws -> Void
    ) throws {
        try ProxyHarness.run(
            cacheProtocol, servers: servers,
            {
                $0.autoEjectHosts = true
                $0.serverFailureLimit = 1
                $0.serverRetryTimeoutMilliseconds = 1
            }, conversation: conversation)
    }

    /// Stops server 1 and has a request find out.
    private func eject(_ proxy: ProxyHarness, by client: Peer) throws {
        proxy.servers[1].stop()
        try client.say(redis("GET", proxy.key(of: 1)))
        try proxy.expect(client, hears: "-ERR server s1: Connection refused\r\n")
        try proxy.wait { !proxy.stats.servers[1].isLive }
        try proxy.settle()
    }

    @Test func keysOfAnEjectedServerGoToTheOthers() throws {
        try withEjection { proxy in
            let client = try proxy.client()
            let key = proxy.key(of: 1)

            try eject(proxy, by: client)

            try client.say(redis("GET", key))
            let other = try proxy.connection(of: 0)
            try proxy.expect(other, hears: redis("GET", key))
            try other.say("$-1\r\n")
            try proxy.expect(client, hears: "$-1\r\n")
            #expect(proxy.stats[.serverEjects] == 1)
            #expect(proxy.stats.servers[1][.serverEjectedAt] > 0)
        }
    }

    @Test func serverReturnsWhenItAnswersItsProbe() throws {
        try withEjection { proxy in
            let client = try proxy.client()
            let key = proxy.key(of: 1)
            try eject(proxy, by: client)
            try proxy.restart(1)

            let probe = try proxy.connection(of: 1)
            try proxy.expect(probe, hears: redis("PING"))
            #expect(!proxy.stats.servers[1].isLive)
            try probe.say("+PONG\r\n")
            try proxy.wait { proxy.stats.servers[1].isLive }
            try proxy.settle()

            try client.say(redis("GET", key))
            let back = try proxy.connection(1, of: 1)
            try proxy.expect(back, hears: redis("GET", key))
            try back.say("$1\r\nv\r\n")
            try proxy.expect(client, hears: "$1\r\nv\r\n")
        }
    }

    @Test func serverThatIsLoadingHasNotReturned() throws {
        try withEjection { proxy in
            let client = try proxy.client()
            try eject(proxy, by: client)
            try proxy.restart(1)

            let first = try proxy.connection(of: 1)
            try proxy.expect(first, hears: redis("PING"))
            try first.say("-LOADING Redis is loading the dataset in memory\r\n")

            let second = try proxy.connection(1, of: 1)
            try proxy.expect(second, hears: redis("PING"))
            #expect(!proxy.stats.servers[1].isLive)
            try second.say("+PONG\r\n")
            try proxy.wait { proxy.stats.servers[1].isLive }
        }
    }

    @Test func lastServerIsAskedThoughItIsEjected() throws {
        try withEjection(.memcached, servers: 1) { proxy in
            let client = try proxy.client()
            proxy.servers[0].stop()
            try client.say("get k\r\n")
            try proxy.expect(client, hears: "SERVER_ERROR server s0: Connection refused\r\n")
            try proxy.wait { !proxy.stats.servers[0].isLive }
            try proxy.restart(0)

            let probe = try proxy.connection()
            try proxy.expect(probe, hears: "version\r\n")
            try probe.say("VERSION 1.6.18\r\n")
            try proxy.wait { proxy.stats.servers[0].isLive }
            try proxy.settle()
            try client.say("get k\r\n")

            let back = try proxy.connection(1)
            try proxy.expect(back, hears: "get k\r\n")
            try back.say("END\r\n")
            try proxy.expect(client, hears: "END\r\n")
        }
    }

    /// Servers close idle connections as they like.
    @Test func connectionLostWithoutRequestsIsNoFailure() throws {
        try withEjection { proxy in
            let client = try proxy.client()
            try client.say(redis("GET", proxy.key(of: 1)))
            let server = try proxy.connection(of: 1)
            try proxy.expect(server, hears: redis("GET", proxy.key(of: 1)))
            try server.say("$-1\r\n")
            try proxy.expect(client, hears: "$-1\r\n")

            server.close()
            try proxy.wait { proxy.stats.servers[1][.serverEOF] == 1 }

            #expect(proxy.stats.servers[1].isLive)
            #expect(proxy.stats[.serverEjects] == 0)
        }
    }
}
