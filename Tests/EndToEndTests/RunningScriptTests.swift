import TestKit
import Testing

/// Scripts and functions that do not end by themselves.
@Suite struct RunningScriptTests {
    /// The servers are at work on the requests of a shared connection, behind which nothing that
    /// ends them may wait.
    @Test(arguments: [1, 3]) func aScriptIsKilled(servers: Int) throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(servers, .redis)), workers: 1)
        let client = try proxy.client()
        let other = try proxy.client()

        try client.sendCommand("EVAL", "while true do end", "1", "key")
        // Until it has begun, there is nothing to kill.
        #expect(try eventually { try other.command("SCRIPT", "KILL") == .ok })

        let reply = try client.readReply()
        #expect(reply.errorText?.contains("killed by user") == true)
        #expect(try other.command("SET", "key", "value") == .ok)
    }

    @Test func nothingToKillIsSaidSo() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let client = try proxy.client()

        for container in ["SCRIPT", "FUNCTION"] {
            let reply = try client.command(container, "KILL")
            #expect(reply.errorText?.hasPrefix("NOTBUSY ") == true)
        }
        #expect(try client.command("PING") == .simple("PONG"))
    }
}
