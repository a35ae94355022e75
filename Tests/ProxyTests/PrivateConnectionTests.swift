import Configuration
import Reactor
import Testing

@testable import Proxy

/// Requests that need a server connection of their own: those that wait, and WATCH.
@Suite(.serialized) struct PrivateConnectionTests {
    private static let pop = redis("BLPOP", "list", "0")
    private static let popped = "*2\r\n$4\r\nlist\r\n$1\r\nx\r\n"
    private static let watch = redis("WATCH", "k")
    private static let transaction = redis("MULTI") + redis("SET", "k", "v") + redis("EXEC")

    private func run(
        timeout: Int? = nil, _ conversation: (ProxyHarness, Peer) throws -> Void
    ) throws {
        try ProxyHarness.run(.redis) {
            $0.timeoutMilliseconds = timeout
        } conversation: { proxy in
            try conversation(proxy, proxy.client())
        }
    }

    // MARK: - Waiting

    @Test func othersDoNotWaitWithTheBlocked() throws {
        try run { proxy, client in
            try client.say(Self.pop)
            let own = try proxy.connection()
            try proxy.expect(own, hears: Self.pop)

            let other = try proxy.client()
            try other.say(redis("GET", "k"))
            let shared = try proxy.connection(1)
            try proxy.expect(shared, hears: redis("GET", "k"))
            try shared.say("$1\r\nv\r\n")
            try proxy.expect(other, hears: "$1\r\nv\r\n")

            try own.say(Self.popped)
            try proxy.expect(client, hears: Self.popped)
        }
    }

    @Test func waitingIsNotATimeout() throws {
        try run(timeout: 50) { proxy, client in
            try client.say(Self.pop)
            let own = try proxy.connection()
            try proxy.expect(own, hears: Self.pop)

            try proxy.pass(milliseconds: 400)

            #expect(client.received.isEmpty)
            #expect(!own.isEnded)
            try own.say(Self.popped)
            try proxy.expect(client, hears: Self.popped)
        }
    }

    @Test func requestsBehindWaitForTheReplyAndThoseBeforeComeFirst() throws {
        try run { proxy, client in
            try client.say(redis("GET", "k") + Self.pop + redis("GET", "l"))
            let shared = try proxy.connection()
            try proxy.expect(shared, hears: redis("GET", "k"))
            try proxy.settle()
            #expect(proxy.servers[0].connections.count == 1)

            try shared.say("$1\r\nv\r\n")

            let own = try proxy.connection(1)
            try proxy.expect(own, hears: Self.pop)
            try proxy.settle()
            #expect(shared.received.isEmpty)
            try own.say(Self.popped)
            try proxy.expect(shared, hears: redis("GET", "l"))
            try shared.say("$-1\r\n")
            try proxy.expect(client, hears: "$1\r\nv\r\n" + Self.popped + "$-1\r\n")
        }
    }

    @Test func inlineRequestsWaitTheirTurnToo() throws {
        try run { proxy, client in
            try client.say(redis("GET", "k") + "BLPOP list 0\r\n")
            let shared = try proxy.connection()
            try proxy.expect(shared, hears: redis("GET", "k"))
            try shared.say("$1\r\nv\r\n")

            let own = try proxy.connection(1)

            try proxy.expect(own, hears: Self.pop)
            try own.say(Self.popped)
            try proxy.expect(client, hears: "$1\r\nv\r\n" + Self.popped)
        }
    }

    @Test func connectionIsUsedAgain() throws {
        try run { proxy, client in
            for _ in 0..<3 {
                try client.say(Self.pop)
                try proxy.expect(proxy.connection(), hears: Self.pop)
                try proxy.connection().say(Self.popped)
                try proxy.expect(client, hears: Self.popped)
            }
            #expect(proxy.servers[0].connections.count == 1)
        }
    }

    @Test func clientThatLeavesFreesItsConnection() throws {
        try run { proxy, client in
            try client.say(Self.pop)
            let own = try proxy.connection()
            try proxy.expect(own, hears: Self.pop)

            client.close()

            try proxy.expectEnd(of: own)
        }
    }

