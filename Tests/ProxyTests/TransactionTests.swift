import Configuration
import Testing

@testable import Proxy

/// MULTI and EXEC: kept by the proxy, sent as one piece.
@Suite(.serialized) struct TransactionTests {
    static let begin = redis("MULTI")
    static let end = redis("EXEC")
    static let discarded =
        "-EXECABORT Transaction discarded because of previous errors.\r\n"

    /// Holds a conversation with a pool of servers that are not followed.
    private func run(
        servers: Int = 1, _ conversation: (ProxyHarness, Peer) throws -> Void
    ) throws {
        try ProxyHarness.run(.redis, servers: servers) { proxy in
            try conversation(proxy, proxy.client())
        }
    }

    // MARK: - As one piece

    @Test func nothingIsSentBeforeExec() throws {
        try run { proxy, client in
            try client.say(Self.begin + redis("SET", "k", "v"))
            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n")
            try client.say(redis("GET", "k"))
            try proxy.expect(client, hears: "+QUEUED\r\n")
            #expect(proxy.servers[0].connections.isEmpty)

            try client.say(Self.end)

            let server = try proxy.connection()
            try proxy.expect(
                server, hears: Self.begin + redis("SET", "k", "v") + redis("GET", "k") + Self.end)
            try server.say("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n$1\r\nv\r\n")
            try proxy.expect(client, hears: "*2\r\n+OK\r\n$1\r\nv\r\n")
            try client.say(redis("PING"))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }

    /// Every piece of the replies comes by itself.
    @Test func repliesInPiecesAreTheSame() throws {
        try run { proxy, client in
            try client.say(Self.begin + redis("GET", "k") + Self.end)
            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.begin + redis("GET", "k") + Self.end)

            for byte in "+OK\r\n+QUEUED\r\n*1\r\n$1\r\nv\r\n" {
                try server.say(String(byte))
                try proxy.settle()
            }

            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n*1\r\n$1\r\nv\r\n")
        }
    }

    @Test func transactionsOfManyClientsAreNotMixed() throws {
        try run { proxy, client in
            var clients = [client]
            for _ in 0..<3 { clients.append(try proxy.client()) }
            for client in clients { try client.say(Self.begin) }
            for (number, client) in clients.enumerated() {
                try client.say(redis("INCR", "n\(number)"))
                try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n")
            }
            for client in clients {
                try client.say(Self.end + redis("GET", "k"))
                try proxy.settle()
            }

            let server = try proxy.connection()
            for number in 0..<4 {
                try proxy.expect(
                    server,
                    hears: Self.begin + redis("INCR", "n\(number)") + Self.end
                        + redis("GET", "k"))
            }
            for number in 0..<4 {
                try server.say("+OK\r\n+QUEUED\r\n*1\r\n:\(number)\r\n$1\r\n\(number)\r\n")
            }
            for (number, client) in clients.enumerated() {
                try proxy.expect(client, hears: "*1\r\n:\(number)\r\n$1\r\n\(number)\r\n")
            }
        }
    }

