import Configuration
import Testing

@testable import Proxy

/// `disabled_commands`.
@Suite(.serialized) struct DisabledCommandTests {
    private func run(
        _ names: [String], _ conversation: (ProxyHarness, Peer) throws -> Void
    ) throws {
        try ProxyHarness.run(.redis) {
            $0.disabledCommands = names
        } conversation: { proxy in
            try conversation(proxy, proxy.client())
        }
    }

    private func refusal(_ name: String) -> String {
        "-NOPERM the '\(name)' command is disabled in this pool (disabled_commands)\r\n"
    }

    @Test func commandsAreRefusedAndOthersGoOn() throws {
        try run(["FLUSHALL", "script|flush"]) { proxy, client in
            try client.say(
                redis("flushall") + redis("SCRIPT", "FLUSH", "ASYNC")
                    + redis("SCRIPT", "EXISTS", "a"))

            let server = try proxy.connection()
            try proxy.expect(server, hears: redis("SCRIPT", "EXISTS", "a"))
            try server.say("*1\r\n:0\r\n")
            try proxy.expect(
                client, hears: refusal("flushall") + refusal("script|flush") + "*1\r\n:0\r\n")
        }
    }

    /// Those that are sent on without a closer look otherwise.
    @Test(arguments: ["v", String(repeating: "v", count: 20 << 20)])
    func plainCommandsAreRefusedToo(value: String) throws {
        try run(["set"]) { proxy, client in
            try client.say(redis("SET", "k", value) + redis("GET", "k"))

            try proxy.expect(client, hears: refusal("set"))
            try proxy.expect(proxy.connection(), hears: redis("GET", "k"))
        }
    }

    @Test func transactionsAreAborted() throws {
        try run(["incr"]) { proxy, client in
            try client.say(redis("MULTI") + redis("INCR", "k") + redis("EXEC"))

            try proxy.expect(
                client,
                hears: "+OK\r\n" + refusal("incr")
                    + "-EXECABORT Transaction discarded because of previous errors.\r\n")
        }
    }

    @Test func memcachedIsToldInItsWords() throws {
        try ProxyHarness.run(.memcached) {
            $0.disabledCommands = ["flush_all"]
        } conversation: { proxy in
            let client = try proxy.client()

            try client.say("flush_all noreply\r\nflush_all 10\r\nmn\r\n")

            try proxy.expect(client, hears: "CLIENT_ERROR flush_all not allowed\r\nMN\r\n")
        }
    }
}
