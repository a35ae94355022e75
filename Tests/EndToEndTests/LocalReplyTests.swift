import TestKit
import Testing

/// Some requests the proxy answers itself, and a mistake costs an error and not the connection.
@Suite struct LocalReplyTests {
    private let proxy: RunningProxy
    private let client: TestClient

    init() throws {
        proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        client = try proxy.client()
    }

    @Test func pingIsAnswered() throws {
        #expect(try client.command("PING") == .simple("PONG"))
        #expect(try client.command("ping") == .simple("PONG"))
        #expect(try client.command("PING", "hello") == .bulk("hello"))
    }

    @Test func echoIsAnswered() throws {
        #expect(try client.command("ECHO", "hello") == .bulk("hello"))
        #expect(try client.command("ECHO", "") == .bulk(""))
    }

    @Test func quitIsConfirmedAndThenCloses() throws {
        #expect(try client.command("QUIT") == .ok)
        #expect(client.isAtEnd())
    }

    @Test func quitComesAfterEarlierReplies() throws {
        try client.send(
            Bytes.command(["SET", "a", "1"]) + Bytes.command(["GET", "a"])
                + Bytes.command(["QUIT"]))

        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .bulk("1"))
        #expect(try client.readReply() == .ok)
        #expect(client.isAtEnd())
    }

    @Test func authWithoutPasswordIsAnError() throws {
        let error = try client.command("AUTH", "secret").errorText

        #expect(error?.hasPrefix("ERR") == true)
        #expect(try client.command("PING") == .simple("PONG"))
    }

    @Test func onlyDatabaseZeroCanBeSelected() throws {
        #expect(try client.command("SELECT", "0") == .ok)
        #expect(try client.command("SELECT", "5") == .error("ERR DB index is out of range"))
        #expect(try client.command("PING") == .simple("PONG"))
    }

    @Test func commandsAreCounted() throws {
        guard case .integer(let count) = try client.command("COMMAND", "COUNT") else {
            Issue.record("COMMAND COUNT is no number")
            return
        }
        #expect(count > 100)
    }

    @Test func unknownCommandsKeepTheConnection() throws {
        #expect(
            try client.command("foo", "a")
                == .error("ERR unknown command 'foo', with args beginning with: 'a' "))
        #expect(
            try client.command("foo")
                == .error("ERR unknown command 'foo', with args beginning with: "))
        #expect(try client.command("SET", "a", "1") == .ok)
    }

    @Test func wrongArityKeepsTheConnection() throws {
        let error = Reply.error("ERR wrong number of arguments for 'get' command")

        #expect(try client.command("GET") == error)
        #expect(try client.command("get", "a", "b") == error)
        #expect(
            try client.command("SET", "a")
                == .error("ERR wrong number of arguments for 'set' command"))
        #expect(try client.command("SET", "a", "1") == .ok)
    }

    @Test(
        arguments: [
            "*1\r\n$x\r\n", "*x\r\n", "*1\r\n:1\r\n", "*2\r\n$3\r\nGET\r\n$-1\r\n",
            "*1\r\n$99999999999\r\n", "*99999999999\r\n", "*2\r\n$3\r\nGET\r\n$4294967297\r\n",
        ])
    func malformedRequestsAreNamedAndThenClosed(request: String) throws {
        try client.send(Bytes.command(["SET", "a", "1"]) + Array(request.utf8))

        #expect(try client.readReply() == .ok)
        let error = try client.readReply().errorText ?? ""
        #expect(error.hasPrefix("ERR Protocol error: "), "\(error)")
        #expect(client.isAtEnd())
    }

    @Test func malformedRequestsDoNotHarmOthers() throws {
        let neighbour = try proxy.client()
        #expect(try neighbour.command("SET", "a", "1") == .ok)

        for _ in 0..<20 {
            let bad = try proxy.client()
            try bad.send("*2\r\n$3\r\nGET\r\n$4294967297\r\na\r\n")
            #expect(try neighbour.command("GET", "a") == .bulk("1"))
        }
    }

    @Test func inlineRequestsWork() throws {
        try client.send("SET a b\r\n")
        #expect(try client.readReply() == .ok)
        try client.send("GET a\r\n")
        #expect(try client.readReply() == .bulk("b"))
        try client.send("PING\r\nGET a\r\nPING\r\n")
        #expect(try client.readReply() == .simple("PONG"))
        #expect(try client.readReply() == .bulk("b"))
        #expect(try client.readReply() == .simple("PONG"))
    }

    @Test func emptyRequestsAreSkipped() throws {
        try client.send("\r\n*0\r\nPING\r\n")

        #expect(try client.readReply() == .simple("PONG"))
    }
}

/// With `redis_auth`, clients and the proxy use one password.
@Suite struct PasswordTests {
    private let proxy: RunningProxy
    private let client: TestClient

    init() throws {
        let node = try CacheNode.redis(arguments: ["--requirepass", "secret"])
        proxy = try RunningProxy(pool: .redis([node], options: ["redis_auth": "secret"]))
        client = try proxy.client()
    }

    @Test func nothingIsServedBeforeThePassword() throws {
        #expect(try client.command("GET", "a").errorText?.hasPrefix("NOAUTH") == true)
        #expect(try client.command("MGET", "a", "b").errorText?.hasPrefix("NOAUTH") == true)
    }

    @Test func thePasswordOpensTheConnection() throws {
        #expect(try client.command("AUTH", "secret") == .ok)
        #expect(try client.command("SET", "a", "1") == .ok)
        #expect(try client.command("GET", "a") == .bulk("1"))
    }

    @Test func aPipelineMayStartWithThePassword() throws {
        try client.send(
            Bytes.command(["AUTH", "secret"]) + Bytes.command(["SET", "a", "1"])
                + Bytes.command(["GET", "a"]))

        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .bulk("1"))
    }

    @Test func aWrongPasswordIsRefused() throws {
        #expect(try client.command("AUTH", "wrong").errorText != nil)
        #expect(try client.command("GET", "a").errorText?.hasPrefix("NOAUTH") == true)
        #expect(try client.command("AUTH", "secret2").errorText != nil)
        #expect(try client.command("AUTH", "secret") == .ok)
        #expect(try client.command("GET", "a") == .null)
    }

    @Test func onePasswordedClientDoesNotOpenAnother() throws {
        #expect(try client.command("AUTH", "secret") == .ok)
        #expect(try client.command("SET", "a", "1") == .ok)

        let other = try proxy.client()
        #expect(try other.command("GET", "a").errorText?.hasPrefix("NOAUTH") == true)
    }
}