    @Test func pipelinedTransactionsAnswerInOrder() throws {
        try run { proxy, client in
            let one = Self.begin + redis("INCR", "n") + Self.end
            try client.say(redis("GET", "k") + one + one)
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("GET", "k") + one + one)

            try server.say("$-1\r\n+OK\r\n+QUEUED\r\n*1\r\n:1\r\n+OK\r\n+QUEUED\r\n*1\r\n:2\r\n")

            let first = "$-1\r\n+OK\r\n+QUEUED\r\n*1\r\n:1\r\n"
            try proxy.expect(client, hears: first + "+OK\r\n+QUEUED\r\n*1\r\n:2\r\n")
        }
    }

    @Test func emptyTransactionNeedsNoServer() throws {
        try run { proxy, client in
            try client.say(Self.begin + Self.end)

            try proxy.expect(client, hears: "+OK\r\n*0\r\n")
            #expect(proxy.servers[0].connections.isEmpty)
        }
    }

    @Test func commandsWithoutKeysMayBeQueued() throws {
        try run { proxy, client in
            let commands = redis("PING") + redis("ECHO", "x") + redis("SET", "k", "v")
            try client.say(Self.begin + commands + Self.end)

            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.begin + commands + Self.end)
            try server.say(
                "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n+PONG\r\n$1\r\nx\r\n+OK\r\n")
            try proxy.expect(
                client,
                hears: "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n"
                    + "*3\r\n+PONG\r\n$1\r\nx\r\n+OK\r\n")
        }
    }

    // MARK: - Refusals

    @Test(
        arguments: [
            (redis("NOSUCH"), "-ERR unknown command 'NOSUCH', with args beginning with: \r\n"),
            (redis("GET"), "-ERR wrong number of arguments for 'get' command\r\n"),
            (redis("SUBSCRIBE", "c"), "-ERR Command not allowed inside a transaction\r\n"),
            (redis("CLIENT", "REPLY", "ON"), "-ERR Command not allowed inside a transaction\r\n"),
        ])
    func commandThatIsRefusedBreaksTheTransaction(command: String, error: String) throws {
        try run { proxy, client in
            try client.say(
                Self.begin + redis("SET", "k", "v") + command + redis("SET", "k", "w") + Self.end)

            try proxy.expect(
                client, hears: "+OK\r\n+QUEUED\r\n" + error + "+QUEUED\r\n" + Self.discarded)
            #expect(proxy.servers[0].connections.isEmpty)
            try client.say(Self.begin + Self.end)
            try proxy.expect(client, hears: "+OK\r\n*0\r\n")
        }
    }

    @Test(arguments: [redis("DBSIZE"), redis("SCAN", "0"), redis("PUBSUB", "NUMPAT")])
    func whatIsForAllServersIsRefused(command: String) throws {
        try run(servers: 2) { proxy, client in
            try client.say(redis("MULTI") + command + Self.end)

            #expect(try proxy.line(from: client) == "+OK\r\n")
            let error = try proxy.line(from: client)
            #expect(error.contains("not allowed inside a transaction: '"), "\(error)")
            #expect(error.contains("is for all servers"))
            try proxy.expect(client, hears: Self.discarded)
        }
    }

    @Test func localCommandsAreBounded() throws {
        try run { proxy, client in
            let count = Limits.localCommands
            let commands = String(repeating: redis("SELECT", "0"), count: count + 1)
            try client.say(redis("MULTI") + commands + Self.end)

            try proxy.expect(
                client,
                hears: "+OK\r\n" + String(repeating: "+QUEUED\r\n", count: count)
                    + "-ERR transaction is too large\r\n" + Self.discarded)
            let long =
                redis("ECHO", "x")
                + redis("CLIENT", "SETNAME", String(repeating: "x", count: 70_000))
            try client.say(redis("MULTI") + long + Self.end)
            try proxy.expect(
                client,
                hears: "+OK\r\n+QUEUED\r\n-ERR transaction is too large\r\n" + Self.discarded)
        }
    }

    @Test func localRepliesStandAmongTheServers() throws {
        try run { proxy, client in
            try client.say(
                redis("MULTI") + redis("SELECT", "0") + redis("GET", "k")
                    + redis("CLIENT", "SETNAME", "a") + redis("GET", "k") + redis("SELECT", "9")
                    + redis("EXEC") + redis("CLIENT", "SETNAME", "b") + redis("CLIENT", "GETNAME"))
            let server = try proxy.connection()
            try proxy.expect(
                server,
                hears: redis("MULTI") + redis("GET", "k") + redis("GET", "k") + redis("EXEC"))
            try server.say("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n$-1\r\n")
            try proxy.settle()
            try server.say("$1\r\nv\r\n")

            try proxy.expect(
                client,
                hears: "+OK\r\n" + String(repeating: "+QUEUED\r\n", count: 5)
                    + "*5\r\n+OK\r\n$-1\r\n+OK\r\n$1\r\nv\r\n"
                    + "-ERR DB index is out of range\r\n" + "+OK\r\n$1\r\nb\r\n")
        }
    }

    /// Those that ask other workers, and those that change what the connection is.
    @Test func localRepliesThatComeLaterStandInTheirPlaces() throws {
        try ProxyHarness.run(.redis, workers: 2) { proxy in
            let client = try proxy.client()
            let other = try proxy.client()
            try other.say(redis("CLIENT", "ID"))
            let id = try proxy.line(from: other).dropFirst().dropLast(1)
            try client.say(
                redis("MULTI") + redis("CLIENT", "KILL", "ID", "\(id)") + redis("GET", "k")
                    + redis("CLIENT", "KILL", "ID", "\(id)", "x") + redis("UNSUBSCRIBE", "c")
                    + redis("CLIENT", "KILL", "ID", "99") + redis("AUTH", "default", "x")
                    + redis("EXEC"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("MULTI") + redis("GET", "k") + redis("EXEC"))
            try proxy.settle()
            #expect(!other.isEnded)

            try server.say("+OK\r\n+QUEUED\r\n*1\r\n$1\r\nv\r\n")

            try proxy.expect(
                client,
                hears: "+OK\r\n" + String(repeating: "+QUEUED\r\n", count: 6)
                    + "*6\r\n:1\r\n$1\r\nv\r\n-ERR syntax error\r\n"
                    + "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n:0\r\n+OK\r\n")
            try proxy.expectEnd(of: other)
            try client.say(redis("MULTI") + redis("CLIENT", "LIST") + redis("EXEC"))
            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n*1\r\n")
            #expect(try proxy.line(from: client).hasPrefix("$"))
            #expect(try proxy.line(from: client).hasPrefix("id="))
        }
    }

    @Test func localCommandsOfALostTransactionAreNotRun() throws {
        try run { proxy, client in
            try client.say(
                redis("MULTI") + redis("GET", "k") + redis("CLIENT", "SETNAME", "a")
                    + redis("EXEC") + redis("CLIENT", "GETNAME"))
            let server = try proxy.connection()
            try proxy.expect(
                server, hears: redis("MULTI") + redis("GET", "k") + redis("EXEC"))
            server.close()

            for expected in ["+OK", "+QUEUED", "+QUEUED", "-EXECABORT ", "$-1"] {
                let line = try proxy.line(from: client)
                #expect(line.hasPrefix(expected), "\(line)")
            }
        }
    }

    @Test func keysOfOtherServersBreakTheTransaction() throws {
        try run(servers: 2) { proxy, client in
            let (a, b) = (proxy.key(of: 0), proxy.key(of: 1))
            let error = "-CROSSSLOT Keys in request don't hash to the same server"

            try client.say(Self.begin + redis("SET", a, "v") + redis("SET", b, "v") + Self.end)
            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n" + error + "\r\n" + Self.discarded)

            try client.say(Self.begin + redis("MGET", a, b) + Self.end)
            try proxy.expect(
                client, hears: "+OK\r\n" + error + ": '\(a)' and '\(b)'\r\n" + Self.discarded)
        }
    }

    @Test func callsOutOfTurnAreRefused() throws {
        try run { proxy, client in
            try client.say(Self.end + redis("DISCARD") + Self.begin + Self.begin)
            try proxy.expect(
                client,
                hears: "-ERR EXEC without MULTI\r\n-ERR DISCARD without MULTI\r\n+OK\r\n"
                    + "-ERR MULTI calls can not be nested\r\n")

            // A nested MULTI does no harm.
            try client.say(redis("SET", "k", "v") + Self.end)
            let server = try proxy.connection()
            try proxy.expect(server, hears: Self.begin + redis("SET", "k", "v") + Self.end)
        }
    }

    @Test func discardForgetsEverything() throws {
        try run { proxy, client in
            try client.say(
                Self.begin + redis("SET", "k", "v") + redis("NOSUCH") + redis("DISCARD"))
            _ = try proxy.line(from: client)
            _ = try proxy.line(from: client)
            _ = try proxy.line(from: client)
            try proxy.expect(client, hears: "+OK\r\n")

            try client.say(redis("GET", "k"))

            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("GET", "k"))
        }
    }

    @Test func errorsOfTheServerAtQueueTimeAreToldAtTheEnd() throws {
        try run { proxy, client in
            try client.say(Self.begin + redis("SET", "k", "v") + redis("GET", "k") + Self.end)
            let server = try proxy.connection()
            try proxy.wait { server.received.count > 0 }

            try server.say(
                "+OK\r\n-OOM command not allowed when used memory > 'maxmemory'.\r\n+QUEUED\r\n"
                    + Self.discarded)

            try proxy.expect(
                client,
                hears: "+OK\r\n+QUEUED\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of: "
                    + "OOM command not allowed when used memory > 'maxmemory'.\r\n")
        }
    }

    // MARK: - Bounds and ends

    @Test func transactionsAreBoundedInBytes() throws {
        try run { proxy, client in
            let value = String(repeating: "v", count: 1_000_000)
            try client.say(Self.begin)
            try proxy.expect(client, hears: "+OK\r\n")
            for _ in 0..<16 {
                try client.say(redis("SET", "k", value))
                try proxy.expect(client, hears: "+QUEUED\r\n")
            }

            try client.say(redis("SET", "k", value) + Self.end)

            try proxy.expect(client, hears: "-ERR transaction is too large\r\n" + Self.discarded)
            #expect(proxy.servers[0].connections.isEmpty)
        }
    }

    @Test func clientThatLeavesTakesItsTransactionAlong() throws {
        try run { proxy, client in
            let before = proxy.memory
            try client.say(Self.begin + redis("SET", "k", String(repeating: "v", count: 500_000)))
            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n")
            try proxy.settle()
            #expect(proxy.memory > before + 400_000)

            client.close()

            try proxy.wait { proxy.stats[.clientEOF] == 1 }
            try proxy.settle()
            #expect(proxy.memory < before + 100_000)
            #expect(proxy.servers[0].connections.isEmpty)
        }
    }

    @Test func lostTransactionOfAPlainServerIsAborted() throws {
        try run { proxy, client in
            try client.say(Self.begin + redis("SET", "k", "v") + Self.end)
            let server = try proxy.connection()
            try proxy.wait { server.received.count > 0 }
            try server.say("+OK\r\n+QUEUED\r\n")
            try proxy.settle()

            server.close()

            try proxy.expect(
                client,
                hears: "+OK\r\n+QUEUED\r\n"
                    + "-EXECABORT server s0: connection closed by the server\r\n")
        }
    }
}
