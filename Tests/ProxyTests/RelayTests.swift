import Configuration
import Testing

@testable import Proxy

/// Large values, of which all but the beginning and the end goes on within the kernel.
@Suite(.serialized) struct RelayTests {
    /// More than what is read at once, several times what is worth moving, and more than goes on in
    /// one turn.
    private static let size = 3_000_001
    /// No part of it is like another.
    private static let value = String(
        (0..<size / 7).map { 1_000_000 + $0 }.map { "\($0)" }.joined()
    )
    .padding(to: size)
    private static let reply = "$\(size)\r\n\(value)\r\n"
    private static let head = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(size)\r\n"

    // MARK: - Replies

    @Test func repliesArriveAsTheyWere() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            for number in 1...3 {
                try client.say(redis("GET", "k"))
                let server = try proxy.connection()
                try proxy.expect(server, hears: redis("GET", "k"))
                try server.say(Self.reply)

                try proxy.expect(client, hears: Self.reply)

                try proxy.wait { proxy.stats.servers[0][.responses] == number }
                let counted = proxy.stats.servers[0][.responseBytes]
                #expect(counted == Self.reply.utf8.count * number)
            }
        }
    }

    @Test func valuesWithinAnArrayArriveAsTheyWere() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let reply = "*3\r\n" + Self.reply + "$1\r\na\r\n" + Self.reply

            try client.say(redis("LRANGE", "k", "0", "2") + redis("GET", "a"))
            let server = try proxy.connection()
            try proxy.wait { !server.received.isEmpty }
            try server.say(reply + "$-1\r\n")

            try proxy.expect(client, hears: reply + "$-1\r\n")
        }
    }

    @Test func itemsArriveAsTheyWere() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()
            let reply = "VALUE k 5 \(Self.size)\r\n\(Self.value)\r\nEND\r\n"

            for _ in 0..<2 {
                try client.say("get k\r\n")
                let server = try proxy.connection()
                try proxy.expect(server, hears: "get k\r\n")
                try server.say(reply)
                try proxy.expect(client, hears: reply)
            }
        }
    }

    @Test func whatComesBehindOneGoesToTheOthers() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, neighbour) = (try proxy.client(), try proxy.client())

            try client.say(redis("GET", "k") + redis("GET", "a"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("GET", "k") + redis("GET", "a"))
            try neighbour.say(redis("GET", "b"))
            try proxy.expect(server, hears: redis("GET", "b"))
            try server.say(Self.reply + "$1\r\nA\r\n" + "$1\r\nB\r\n")

            try proxy.expect(client, hears: Self.reply + "$1\r\nA\r\n")
            try proxy.expect(neighbour, hears: "$1\r\nB\r\n")
        }
    }

    @Test func aReplyMayComeInAnyPieces() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, server) = try proxy.client(redis("GET", "k"))

            var rest = Self.reply
            for piece in [1, 8, 100_000, 1, 65_536, 300_000, 7, 1_100_000, 300_000] {
                try server.say(rest.bytes(upTo: piece))
                rest = rest.bytes(from: piece)
                try proxy.settle()
            }
            try server.say(rest.bytes(upTo: rest.utf8.count - 1))
            try proxy.settle()
            try server.say("\n")

            try proxy.expect(client, hears: Self.reply)
        }
    }

    @Test func aSlowReaderGetsAllOfIt() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, neighbour) = (try proxy.client(), try proxy.client())
            let size = 24 << 20
            let value = String(repeating: "0123456789abcdef", count: size / 16)
            try client.say(redis("GET", "k"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("GET", "k"))
            client.stopListening()

            try server.say("$\(size)\r\n" + value + "\r\n")
            try proxy.pass(milliseconds: 200)

            #expect(proxy.memory < 2 * Limits.relayedAtOnce)
            try neighbour.say(redis("GET", "a"))
            let other = try proxy.connection(1)
            try proxy.expect(other, hears: redis("GET", "a"))
            try other.say("$-1\r\n")
            try proxy.expect(neighbour, hears: "$-1\r\n")
            client.listen()
            try proxy.expect(client, hears: "$\(size)\r\n" + value + "\r\n")
        }
    }

    // MARK: - Ends in the middle

    @Test(arguments: [0, 80_000, 400_000, 1_500_000, size - 1, size, size + 1], [false, true])
    func aServerThatDiesCutsItsClient(sent: Int, byReset: Bool) throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, server) = try proxy.client(redis("GET", "k"))
            let neighbour = try proxy.client()
            try neighbour.say(redis("GET", "a"))
            try proxy.expect(server, hears: redis("GET", "a"))
            let head = Self.reply.utf8.count - Self.size - 2
            try server.say(Self.reply.bytes(upTo: head + sent))
            try proxy.wait { server.isSilent }
            try proxy.settle()

            if byReset { server.reset() } else { server.close() }

            try proxy.wait { !neighbour.received.isEmpty }
            let reason = byReset ? "Connection reset by peer" : "connection closed by the server"
            try proxy.expect(neighbour, hears: "-ERR server s0: \(reason)\r\n")
            if sent == 0 {
                // Nothing of it has left: it is an error like any other.
                try proxy.expect(client, hears: "-ERR server s0: \(reason)\r\n")
            } else {
                try proxy.wait { client.isEnded }
                let got = client.received.count
                #expect(client.take(got) == Self.reply.bytes(upTo: got) && got <= head + sent)
            }
        }
    }

    @Test(arguments: ["x\n", "\rx"])
    func aWrongEndIsNoReply(end: String) throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, server) = try proxy.client(redis("GET", "k"))

            try server.say(Self.reply.bytes(upTo: Self.reply.utf8.count - 2) + end)

            try proxy.wait { client.isEnded && server.isEnded }
            #expect(client.received.count <= Self.reply.utf8.count)
        }
    }

    /// The value goes on to where there is nobody, or its connection is given up.
    @Test(arguments: [80_000, 400_000, 1_500_000, size, size + 1], [false, true])
    func aClientThatLeavesTakesNobodyAlong(sent: Int, byReset: Bool) throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, server) = try proxy.client(redis("GET", "k"))
            let neighbour = try proxy.client()
            try neighbour.say(redis("GET", "a"))
            try proxy.expect(server, hears: redis("GET", "a"))
            let begin = Self.reply.utf8.count - Self.size - 2 + sent
            try server.say(Self.reply.bytes(upTo: begin))
            try proxy.wait { client.received.count == begin }

            if byReset { client.reset() } else { client.close() }
            try server.say(Self.reply.bytes(from: begin) + "$1\r\nA\r\n")

            try proxy.expect(neighbour, hears: "$1\r\nA\r\n")
        }
    }

    // MARK: - Requests

    @Test func requestsArriveAsTheyWere() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let request = Self.head + Self.value + "\r\n"
            for number in 1...3 {
                try client.say(request)
                let server = try proxy.connection()
                try proxy.expect(server, hears: request)
                try server.say("+OK\r\n")
                try proxy.expect(client, hears: "+OK\r\n")

                let counted = proxy.stats.servers[0][.requestBytes]
                #expect(counted == request.utf8.count * number)
            }
        }
    }

    @Test func itemsAreStoredAsTheyWere() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()
            let request = "set k 0 0 \(Self.size)\r\n\(Self.value)\r\n"

            for _ in 0..<2 {
                try client.say(request)
                let server = try proxy.connection()
                try proxy.expect(server, hears: request)
                try server.say("STORED\r\n")
                try proxy.expect(client, hears: "STORED\r\n")
            }
        }
    }

    @Test func aSlowServerGetsAllOfIt() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let size = 24 << 20
            let value = String(repeating: "0123456789abcdef", count: size / 16)
            try client.say("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(size)\r\n")
            let server = try proxy.connection()
            server.stopListening()

            try client.say(value + "\r\n")
            try proxy.pass(milliseconds: 200)

            #expect(proxy.memory < 2 * Limits.relayedAtOnce)
            server.listen()
            try proxy.expect(
                server, hears: "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(size)\r\n" + value + "\r\n")
            try server.say("+OK\r\n")
            try proxy.expect(client, hears: "+OK\r\n")
        }
    }

    @Test(arguments: [80_000, 400_000, 1_500_000, size, size + 1], [false, true])
    func aSenderThatDiesCostsItsConnection(sent: Int, byReset: Bool) throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let request = Self.head + Self.value + "\r\n"
            let begin = Self.head.utf8.count + sent
            try client.say(request.bytes(upTo: begin))
            let server = try proxy.connection()
            try proxy.wait { server.received.count == begin }

            if byReset { client.reset() } else { client.close() }

            try proxy.wait { server.isEnded }
            #expect(server.take(begin) == request.bytes(upTo: begin))
            #expect(proxy.stats.servers[0][.serverErrors] == 0)
        }
    }

    @Test(arguments: [0, 80_000, 400_000, 1_500_000, size])
    func aServerThatDiesIsOneError(taken: Int) throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let request = Self.head + Self.value + "\r\n" + redis("PING")
            try client.say(request.bytes(upTo: Self.head.utf8.count + taken))
            let server = try proxy.connection()
            try proxy.wait { server.received.count == Self.head.utf8.count + taken }

            server.close()

            try proxy.expect(client, hears: "-ERR server s0: connection closed by the server\r\n")
            try client.say(request.bytes(from: Self.head.utf8.count + taken))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }
}

extension String {
    /// Its first bytes; characters would not part CR from LF.
    fileprivate func bytes(upTo count: Int) -> String {
        String(decoding: utf8.prefix(count), as: UTF8.self)
    }

    /// The bytes behind them.
    fileprivate func bytes(from count: Int) -> String {
        String(decoding: utf8.dropFirst(count), as: UTF8.self)
    }

    /// With as many dots behind it as it takes.
    fileprivate func padding(to length: Int) -> String {
        self + String(repeating: ".", count: length - utf8.count)
    }
}
