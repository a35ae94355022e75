import Configuration
import Testing

@testable import Proxy

/// What clients and servers see of each other, with a real worker between them.
@Suite(.serialized) struct ConversationTests {
    @Test func repliesMayComeInOneBytePieces() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let reply = "*3\r\n$5\r\nhello\r\n:42\r\n*2\r\n$-1\r\n+fine\r\n"
            try client.say(redis("LRANGE", "k", "0", "2"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("LRANGE", "k", "0", "2"))

            for byte in reply {
                try server.say(String(byte))
                try proxy.settle()
            }

            try proxy.expect(client, hears: reply)
        }
    }

    @Test func requestsAndValuesMayComeInOneBytePieces() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()
            for byte in "set k 0 0 2\r\nab\r\nget k\r\n".utf8 {
                try client.say(String(UnicodeScalar(byte)))
                try proxy.settle()
            }
            let server = try proxy.connection()
            try proxy.expect(server, hears: "set k 0 0 2\r\nab\r\nget k\r\n")

            for byte in "STORED\r\nVALUE k 0 2\r\nab\r\nEND\r\n".utf8 {
                try server.say(String(UnicodeScalar(byte)))
                try proxy.settle()
            }

            try proxy.expect(client, hears: "STORED\r\nVALUE k 0 2\r\nab\r\nEND\r\n")
        }
    }

    @Test func repliesKeepRequestOrder() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            let (first, second) = (proxy.key(of: 0), proxy.key(of: 1))
            try client.say(
                redis("GET", first) + redis("GET", second) + redis("PING") + redis("GET", first))
            let (slow, fast) = (try proxy.connection(of: 0), try proxy.connection(of: 1))
            try proxy.expect(slow, hears: redis("GET", first) + redis("GET", first))
            try proxy.expect(fast, hears: redis("GET", second))

            try fast.say("$6\r\nsecond\r\n")
            try proxy.settle()
            #expect(client.received.isEmpty)
            try slow.say("$5\r\nfirst\r\n")

            try proxy.expect(client, hears: "$5\r\nfirst\r\n$6\r\nsecond\r\n+PONG\r\n")
            try slow.say("$-1\r\n")
            try proxy.expect(client, hears: "$-1\r\n")
        }
    }

    /// The first half waits for its turn, the rest streams.
    @Test func replyThatBeganBeforeItsTurnStreamsOn() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            try client.say(redis("GET", proxy.key(of: 0)) + redis("GET", proxy.key(of: 1)))
            let (slow, fast) = (try proxy.connection(of: 0), try proxy.connection(of: 1))
            try proxy.expect(slow, hears: redis("GET", proxy.key(of: 0)))
            try proxy.expect(fast, hears: redis("GET", proxy.key(of: 1)))

            let half = String(repeating: "x", count: 100_000)
            try fast.say("$200000\r\n" + half)
            try proxy.settle()
            #expect(client.received.isEmpty)
            try slow.say("$1\r\na\r\n")
            try proxy.expect(client, hears: "$1\r\na\r\n$200000\r\n" + half)
            try fast.say(half + "\r\n")

            try proxy.expect(client, hears: half + "\r\n")
        }
    }

    @Test func splitRequestIsOneReply() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            let (a, b) = (proxy.key(of: 0), proxy.key(of: 1))
            try client.say(redis("MGET", b, a, b) + redis("DEL", a, b))
            let (first, second) = (try proxy.connection(of: 0), try proxy.connection(of: 1))
            try proxy.expect(first, hears: redis("MGET", a) + redis("DEL", a))
            try proxy.expect(second, hears: redis("MGET", b, b) + redis("DEL", b))

            try first.say("*1\r\n$1\r\na\r\n:1\r\n")
            try proxy.settle()
            #expect(client.received.isEmpty)
            try second.say("*2\r\n$1\r\nb\r\n$1\r\nb\r\n:1\r\n")

            try proxy.expect(client, hears: "*3\r\n$1\r\nb\r\n$1\r\na\r\n$1\r\nb\r\n:2\r\n")
            #expect(proxy.stats[.fragments] == 4)
        }
    }

    /// The request moves from the client's block to the server's log, the reply streams.
    @Test(arguments: [15_000, 20_000, 70_000, 250_000])
    func largeValuesPassThroughBothWays(size: Int) throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let value = String(repeating: "0123456789", count: size / 10)
            try client.say(redis("GET", "a") + redis("SET", "k", value) + redis("GET", "k"))
            let server = try proxy.connection()
            let asked = redis("GET", "a") + redis("SET", "k", value) + redis("GET", "k")
            try proxy.expect(server, hears: asked)

            let reply = "$1\r\na\r\n+OK\r\n$\(size)\r\n\(value)\r\n"
            try server.say(reply)

            try proxy.expect(client, hears: reply)
        }
    }

    @Test(arguments: [CacheProtocol.redis, .memcached])
    func manyClientsGetTheirOwnReplies(cacheProtocol: CacheProtocol) throws {
        try ProxyHarness.run(cacheProtocol, servers: 3) {
            $0.serverConnections = 2
        } conversation: { proxy in
            var crowd = Crowd(speaking: cacheProtocol, seed: 10)

            try crowd.converse(through: proxy)
        }
    }

    @Test func preconnectedServerIsThereBeforeTheFirstRequest() throws {
        try ProxyHarness.run(.redis) {
            $0.preconnect = true
            $0.serverConnections = 3
        } conversation: { proxy in
            _ = try proxy.connection(2)

            try proxy.wait { proxy.stats.servers[0][.serverConnections] == 3 }
        }
    }

    // MARK: - Clients that leave

    /// A client that closes has only stopped to talk; that it does not listen either shows when it
    /// is written to.
    @Test func replyToAClientThatClosedDisturbsNobody() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (gone, server) = try proxy.client(redis("GET", "mine"))
            let staying = try proxy.client()
            gone.close()
            try staying.say(redis("GET", "yours"))
            try proxy.expect(server, hears: redis("GET", "yours"))

            try server.say("$4\r\nmine\r\n$5\r\nyours\r\n")

            try proxy.expect(staying, hears: "$5\r\nyours\r\n")
            try proxy.wait { proxy.stats[.clientConnections] == 1 }
            #expect(!server.isEnded)
        }
    }

    /// A reset ends the client before its replies; another one takes its place in the table
    /// meanwhile.
    @Test func replyToAClientThatIsGoneReachesNobody() throws {
        try ProxyHarness.run(.redis) { proxy in
            try proxy.settle()
            let gone = try proxy.client()
            gone.stopListening()
            try gone.say(redis("PING") + redis("GET", "mine") + redis("MGET", "m1", "m2"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("GET", "mine") + redis("MGET", "m1", "m2"))
            // Unread words make the kernel reset the connection.
            gone.close()
            try proxy.wait { proxy.stats[.clientErrors] == 1 }
            let successor = try proxy.client()
            try successor.say(redis("GET", "yours"))
            try proxy.expect(server, hears: redis("GET", "yours"))

            try server.say("$4\r\nmine\r\n*2\r\n$2\r\nm1\r\n$2\r\nm2\r\n$5\r\nyours\r\n")

            try proxy.expect(successor, hears: "$5\r\nyours\r\n")
            #expect(!server.isEnded)
        }
    }

    @Test func fragmentsOfAClientThatIsGoneReachNobody() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let (a, b) = (proxy.key(of: 0), proxy.key(of: 1))
            let gone = try proxy.client()
            gone.stopListening()
            try gone.say(redis("PING") + redis("MGET", a, b))
            let (first, second) = (try proxy.connection(of: 0), try proxy.connection(of: 1))
            try proxy.expect(first, hears: redis("MGET", a))
            try proxy.expect(second, hears: redis("MGET", b))
            try first.say("*1\r\n$1\r\na\r\n")
            try proxy.settle()
            gone.close()
            try proxy.wait { proxy.stats[.clientErrors] == 1 }
            let successor = try proxy.client()
            // Takes over the split that the other one's fragments were collected in.
            try successor.say(redis("MGET", b, a))
            try proxy.expect(first, hears: redis("MGET", a))

            try second.say("*1\r\n$3\r\nold\r\n*1\r\n$1\r\nB\r\n")
            try first.say("*1\r\n$1\r\nA\r\n")

            try proxy.expect(successor, hears: "*2\r\n$1\r\nB\r\n$1\r\nA\r\n")
        }
    }
}
