import Configuration
import Testing

@testable import Proxy

/// Clients that speak RESP3 before a server that does not know it.
@Suite(.serialized) struct TranslationTests {
    private static let unknown =
        "-ERR unknown command 'HELLO', with args beginning with: '3', \r\n"

    /// A client that has said HELLO 3 and a request, and the connection that the request came over
    /// after the server had refused HELLO.
    private func run(
        _ request: String, refusal: String = unknown,
        _ conversation: (ProxyHarness, Peer, Peer) throws -> Void
    ) throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            try client.say(redis("HELLO", "3"))
            try proxy.wait { client.received.count > 0 }
            try proxy.settle()
            _ = client.take(client.received.count)
            try client.say(request)
            let first = try proxy.connection()
            try proxy.expect(first, hears: redis("HELLO", "3"))
            try first.say(refusal)
            let server = try proxy.connection(1)
            try proxy.expect(server, hears: request)
            try conversation(proxy, client, server)
        }
    }

    @Test(arguments: [unknown, "-NOPROTO unsupported protocol version\r\n"])
    func repliesAreShapedByTheirRequests(refusal: String) throws {
        let requests = [
            redis("HGETALL", "h"), redis("GET", "k"), redis("ZSCORE", "z", "m"),
            redis("SMEMBERS", "s"), redis("GET", "k"),
        ].joined()

        try run(requests, refusal: refusal) { proxy, client, server in
            let replies =
                "*2\r\n$1\r\nf\r\n$1\r\nv\r\n" + "$-1\r\n" + "$3\r\n1.5\r\n" + "*0\r\n"
                + "-ERR no\r\n"
            for character in replies {
                try server.say(String(character))
                try proxy.settle()
            }

            try proxy.expect(
                client,
                hears: "%1\r\n$1\r\nf\r\n$1\r\nv\r\n" + "_\r\n" + ",1.5\r\n" + "~0\r\n"
                    + "-ERR no\r\n")
        }
    }

    /// Nothing of it was sent before the server refused HELLO.
    @Test func aLargeFirstRequestGoesOnOverTheNextConnection() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let request = redis("SET", "k", String(repeating: "v", count: 600 * 1024))
            try client.say(redis("HELLO", "3"))
            try proxy.wait { client.received.count > 0 }
            try proxy.settle()
            _ = client.take(client.received.count)

            try client.say(String(request.prefix(400 * 1024)))
            let first = try proxy.connection()
            try proxy.expect(first, hears: redis("HELLO", "3"))
            try first.say(Self.unknown)
            let server = try proxy.connection(1)
            try client.say(String(request.dropFirst(400 * 1024)))

            try proxy.expect(server, hears: request)
            try server.say("+OK\r\n")
            try proxy.expect(client, hears: "+OK\r\n")
        }
    }

    @Test func passwordIsShownWithAuth() throws {
        try ProxyHarness.run(.redis) {
            $0.serverCredentials = Credentials(user: "app", passwords: ["secret"])
            $0.redisDatabase = 2
        } conversation: { proxy in
            let client = try proxy.client()
            try client.say(redis("HELLO", "3"))
            try proxy.wait { client.received.count > 0 }
            try proxy.settle()
            _ = client.take(client.received.count)
            try client.say(redis("HGETALL", "h"))
            let first = try proxy.connection()
            try proxy.expect(
                first,
                hears: redis("HELLO", "3", "AUTH", "app", "secret") + redis("SELECT", "2"))
            try first.say(Self.unknown + "-NOAUTH Authentication required.\r\n")

            let server = try proxy.connection(1)
            try proxy.expect(
                server, hears: redis("AUTH", "app", "secret") + redis("SELECT", "2"))
            try server.say("+OK\r\n+OK\r\n")
            try proxy.expect(server, hears: redis("HGETALL", "h"))
            try server.say("*0\r\n")
            try proxy.expect(client, hears: "%0\r\n")
        }
    }

    @Test func aTransactionsRepliesAreShaped() throws {
        let transaction = redis("MULTI") + redis("HGETALL", "h") + redis("EXEC")

        try run(transaction) { proxy, client, server in
            try server.say("+OK\r\n+QUEUED\r\n*1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n")

            try proxy.expect(
                client, hears: "+OK\r\n+QUEUED\r\n*1\r\n%1\r\n$1\r\nf\r\n$1\r\nv\r\n")
        }
    }

    @Test func aReplyThatIsTooLargeIsAnError() throws {
        try run(redis("GET", "big") + redis("GET", "k")) { proxy, client, server in
            let value = String(repeating: "x", count: Limits.translatedReply)

            try server.say("$\(value.utf8.count)\r\n\(value)\r\n$-1\r\n")

            let error = try proxy.line(from: client)
            #expect(error.hasPrefix("-ERR server ") && error.contains("too large"), "\(error)")
            try proxy.expect(client, hears: "_\r\n")
        }
    }

    @Test func anotherServerIsAskedAgain() throws {
        try run(redis("GET", "k")) { proxy, client, server in
            try server.say("$-1\r\n")
            try proxy.expect(client, hears: "_\r\n")
            server.close()
            try proxy.settle()

            try client.say(redis("GET", "k"))

            try proxy.expect(proxy.connection(2), hears: redis("HELLO", "3"))
        }
    }
}
