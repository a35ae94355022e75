import TestKit
import Testing

/// What administers a server, through a pool whose file lets it pass and one whose file does not.
@Suite struct AdministrationTests {
    private let node: CacheNode

    init() throws {
        node = try CacheNode.redis(arguments: ["--enable-debug-command", "yes"])
    }

    private static let commands = [
        "CONFIG SET slowlog-max-len 77", "CONFIG GET slowlog-max-len", "CONFIG GET slowlog-*",
        "CONFIG FOO", "CONFIG RESETSTAT", "ACL WHOAMI", "ACL FOO", "ACL", "DEBUG SLEEP 0",
        "SLOWLOG LEN", "MEMORY DOCTOR", "CLIENT PAUSE 0", "CLIENT UNPAUSE", "LASTSAVE",
        "MODULE LIST",
    ]

    @Test func itIsPassedOn() throws {
        let proxy = try RunningProxy(pool: .redis([node], options: ["administration": "true"]))
        let client = try proxy.client()
        let direct = try node.client()

        for line in Self.commands {
            let words = line.split(separator: " ").map(String.init)
            #expect(try client.command(words) == direct.command(words), "\(line)")
        }
    }

    @Test func itIsPartOfTransactions() throws {
        let proxy = try RunningProxy(pool: .redis([node], options: ["administration": "true"]))
        let client = try proxy.client()

        #expect(try client.command("MULTI") == .ok)
        #expect(try client.command("CONFIG", "SET", "maxmemory", "0") == .simple("QUEUED"))
        #expect(try client.command("DEBUG", "SLEEP", "0") == .simple("QUEUED"))

        #expect(try client.command("EXEC") == .array([.ok, .ok]))
    }

    @Test func whatNoTransactionMayHaveIsRefusedAtOnce() throws {
        let proxy = try RunningProxy(pool: .redis([node], options: ["administration": "true"]))
        let client = try proxy.client()
        let refused = Reply.error("ERR Command not allowed inside a transaction")

        #expect(try client.command("MULTI") == .ok)
        #expect(try client.command("SAVE") == refused)
        #expect(try client.command("SHUTDOWN") == refused)

        #expect(try client.command("EXEC").errorText?.hasPrefix("EXECABORT ") == true)
    }

    @Test func itIsRefusedOtherwise() throws {
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()

        for line in ["CONFIG SET maxmemory 0", "DEBUG SLEEP 0", "ACL WHOAMI", "CLIENT PAUSE 0"] {
            let reply = try client.command(line.split(separator: " ").map(String.init))
            #expect(reply.errorText?.contains("is not served: ") == true, "\(line)")
        }
    }

    @Test func othersClientsAreNotListenedTo() throws {
        let proxy = try RunningProxy(pool: .redis([node], options: ["administration": "true"]))

        let reply = try proxy.client().command("MONITOR")

        #expect(reply.errorText?.hasPrefix("ERR 'MONITOR' is not served: ") == true)
    }
}
