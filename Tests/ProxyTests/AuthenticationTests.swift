import Configuration
import Testing

@testable import Proxy

/// Whom a pool lets in.
@Suite struct ClientCredentialsTests {
    private func admits(_ user: String?, _ password: String, by credentials: Credentials) -> Bool {
        ClientCredentials(credentials)
            .admit(user: user.map { Array($0.utf8) }, password: Array(password.utf8))
    }

    @Test func theDefaultUserNeedNotSayWho() {
        let credentials = Credentials(passwords: ["secret"])

        #expect(admits(nil, "secret", by: credentials))
        #expect(admits("default", "secret", by: credentials))
        #expect(!admits("app", "secret", by: credentials))
        #expect(!admits("", "secret", by: credentials))
    }

    @Test func anotherUserMustSayWho() {
        let credentials = Credentials(user: "app", passwords: ["secret"])

        #expect(admits("app", "secret", by: credentials))
        #expect(!admits(nil, "secret", by: credentials))
        #expect(!admits("default", "secret", by: credentials))
        #expect(!admits("App", "secret", by: credentials))
    }

    @Test func eitherPasswordWillDo() {
        let credentials = Credentials(passwords: ["new", "older"])

        #expect(admits(nil, "new", by: credentials))
        #expect(admits(nil, "older", by: credentials))
    }

    @Test(arguments: ["", "secre", "secrets", "Secret", "secretsecret", "tecret"])
    func nothingElseWill(password: String) {
        #expect(!admits(nil, password, by: Credentials(passwords: ["secret", "terces"])))
    }
}

/// AUTH and HELLO, in redis-server's words.
@Suite(.serialized) struct AuthenticationTests {
    private static let wrong =
        "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
    private static let needed = "-NOAUTH Authentication required.\r\n"
    private static let helloNeeds =
        "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
        + "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the "
        + "RESP protocol version at the same time\r\n"

    /// Holds conversations with a pool that lets in whom the credentials say.
    private func run(
        _ credentials: Credentials?, _ conversation: (ProxyHarness, Peer) throws -> Void
    ) throws {
        try ProxyHarness.run(.redis) {
            $0.clientCredentials = credentials
        } conversation: { proxy in
            try conversation(proxy, proxy.client())
        }
    }

    @Test func aUserGivesAName() throws {
        try run(Credentials(user: "app", passwords: ["secret"])) { proxy, client in
            try client.say(redis("PING") + redis("AUTH", "secret") + redis("PING"))
            try proxy.expect(client, hears: Self.needed + Self.wrong + Self.needed)

            try client.say(redis("AUTH", "app", "secret") + redis("PING"))
            try proxy.expect(client, hears: "+OK\r\n+PONG\r\n")
        }
    }

    @Test func bothPasswordsOpenWhileTheyRotate() throws {
        try run(Credentials(passwords: ["new", "old"])) { proxy, client in
            try client.say(
                redis("AUTH", "old") + redis("AUTH", "default", "new") + redis("AUTH", "older"))
            try proxy.expect(client, hears: "+OK\r\n+OK\r\n" + Self.wrong)
        }
    }

    @Test func aWrongPasswordChangesNothing() throws {
        try run(Credentials(passwords: ["secret"])) { proxy, client in
            try client.say(redis("AUTH", "secret") + redis("AUTH", "wrong") + redis("PING"))
            try proxy.expect(client, hears: "+OK\r\n" + Self.wrong + "+PONG\r\n")
        }
    }

    @Test func helloMayCarryUserAndPassword() throws {
        try run(Credentials(user: "app", passwords: ["new", "old"])) { proxy, client in
            try client.say(
                redis("HELLO", "3") + redis("HELLO", "3", "AUTH", "default", "old")
                    + redis("HELLO", "3", "AUTH", "app", "older"))
            try proxy.expect(client, hears: Self.helloNeeds + Self.wrong + Self.wrong)

            try client.say(redis("HELLO", "3", "AUTH", "app", "old") + redis("PING"))
            try proxy.wait { client.received.count > 0 }
            try proxy.settle()
            #expect(client.take(2) == "%7")
        }
    }

    @Test func aPoolThatAsksForNothingHasTheDefaultUser() throws {
        try run(nil) { proxy, client in
            try client.say(
                redis("AUTH", "x") + redis("AUTH", "default", "x")
                    + redis("AUTH", "app", "x") + redis("PING") + redis("AUTH", "a", "b", "c"))
            try proxy.expect(
                client,
                hears: "-ERR AUTH <password> called without any password configured for the "
                    + "default user. Are you sure your configuration is correct?\r\n"
                    + "+OK\r\n" + Self.wrong + "+PONG\r\n-ERR syntax error\r\n")
        }
    }
}