    /// The end of a client is seen although nothing that it says is taken.
    @Test func clientThatLeavesWithRequestsUnreadFreesItsConnection() throws {
        try run { proxy, client in
            try client.say(Self.pop + redis("GET", "k"))
            let own = try proxy.connection()
            try proxy.expect(own, hears: Self.pop)

            client.finish()

            try proxy.expectEnd(of: own)
            try proxy.expectEnd(of: client)
        }
    }

    @Test func lostConnectionIsAnError() throws {
        try run { proxy, client in
            try client.say(Self.pop)
            let own = try proxy.connection()
            try proxy.expect(own, hears: Self.pop)

            own.close()

            try proxy.expect(
                client, hears: "-ERR server s0: connection closed by the server\r\n")
            try client.say(redis("PING"))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }

    @Test func streamsAreReadOverOwnConnectionsOnlyIfTheyBlock() throws {
        try run { proxy, client in
            let plain = redis("XREAD", "COUNT", "1", "STREAMS", "block", "0")
            let blocking = redis("XREAD", "BLOCK", "0", "STREAMS", "s", "$")
            try client.say(plain)
            let shared = try proxy.connection()
            try proxy.expect(shared, hears: plain)
            try shared.say("*-1\r\n")
            try proxy.expect(client, hears: "*-1\r\n")

            try client.say(blocking)

            try proxy.expect(proxy.connection(1), hears: blocking)
        }
    }

    @Test func insideATransactionNothingBlocks() throws {
        try run { proxy, client in
            try client.say(redis("MULTI") + Self.pop + redis("EXEC"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("MULTI") + Self.pop + redis("EXEC"))
            try server.say("+OK\r\n+QUEUED\r\n*1\r\n*-1\r\n")
            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n*1\r\n*-1\r\n")
        }
    }

    /// The server alone knows whether what the client waits for has not just come.
    @Test(arguments: ["TIMEOUT", "ERROR"])
    func serverIsAskedToUnblock(reason: String) throws {
        try ProxyHarness.run(.redis, workers: 2) { proxy in
            let client = try proxy.client()
            try client.say(redis("CLIENT", "ID"))
            let id = try proxy.line(from: client).dropFirst().dropLast(1)
            try client.say(Self.pop)
            let own = try proxy.connection()
            try proxy.expect(own, hears: Self.pop)
            let others = try (0..<2).map { _ in try proxy.client() }
            let unblock = redis("CLIENT", "UNBLOCK", String(id), reason)

            for other in others {
                try other.say(unblock)
                try proxy.expect(other, hears: ":1\r\n")
                let asked = redis("CLIENT", "UNBLOCK", "0", reason)
                try proxy.expect(proxy.connection(1), hears: asked)
            }

            try proxy.connection(1).say(":1\r\n:0\r\n")
            try own.say("*-1\r\n")
            try proxy.expect(client, hears: "*-1\r\n")
            try others[0].say(unblock)
            try proxy.expect(others[0], hears: ":0\r\n")
        }
    }

    /// The client is blocked, though the server has yet to say by which number it knows it.
    @Test func serverIsAskedToUnblockOnceItsNumberIsKnown() throws {
        try run { proxy, client in
            try client.say(redis("CLIENT", "ID"))
            let id = try proxy.line(from: client).dropFirst().dropLast(1)
            try client.say(Self.pop)
            let own = try proxy.connection()
            own.number = nil
            try proxy.expect(own, hears: redis("CLIENT", "ID") + Self.pop)
            let other = try proxy.client()

            try other.say(redis("CLIENT", "UNBLOCK", String(id), "ERROR"))

            try proxy.expect(other, hears: ":1\r\n")
            try proxy.settle()
            #expect(proxy.servers[0].connections.count == 1)
            try own.say(":77\r\n")
            try proxy.expect(
                proxy.connection(1), hears: redis("CLIENT", "UNBLOCK", "77", "ERROR"))
        }
    }

    // MARK: - The bound

    @Test func clientsBeyondTheBoundAreToldAndThoseBehindThemMayHaveTheirs() throws {
        try ProxyHarness.run(.redis, workers: 2) {
            $0.privateConnections = 2
        } conversation: { proxy in
            let clients = try (0..<3).map { _ in try proxy.client() }
            for (number, client) in clients.prefix(2).enumerated() {
                try client.say(Self.pop)
                try proxy.expect(proxy.connection(number), hears: Self.pop)
            }

            try clients[2].say(Self.pop)

            try proxy.expect(
                clients[2],
                hears: "-ERR server s0: too many clients block or watch there, "
                    + "private_connections is 2\r\n")
            try proxy.connection(0).say(Self.popped)
            try proxy.expect(clients[0], hears: Self.popped)
            clients[1].close()
            try proxy.expectEnd(of: proxy.connection(1))
            for client in [clients[0], clients[2]] { try client.say(Self.watch) }
            try proxy.wait {
                proxy.servers[0].connections.count { $0.received == Array(Self.watch.utf8) } == 2
            }
        }
    }

    /// Often enough in the same turn of the loop.
    @Test func nextRequestComesWithTheReply() throws {
        try ProxyHarness.run(.redis) {
            $0.privateConnections = 1
        } conversation: { proxy in
            let (client, own) = try proxy.client(Self.pop)
            for _ in 0..<300 {
                try own.say(Self.popped)
                try client.say(Self.pop)
                try proxy.expect(client, hears: Self.popped)
                try proxy.expect(own, hears: Self.pop)
            }

            try own.say(Self.popped)
            try client.say(Self.watch)
            try proxy.expect(client, hears: Self.popped)
            for _ in 0..<300 {
                try proxy.expect(own, hears: Self.watch)
                try own.say("+OK\r\n")
                try client.say(Self.transaction)
                try proxy.expect(client, hears: "+OK\r\n+OK\r\n+QUEUED\r\n")
                try proxy.expect(own, hears: Self.transaction)
                try own.say("+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n")
                try client.say(Self.watch)
                try proxy.expect(client, hears: "*1\r\n+OK\r\n")
            }
            #expect(proxy.servers[0].connections.count == 1)
        }
    }

    @Test func endingAScriptIsWithinTheBoundToo() throws {
        try ProxyHarness.run(.redis) {
            $0.privateConnections = 1
        } conversation: { proxy in
            let clients = try (0..<2).map { _ in try proxy.client() }
            try clients[0].say(Self.pop)
            try proxy.expect(proxy.connection(), hears: Self.pop)

            try clients[1].say(redis("SCRIPT", "KILL"))

            try proxy.expect(
                clients[1],
                hears: "-ERR server s0: too many clients block or watch there, "
                    + "private_connections is 1\r\n")
        }
    }

    /// The server refused MULTI, so it has run EXEC as no end of a transaction: what was watched
    /// may still be.
    @Test func connectionInDoubtIsNotUsedAgain() throws {
        try run { proxy, client in
            let own = try watching(proxy, client)
            try client.say(Self.transaction)
            try proxy.expect(own, hears: Self.transaction)

            try own.say("-BUSY a script runs\r\n-BUSY a script runs\r\n-BUSY a script runs\r\n")

            #expect(
                try proxy.line(from: client) + proxy.line(from: client)
                    + proxy.line(from: client)
                    == "+OK\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of: "
                    + "BUSY a script runs\r\n")
            try proxy.expectEnd(of: own)
        }
    }

    // MARK: - Watching

    /// A client that watches a key, and the connection it does so over.
    private func watching(_ proxy: ProxyHarness, _ client: Peer) throws -> Peer {
        try client.say(Self.watch)
        let own = try proxy.connection()
        try proxy.expect(own, hears: Self.watch)
        try own.say("+OK\r\n")
        try proxy.expect(client, hears: "+OK\r\n")
        return own
    }

    @Test func transactionGoesWhereKeysAreWatched() throws {
        try run { proxy, client in
            let own = try watching(proxy, client)
            try client.say(Self.transaction)
            try proxy.expect(own, hears: Self.transaction)
            try own.say("+OK\r\n+QUEUED\r\n*-1\r\n")
            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n*-1\r\n")

            // Nothing is watched any more, and the connection is free for the next one.
            let other = try proxy.client()
            try other.say(Self.pop)
            try proxy.expect(own, hears: Self.pop)
        }
    }

    @Test func whatIsReadMeanwhileGoesWithTheOthers() throws {
        try run { proxy, client in
            let own = try watching(proxy, client)
            try client.say(redis("GET", "k"))
            try proxy.expect(proxy.connection(1), hears: redis("GET", "k"))
            #expect(own.received.isEmpty)
        }
    }

    @Test(arguments: [redis("UNWATCH"), redis("MULTI") + redis("DISCARD")])
    func watchingEnds(by end: String) throws {
        try run { proxy, client in
            let own = try watching(proxy, client)

            try client.say(end + Self.transaction)

            try proxy.expect(own, hears: redis("UNWATCH"))
            try proxy.expect(proxy.connection(1), hears: Self.transaction)
        }
    }

    @Test func lostConnectionLosesWhatWasWatched() throws {
        try run { proxy, client in
            try watching(proxy, client).close()
            try proxy.wait { proxy.stats.servers[0][.serverConnections] == 0 }

            try client.say(Self.transaction)

            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n*-1\r\n")
            try client.say(redis("GET", "k"))
            try proxy.expect(proxy.connection(1), hears: redis("GET", "k"))
        }
    }

    @Test func transactionThatWasSentMayHaveRun() throws {
        try run { proxy, client in
            let own = try watching(proxy, client)
            try client.say(Self.transaction)
            try proxy.expect(own, hears: Self.transaction)

            own.close()

            try proxy.expect(
                client,
                hears: "+OK\r\n+QUEUED\r\n-EXECABORT server s0: connection closed by the server\r\n"
            )
        }
    }

    @Test func watchingTooLateDoesNoHarm() throws {
        try run { proxy, client in
            try client.say(redis("MULTI") + redis("SET", "k", "v") + Self.watch + redis("EXEC"))
            try proxy.expect(proxy.connection(), hears: Self.transaction)
            try proxy.expect(
                client,
                hears: "+OK\r\n+QUEUED\r\n-ERR WATCH inside MULTI is not allowed\r\n")
        }
    }

    @Test func keysOfSeveralServersCannotBeWatched() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            try client.say(redis("WATCH", proxy.key(of: 0)))
            try proxy.expect(proxy.connection(), hears: redis("WATCH", proxy.key(of: 0)))
            try proxy.connection().say("+OK\r\n")
            try proxy.expect(client, hears: "+OK\r\n")

            try client.say(redis("WATCH", proxy.key(of: 1)))
            #expect(try proxy.line(from: client).hasPrefix("-CROSSSLOT "))
            try client.say(redis("MULTI") + redis("SET", proxy.key(of: 1), "v") + redis("EXEC"))
            #expect(try proxy.line(from: client) == "+OK\r\n")
            #expect(try proxy.line(from: client).hasPrefix("-CROSSSLOT "))
            #expect(try proxy.line(from: client).hasPrefix("-EXECABORT "))
        }
    }

    /// The former primary refuses: EXEC must not run elsewhere without what was watched.
    @Test func demotedServerEndsWatching() throws {
        try FollowedGroup.run { group, proxy in
            let client = try proxy.client()
            try client.say(Self.watch)
            let own = try group.connection(to: 0)
            try proxy.expect(own, hears: Self.watch)
            try own.say("+OK\r\n")
            try proxy.expect(client, hears: "+OK\r\n")
            try client.say(Self.transaction)
            try proxy.expect(own, hears: Self.transaction)

            try own.say(
                "+OK\r\n-READONLY You can't write against a read only replica.\r\n"
                    + "-EXECABORT Transaction discarded because of previous errors.\r\n")

            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n*-1\r\n")
        }
    }
}
