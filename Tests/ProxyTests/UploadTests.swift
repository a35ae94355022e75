import Configuration
import Testing

@testable import Proxy

/// Large requests, which are sent on while they arrive, over connections of their own.
@Suite(.serialized) struct UploadTests {
    /// More than what is collected, and than a socket's buffers take at once.
    private static let size = 600 * 1024
    private static let value = String(repeating: "v", count: size)

    /// The beginning of a SET of a large value, which goes on with the value's bytes.
    private static func head(_ key: String = "k") -> String {
        "*3\r\n$3\r\nSET\r\n$\(key.utf8.count)\r\n\(key)\r\n$\(size)\r\n"
    }

    private static func set(_ key: String = "k") -> String { head(key) + value + "\r\n" }

    private static let part = String(repeating: "v", count: 1000)

    // MARK: - On its way

    @Test func goesOnBeforeItIsComplete() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()

            try client.say(Self.head() + Self.part)

            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.head() + Self.part)
            try client.say(Self.value.dropFirst(1000) + "\r\n")
            try proxy.expect(server, hears: Self.value.dropFirst(1000) + "\r\n")
            try server.say("+OK\r\n")
            try proxy.expect(client, hears: "+OK\r\n")
        }
    }

    @Test func argumentsBehindTheValueGoOnToo() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let request = redis("SET", "k", Self.value, "EX", "100")

            try client.say(String(request.dropLast(7)))
            let server = try proxy.connection()
            try proxy.wait { server.received.count > Self.size }
            try client.say(request.suffix(7) + redis("GET", "k"))

            try proxy.expect(server, hears: request)
            try server.say("+OK\r\n")
            try proxy.expect(client, hears: "+OK\r\n")
            try proxy.expect(server, hears: redis("GET", "k"))
        }
    }

    @Test func aConnectionIsUsedAgain() throws {
        try ProxyHarness.run(.redis) { proxy in
            for _ in 0..<3 {
                let (client, server) = try proxy.client(Self.set())
                try server.say("+OK\r\n")
                try proxy.expect(client, hears: "+OK\r\n")
            }

            #expect(proxy.servers[0].connections.count == 1)
        }
    }

    @Test func nobodyWaitsBehindAStalledSender() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (slow, quick) = (try proxy.client(), try proxy.client())

            try slow.say(Self.head() + Self.part)
            try proxy.expect(try proxy.connection(), hears: Self.head() + Self.part)
            try quick.say(redis("GET", "a"))

            let server = try proxy.connection(1)
            try proxy.expect(server, hears: redis("GET", "a"))
            try server.say("$-1\r\n")
            try proxy.expect(quick, hears: "$-1\r\n")
        }
    }

    @Test func aServerThatTakesNothingStopsTheClient() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let size = 32 << 20

            try client.say("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(size)\r\n")
            let server = try proxy.connection()
            server.stopListening()
            try client.say(String(repeating: "v", count: size) + "\r\n")
            try proxy.pass(milliseconds: 100)

            #expect(!client.isSilent)
            #expect(proxy.memory < 1 << 20)
        }
    }

    // MARK: - Order

    @Test func waitsForTheClientsEarlierRequests() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()

            try client.say(redis("SET", "k", "1") + Self.head() + Self.part)
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("SET", "k", "1"))
            try proxy.settle()
            #expect(proxy.servers[0].connections.count == 1)
            try server.say("+OK\r\n")

            try proxy.expect(client, hears: "+OK\r\n")
            try proxy.expect(try proxy.connection(1), hears: Self.head() + Self.part)
        }
    }

    @Test func theClientsLaterRequestsWaitForItsReply() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()

            try client.say(Self.set() + redis("GET", "k"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.set())
            try proxy.settle()
            #expect(server.received.isEmpty && proxy.servers[0].connections.count == 1)
            try server.say("+OK\r\n")

            try proxy.expect(server, hears: redis("GET", "k"))
        }
    }

    @Test func whatComesTogetherWithTheReplyIsNotForgotten() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            for _ in 0..<50 {
                try client.say(Self.set())
                let server = try proxy.connection()
                try proxy.expect(server, hears: Self.set())

                try client.say(redis("PING"))
                try server.say("+OK\r\n")

                try proxy.expect(client, hears: "+OK\r\n+PONG\r\n")
            }
        }
    }

    @Test func aClientThatWantedNoRepliesIsCollected() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()
            let large = "set k 0 0 \(Self.size)\r\n\(Self.value)\r\n"

            try client.say("set k 0 0 1 noreply\r\n1\r\n")
            let server = try proxy.connection()
            try proxy.expect(server, hears: "set k 0 0 1\r\n1\r\n")
            try client.say(large)

            try proxy.expect(server, hears: large)
        }
    }

    @Test(arguments: ["k \(Self.size)", "aw== \(Self.size) b"])
    func aMetaCommandIsCollected(line: String) throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()
            let request = "ms \(line)\r\n" + Self.value + "\r\n"

            try client.say(String(request.dropLast(3)))
            try proxy.settle()
            #expect(proxy.servers[0].connections.isEmpty)
            try client.say(String(request.suffix(3)))

            try proxy.expect(try proxy.connection(), hears: request)
        }
    }

    @Test func aClientThatIsNotAnsweredIsCollected() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()

            try client.say(redis("CLIENT", "REPLY", "SKIP") + Self.set() + redis("GET", "k"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.set() + redis("GET", "k"))
            try server.say("+OK\r\n$1\r\nv\r\n")

            try proxy.expect(client, hears: "$1\r\nv\r\n")
        }
    }

    @Test func waitsForAFreeConnection() throws {
        try ProxyHarness.run(.redis) { proxy in
            let busy = try (0..<Limits.uploadsPerServer).map { number in
                let client = try proxy.client()
                try client.say(Self.head() + Self.part)
                try proxy.expect(try proxy.connection(number), hears: Self.head() + Self.part)
                return client
            }
            let late = try proxy.client()
            try late.say(Self.set("late"))
            try proxy.settle()

            try busy[1].say(Self.value.dropFirst(1000) + "\r\n")
            let server = try proxy.connection(1)
            try proxy.expect(server, hears: Self.value.dropFirst(1000) + "\r\n")
            try server.say("+OK\r\n")

            try proxy.expect(server, hears: Self.set("late"))
        }
    }

    /// What comes behind one of these in the same read is parsed when the reply has come: before
    /// anybody else can be called.
    @Test func whoWaitsIsBeforeWhoJustCame() throws {
        try ProxyHarness.run(.redis) { proxy in
            let busy = try (0..<Limits.uploadsPerServer).map { number in
                let client = try proxy.client()
                try client.say(Self.headOfTwo + Self.part)
                try proxy.expect(try proxy.connection(number), hears: Self.headOfTwo + Self.part)
                return client
            }
            let waiting = try ["a", "b"].map { key in
                let client = try proxy.client()
                try client.say(Self.set(key))
                try proxy.settle()
                return client
            }

            let rest = Self.value.dropFirst(1000) + "\r\n$2\r\nNX\r\n"
            for (number, key) in ["a", "b"].enumerated() {
                try busy[number].say(rest + Self.set("again"))
                let server = try proxy.connection(number)
                try proxy.expect(server, hears: String(rest))
                try server.say("+OK\r\n")
                try proxy.expect(server, hears: Self.set(key))
            }
            for (number, client) in waiting.enumerated() {
                let server = try proxy.connection(number)
                try server.say("+OK\r\n")
                try proxy.expect(client, hears: "+OK\r\n")
                try proxy.expect(server, hears: Self.set("again"))
            }
        }
    }

    /// An argument behind the value: the read that takes it does not stop there.
    private static let headOfTwo = head().replacing("*3", with: "*4")

    @Test func isCollectedAfterAWhileInVain() throws {
        try ProxyHarness.run(.redis) { proxy in
            let busy = try (0..<Limits.uploadsPerServer).map { number in
                let client = try proxy.client()
                try client.say(Self.head() + Self.part)
                try proxy.expect(try proxy.connection(number), hears: Self.head() + Self.part)
                return client
            }
            let late = try proxy.client()

            try late.say(Self.set("late"))

            let server = try proxy.connection(busy.count)
            try proxy.expect(server, hears: Self.set("late"))
        }
    }

    // MARK: - Ends in the middle

    @Test(arguments: [0, 1, 1000, 300_000, 600 * 1024, 600 * 1024 + 1])
    func aClientThatDiesCostsOnlyItsConnection(sent: Int) throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, other) = (try proxy.client(), try proxy.client())
            try other.say(redis("GET", "a"))
            let shared = try proxy.connection()
            try proxy.expect(shared, hears: redis("GET", "a"))

            try client.say(Self.head() + (Self.value + "\r").prefix(sent))
            let own = try proxy.connection(1)
            try proxy.wait { own.received.count == Self.head().utf8.count + sent }
            client.close()

            try proxy.wait { own.isEnded }
            try shared.say("$-1\r\n")
            try proxy.expect(other, hears: "$-1\r\n")
            #expect(proxy.stats.servers[0][.serverErrors] == 0)
        }
    }

    @Test func aLostServerIsOneError() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()

            try client.say(Self.head() + Self.part)
            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.head() + Self.part)
            server.close()

            try proxy.expect(client, hears: "-ERR server s0: connection closed by the server\r\n")
            try client.say(Self.value.dropFirst(1000) + "\r\n" + redis("PING"))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }

    @Test func aServerThatIsNotThereIsOneError() throws {
        try ProxyHarness.run(.redis) { proxy in
            proxy.servers[0].stop()
            let client = try proxy.client()

            try client.say(Self.set() + redis("PING"))

            try proxy.expect(
                client, hears: "-ERR server s0: Connection refused\r\n+PONG\r\n")
        }
    }

    @Test func aServerThatDoesNotAnswerTimesOut() throws {
        try ProxyHarness.run(.redis) {
            $0.timeoutMilliseconds = 50
        } conversation: { proxy in
            let client = try proxy.client()

            try client.say(Self.head() + Self.part)
            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.head() + Self.part)
            // It is the client's time that passes here.
            try proxy.pass(milliseconds: 300)
            #expect(client.received.isEmpty)
            try client.say(Self.value.dropFirst(1000) + "\r\n")

            try proxy.expect(client, hears: "-ERR server s0: timed out after 50 ms\r\n")
        }
    }

    @Test func anEarlyReplyPassesAndTheRestIsDropped() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()
            let head = "set k 0 0 \(Self.size)\r\n"

            try client.say(head + Self.part)
            let server = try proxy.connection()
            try proxy.expect(server, hears: head + Self.part)
            try server.say("SERVER_ERROR object too large for cache\r\n")

            try proxy.expect(client, hears: "SERVER_ERROR object too large for cache\r\n")
            try proxy.wait { server.isEnded }
            try client.say(Self.value.dropFirst(1000) + "\r\nget a\r\n")
            try proxy.expect(try proxy.connection(1), hears: "get a\r\n")
        }
    }

    // MARK: - What is no request

    @Test func aWrongEndOfAValueReachesNoServer() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()

            try client.say(Self.head() + Self.value + "xx")

            try proxy.expect(client, hears: "-ERR Protocol error: expected CRLF after bulk\r\n")
            try proxy.expectEnd(of: client)
            let server = try proxy.connection()
            try proxy.wait { server.isEnded }
            #expect(server.received.count <= Self.head().utf8.count + Self.size)
        }
    }

    @Test func aWrongEndOfADataBlockReachesNoServer() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()

            try client.say("set k 0 0 \(Self.size)\r\n\(Self.value)xxversion\r\n")

            try proxy.expect(client, hears: "CLIENT_ERROR bad data chunk\r\n")
            let server = try proxy.connection()
            try proxy.wait { server.isEnded }
            try proxy.expect(try proxy.connection(1), hears: "version\r\n")
        }
    }

    @Test func noReplyIsKeptFromTheServer() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()

            try client.say("set k 0 0 \(Self.size) noreply\r\n\(Self.value)\r\nget k\r\n")
            let server = try proxy.connection()
            try proxy.expect(server, hears: "set k 0 0 \(Self.size)\r\n\(Self.value)\r\n")
            try proxy.settle()
            #expect(proxy.servers[0].connections.count == 1)
            try server.say("STORED\r\n")

            try proxy.expect(server, hears: "get k\r\n")
            try server.say("END\r\n")
            try proxy.expect(client, hears: "END\r\n")
        }
    }
}
