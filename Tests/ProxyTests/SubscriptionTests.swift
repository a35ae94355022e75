import Configuration
import Reactor
import Testing

@testable import Proxy

/// SUBSCRIBE and its kin.
@Suite(.serialized) struct SubscriptionTests {
    private static func array(_ words: String..., number: Int) -> String {
        words.reduce("*\(words.count + 1)\r\n") { $0 + "$\($1.utf8.count)\r\n\($1)\r\n" }
            + ":\(number)\r\n"
    }

    private static func message(_ channel: String, _ text: String) -> String {
        redis("message", channel, text)
    }

    private func run(
        servers: Int = 1, _ configure: (inout PoolConfiguration) -> Void = { _ in },
        _ conversation: (ProxyHarness, Peer) throws -> Void
    ) throws {
        try ProxyHarness.run(.redis, servers: servers, configure) { proxy in
            try conversation(proxy, proxy.client())
        }
    }

    /// The client has subscribed to channel c, in RESP2 or 3.
    ///
    /// - Returns: the server's connection for that.
    private func subscribed(
        _ proxy: ProxyHarness, _ client: Peer, speaking version: Int = 2
    ) throws -> Peer {
        if version == 3 {
            try client.say(redis("HELLO", "3"))
            try proxy.wait { client.received.contains(UInt8(ascii: "%")) }
            try proxy.settle()
            _ = client.take(client.received.count)
        }
        try client.say(redis("SUBSCRIBE", "c"))
        let server = try proxy.connection()
        try proxy.expect(server, hears: redis("subscribe", "c"))
        let confirmation = Self.array("subscribe", "c", number: 1)
        try server.say(confirmation)
        try proxy.expect(
            client, hears: version == 3 ? ">" + confirmation.dropFirst() : confirmation)
        return server
    }

    @Test func messagesReachTheirSubscribersOnly() throws {
        try run { proxy, client in
            let server = try subscribed(proxy, client)
            let other = try proxy.client()
            try other.say(redis("SUBSCRIBE", "d"))
            try proxy.expect(server, hears: redis("subscribe", "d"))
            try server.say(Self.array("subscribe", "d", number: 2))
            try proxy.expect(other, hears: Self.array("subscribe", "d", number: 1))

            try server.say(Self.message("c", "one") + Self.message("d", "two"))

            try proxy.expect(client, hears: Self.message("c", "one"))
            try proxy.expect(other, hears: Self.message("d", "two"))
        }
    }

    @Test func oneSubscriptionServesAll() throws {
        try run { proxy, client in
            let server = try subscribed(proxy, client)
            let others = try (0..<10).map { _ in try proxy.client() }
            for other in others {
                try other.say(redis("SUBSCRIBE", "c"))
                try proxy.expect(other, hears: Self.array("subscribe", "c", number: 1))
            }
            #expect(server.received.isEmpty)

            try server.say(Self.message("c", "x"))

            for other in others + [client] {
                try proxy.expect(other, hears: Self.message("c", "x"))
            }
            // The last one to leave ends it.
            for other in others { other.close() }
            try client.say(redis("UNSUBSCRIBE", "c"))
            try proxy.expect(client, hears: Self.array("unsubscribe", "c", number: 0))
            try proxy.expectEnd(of: server)
        }
    }

    @Test func clientsThatSpeakRESP3HearPushes() throws {
        try run { proxy, client in
            let server = try subscribed(proxy, client, speaking: 3)

            try server.say(Self.message("c", "x"))

            try proxy.expect(client, hears: ">" + Self.message("c", "x").dropFirst())
            // And may ask for other things.
            try client.say(redis("GET", "k"))
            let shared = try proxy.connection(1)
            try proxy.expect(shared, hears: redis("HELLO", "3"))
        }
    }

