import Configuration
import Testing

@testable import Proxy

/// Requests that concern all servers.
@Suite(.serialized) struct EverywhereTests {
    /// Asks a proxy before two servers, which answer as given.
    private func ask(_ request: String, _ replies: [String], hears reply: String) throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            try client.say(request)
            for (index, reply) in replies.enumerated() {
                let server = try proxy.connection(of: index)
                try proxy.expect(server, hears: request)
                try server.say(reply)
            }
            try proxy.expect(client, hears: reply)
        }
    }

    @Test(arguments: [
        (redis("DBSIZE"), [":2\r\n", ":3\r\n"], ":5\r\n"),
        (redis("FLUSHALL"), ["+OK\r\n", "+OK\r\n"], "+OK\r\n"),
        (redis("FLUSHALL"), ["+OK\r\n", "-ERR no\r\n"], "-ERR no\r\n"),
        (
            redis("KEYS", "*"), ["*1\r\n$1\r\na\r\n", "*2\r\n$1\r\nb\r\n$1\r\nc\r\n"],
            "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n"
        ),
        (redis("RANDOMKEY"), ["$-1\r\n", "$1\r\na\r\n"], "$1\r\na\r\n"),
        (redis("RANDOMKEY"), ["$-1\r\n", "$-1\r\n"], "$-1\r\n"),
        (
            redis("SCRIPT", "EXISTS", "a", "b"), ["*2\r\n:1\r\n:1\r\n", "*2\r\n:0\r\n:1\r\n"],
            "*2\r\n:0\r\n:1\r\n"
        ),
        (
            redis("PUBSUB", "NUMSUB", "c"),
            ["*2\r\n$1\r\nc\r\n:1\r\n", "*2\r\n$1\r\nc\r\n:2\r\n"], "*2\r\n$1\r\nc\r\n:3\r\n"
        ),
        (
            redis("DBSIZE"), ["+what\r\n", ":1\r\n"],
            "-ERR servers' replies do not fit together\r\n"
        ),
    ])
    func repliesBecomeOne(request: String, replies: [String], reply: String) throws {
        try ask(request, replies, hears: reply)
    }

    @Test func scanWalksServerAfterServer() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            func step(
                _ cursor: String, asks server: Int, _ own: String, gives next: String,
                _ given: String
            ) throws {
                try client.say(redis("scan", cursor, "MATCH", "*"))
                let connection = try proxy.connection(of: server)
                try proxy.expect(connection, hears: redis("SCAN", own, "MATCH", "*"))
                try connection.say("*2\r\n$\(next.utf8.count)\r\n\(next)\r\n*1\r\n$1\r\nk\r\n")
                try proxy.expect(
                    client, hears: "*2\r\n$\(given.utf8.count)\r\n\(given)\r\n*1\r\n$1\r\nk\r\n")
            }
            try step("0", asks: 0, "0", gives: "5", "10")
            try step("10", asks: 0, "5", gives: "0", "1")
            try step("1", asks: 1, "0", gives: "7", "15")
            try step("15", asks: 1, "7", gives: "0", "0")
        }
    }

    @Test(arguments: ["x", "-1", "", "18446744073709551616"])
    func wrongCursorIsAnError(cursor: String) throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            try client.say(redis("SCAN", cursor))
            try proxy.expect(client, hears: "-ERR invalid cursor\r\n")
        }
    }

    @Test func oneServerIsAskedAsItIs() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            try client.say(redis("MULTI") + redis("DBSIZE") + redis("EXEC"))
            try proxy.expect(
                proxy.connection(), hears: redis("MULTI") + redis("DBSIZE") + redis("EXEC"))
        }
    }
}
