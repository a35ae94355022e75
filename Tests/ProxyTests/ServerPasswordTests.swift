import Configuration
import Testing

@testable import Proxy

/// What servers are shown.
@Suite(.serialized) struct ServerPasswordTests {
    private static let wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"

    private func run(
        _ credentials: Credentials, _ configure: (inout PoolConfiguration) -> Void = { _ in },
        _ conversation: (ProxyHarness, Peer) throws -> Void
    ) throws {
        try ProxyHarness.run(.redis) {
            $0.serverCredentials = credentials
            configure(&$0)
        } conversation: { proxy in
            try conversation(proxy, proxy.client())
        }
    }

    /// Has the client ask for RESP3.
    private func greet(_ client: Peer, _ proxy: ProxyHarness) throws {
        try client.say(redis("HELLO", "3"))
        try proxy.wait { client.received.count > 0 }
        try proxy.settle()
        _ = client.take(client.received.count)
    }

    @Test func userAndPasswordComeBeforeTheFirstRequest() throws {
        try run(Credentials(user: "app", passwords: ["secret"])) { proxy, client in
            try client.say(redis("GET", "k"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("AUTH", "app", "secret"))
            try proxy.settle()
            #expect(server.received.isEmpty)

            try server.say("+OK\r\n")

            try proxy.expect(server, hears: redis("GET", "k"))
        }
    }

    @Test func typedConnectionsSayItWithHello() throws {
        try run(Credentials(user: "app", passwords: ["secret"])) { proxy, client in
            try greet(client, proxy)
            try client.say(redis("GET", "k"))
            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("HELLO", "3", "AUTH", "app", "secret"))

            try server.say("%0\r\n")

            try proxy.expect(server, hears: redis("GET", "k"))
            try server.say("_\r\n")
            try proxy.expect(client, hears: "_\r\n")
        }
    }

    @Test func typedConnectionsOfTheDefaultUserSaySo() throws {
        try run(Credentials(passwords: ["secret"])) { proxy, client in
            try greet(client, proxy)
            try client.say(redis("GET", "k"))

            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("HELLO", "3", "AUTH", "default", "secret"))
        }
    }

    @Test(arguments: [false, true])
    func secondPasswordIsShownWhenTheFirstIsRefused(speaksRESP3: Bool) throws {
        try run(Credentials(user: "app", passwords: ["new", "old"])) { proxy, client in
            func words(_ password: String) -> String {
                speaksRESP3
                    ? redis("HELLO", "3", "AUTH", "app", password) : redis("AUTH", "app", password)
            }
            if speaksRESP3 { try greet(client, proxy) }
            try client.say(redis("INCR", "n") + redis("INCR", "m"))
            let first = try proxy.connection()
            try proxy.expect(first, hears: words("new"))

            try first.say(Self.wrong)

            let second = try proxy.connection(1)
            try proxy.expect(second, hears: words("old"))
            try second.say(speaksRESP3 ? "%0\r\n" : "+OK\r\n")
            try proxy.expect(second, hears: redis("INCR", "n") + redis("INCR", "m"))
            try second.say(":1\r\n:2\r\n")
            try proxy.expect(client, hears: ":1\r\n:2\r\n")
        }
    }

    /// It is the one that worked last that is shown first.
    @Test func passwordThatWasTakenIsShownAgain() throws {
        try run(Credentials(passwords: ["new", "old"])) { proxy, client in
            try client.say(redis("GET", "k"))
            try proxy.expect(try proxy.connection(), hears: redis("AUTH", "new"))
            try proxy.connection().say(Self.wrong)
            let second = try proxy.connection(1)
            try proxy.expect(second, hears: redis("AUTH", "old"))
            try second.say("+OK\r\n")
            try proxy.expect(second, hears: redis("GET", "k"))
            try second.say("$-1\r\n")
            try proxy.expect(client, hears: "$-1\r\n")
            second.close()
            try proxy.wait { proxy.stats.servers[0][.serverEOF] == 1 }

            try client.say(redis("GET", "k"))

            let third = try proxy.connection(2)
            try proxy.expect(third, hears: redis("AUTH", "old"))
        }
    }

    /// Neither is forgotten: the next attempt begins with the other one.
    @Test func whenBothAreRefusedTheNextRequestTriesAgain() throws {
        try run(Credentials(passwords: ["new", "old"])) { proxy, client in
            try client.say(redis("GET", "k"))
            for (number, password) in ["new", "old"].enumerated() {
                let server = try proxy.connection(number)
                try proxy.expect(server, hears: redis("AUTH", password))
                try server.say(Self.wrong)
            }
            let refused = "-ERR server s0: AUTH refused: " + Self.wrong.dropFirst()
            try proxy.expect(client, hears: refused)

            try client.say(redis("GET", "k"))

            for (number, password) in ["new", "old"].enumerated() {
                let server = try proxy.connection(2 + number)
                try proxy.expect(server, hears: redis("AUTH", password))
                try server.say(Self.wrong)
            }
            try proxy.expect(client, hears: refused)
        }
    }

    /// One refusal turns all connections to the other password, and no more than that.
    @Test func connectionsThatShowedTheSamePasswordTurnTogether() throws {
        try run(Credentials(passwords: ["new", "old"]), { $0.serverConnections = 2 }) {
            proxy, client in
            let second = try proxy.client()
            try client.say(redis("GET", "k"))
            try second.say(redis("GET", "l"))
            for number in 0..<2 {
                try proxy.expect(try proxy.connection(number), hears: redis("AUTH", "new"))
            }

            for number in 0..<2 { try proxy.connection(number).say(Self.wrong) }

            for number in 2..<4 {
                let server = try proxy.connection(number)
                try proxy.expect(server, hears: redis("AUTH", "old"))
                try server.say("+OK\r\n")
                try proxy.wait { server.received.count >= redis("GET", "k").utf8.count }
                try server.say("$-1\r\n")
            }
            for peer in [client, second] { try proxy.expect(peer, hears: "$-1\r\n") }
        }
    }
}