    @Test func subscriberOfRESP2MaySayLittleElse() throws {
        try run { proxy, client in
            _ = try subscribed(proxy, client)
            try client.say(redis("GET", "k") + redis("PING") + redis("PING", "x"))
            try proxy.expect(
                client,
                hears:
                    "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / "
                    + "RESET are allowed in this context\r\n" + redis("pong", "")
                    + redis("pong", "x"))
            try client.say(redis("UNSUBSCRIBE"))
            try proxy.expect(client, hears: Self.array("unsubscribe", "c", number: 0))
            try client.say(redis("PING"))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }

    @Test func confirmationWaitsForTheServers() throws {
        try run(servers: 2) { proxy, client in
            let one = proxy.key(of: 0)
            let other = proxy.key(of: 1)
            try client.say(redis("SUBSCRIBE", one, other))
            let servers = try (0...1).map { try proxy.connection(of: $0) }
            try proxy.expect(servers[0], hears: redis("subscribe", one))
            try proxy.expect(servers[1], hears: redis("subscribe", other))
            try servers[1].say(Self.array("subscribe", other, number: 1))
            try proxy.settle()
            #expect(client.received.isEmpty)

            try servers[0].say(Self.array("subscribe", one, number: 1))

            try proxy.expect(
                client,
                hears: Self.array("subscribe", one, number: 1)
                    + Self.array("subscribe", other, number: 2))
        }
    }

    @Test func patternsAreHeardOfAtEveryServer() throws {
        try run(servers: 3) { proxy, client in
            try client.say(redis("PSUBSCRIBE", "c*"))
            for index in 0..<3 {
                let server = try proxy.connection(of: index)
                try proxy.expect(server, hears: redis("psubscribe", "c*"))
                try server.say(Self.array("psubscribe", "c*", number: 1))
            }
            try proxy.expect(client, hears: Self.array("psubscribe", "c*", number: 1))

            try proxy.connection(of: 2).say(redis("pmessage", "c*", "c1", "x"))

            try proxy.expect(client, hears: redis("pmessage", "c*", "c1", "x"))
        }
    }

    @Test func publishGoesWhereTheChannelIsHeardOf() throws {
        try run(servers: 2) { proxy, client in
            let request = redis("PUBLISH", proxy.key(of: 1), "x")
            try client.say(request)
            let server = try proxy.connection(of: 1)
            try proxy.expect(server, hears: request)
            try server.say(":1\r\n")
            try proxy.expect(client, hears: ":1\r\n")
        }
    }

    @Test func lostConnectionSubscribesAgain() throws {
        try run { proxy, client in
            let server = try subscribed(proxy, client)

            server.close()

            let next = try proxy.connection(1)
            try proxy.expect(next, hears: redis("subscribe", "c"))
            try next.say(Self.array("subscribe", "c", number: 1) + Self.message("c", "x"))
            // Not told twice that it is subscribed.
            try proxy.expect(client, hears: Self.message("c", "x"))
        }
    }

    @Test func serverThatDoesNotConfirmIsAnError() throws {
        try run({ $0.timeoutMilliseconds = 50 }) { proxy, client in
            try client.say(redis("SUBSCRIBE", "c"))
            try proxy.expect(proxy.connection(), hears: redis("subscribe", "c"))

            try proxy.expect(
                client, hears: "-ERR a server did not confirm the subscription\r\n")
            try client.say(redis("PING"))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }

    @Test func namesAreBounded() throws {
        try run { proxy, client in
            let long = String(repeating: "x", count: Limits.subscriptionBytes / 2)
            try client.say(redis("SUBSCRIBE", long + "1", long + "2"))
            try proxy.expect(client, hears: "-ERR too many subscriptions\r\n")
            #expect(proxy.servers[0].connections.isEmpty)
        }
    }

    /// A message cannot stand in the middle of a reply.
    @Test func messagesWaitForTheEndOfALargeReply() throws {
        try run { proxy, client in
            let link = try subscribed(proxy, client, speaking: 3)
            try client.say(redis("GET", "k"))
            let shared = try proxy.connection(1)
            try proxy.expect(shared, hears: redis("HELLO", "3"))
            try shared.say("%0\r\n")
            try proxy.expect(shared, hears: redis("GET", "k"))
            let half = String(repeating: "x", count: 200_000)
            try shared.say("$400000\r\n" + half)
            try proxy.wait { client.received.count >= 200_000 }

            try link.say(Self.message("c", "m"))
            try proxy.settle()
            try shared.say(half + "\r\n")

            try proxy.expect(
                client,
                hears: "$400000\r\n" + half + half + "\r\n>" + Self.message("c", "m").dropFirst())
        }
    }

    @Test func slowSubscriberIsCut() throws {
        try run({ $0.clientOutputLimit = 1 << 20 }) { proxy, client in
            let server = try subscribed(proxy, client)
            let other = try proxy.client()
            try other.say(redis("SUBSCRIBE", "c"))
            try proxy.expect(other, hears: Self.array("subscribe", "c", number: 1))
            client.stopListening()
            let message = Self.message("c", String(repeating: "x", count: 100_000))

            for _ in 0..<200 {
                try server.say(message)
                try proxy.expect(other, hears: message)
            }

            try proxy.wait { proxy.stats[.clientErrors] == 1 }
            #expect(proxy.memory < 4 << 20)
        }
    }
}
