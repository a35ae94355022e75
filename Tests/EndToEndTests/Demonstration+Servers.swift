import Foundation
import TestKit

extension Demonstration {
    /// What becomes of servers, and of connections to them.
    static let servers = failures + connections

    private static let ejecting = [
        "hash": "murmur", "timeout": "2000", "auto_eject_hosts": "true",
        "server_failure_limit": "1", "server_retry_timeout": "30000",
    ]

    // MARK: - Failures

    private static let failures: [Demonstration] = [
        Demonstration(
            "timeout-alone", "a neighbour of a slow request",
            twemproxy: "-ERR Connection timed out", here: "+quick"
        ) { program in
            let slowFailed = DispatchSemaphore(value: 0)
            let server = try FakeServer { connection in
                for _ in 0..<2 { _ = try connection.nextCommand() }
                slowFailed.wait()
                try connection.stream.send("+slow\r\n+quick\r\n")
                connection.stall()
            }
            let proxy = try RunningProxy(
                program, pool: .redis(servers: [server.line], options: ["timeout": "1500"]))
            let slow = try proxy.client()
            let quick = try proxy.client()
            try slow.sendCommand("GET", "slow")
            // The second request has most of its own time left when the first one's is over.
            _ = try slow.isSilent(for: 1)
            try quick.sendCommand("GET", "quick")
            _ = try slow.readReply()
            slowFailed.signal()
            return try quick.readReply().description
        },
        Demonstration(
            "probe", "a server that stays dead", twemproxy: "errors again", here: "no error"
        ) { program in
            let nodes = try CacheNode.several(2, .redis)
            let options = ejecting.merging(["server_retry_timeout": "300"]) { $1 }
            let proxy = try RunningProxy(program, pool: .redis(nodes, options: options))
            let client = try proxy.client()
            let keys = (0..<20).map { "key:\($0 * 31)" }
            nodes[0].kill()
            _ = try eventually { try keys.allSatisfy { try client.command("GET", $0) == .null } }
            let isUnfelt = try always(for: 1.5) {
                try keys.allSatisfy { try client.command("GET", $0) == .null }
            }
            return isUnfelt ? "no error" : "errors again"
        },
        Demonstration(
            "failures-once", "a server that closes idle connections", twemproxy: "ejected",
            here: "not ejected"
        ) { program in
            let node = try CacheNode.redis()
            let options = ejecting.merging(
                ["server_connections": "3", "server_failure_limit": "2"]) { $1 }
            let proxy = try RunningProxy(program, pool: .redis([node], options: options))
            for _ in 0..<6 { _ = try proxy.client().command("GET", "a") }
            _ = try node.client().command("CLIENT", "KILL", "TYPE", "normal")
            let isEjected = try eventually(timeout: 1.5) {
                try proxy.stats().number("alpha", "server_ejects") > 0
            }
            return isEjected ? "ejected" : "not ejected"
        },
        Demonstration(
            "all-ejected", "servers that return at once", twemproxy: "refused", here: "served"
        ) { program in
            let node = try CacheNode.redis()
            let proxy = try RunningProxy(program, pool: .redis([node], options: ejecting))
            let client = try proxy.client()
            node.kill()
            _ = try eventually {
                _ = try client.command("GET", "a")
                return try proxy.stats().number("alpha", "server_ejects") > 0
            }
            try node.restart()
            let isServed = try eventually(timeout: 1.5) { try client.command("GET", "a") == .null }
            return isServed ? "served" : "refused"
        },
        Demonstration(
            "names", "a server whose name has no address", twemproxy: "-ERR Host is down",
            here: "the name's trouble"
        ) { program in
            let host = "no-such-host.invalid"
            let proxy = try RunningProxy(program, pool: .redis(servers: ["\(host):6379:1"]))
            let answer = try proxy.answer(to: Bytes.command(["GET", "a"]))
            return answer.hasPrefix("-ERR server \(host):6379: ") ? "the name's trouble" : answer
        },
    ]

    // MARK: - Connections

    private static let connections: [Demonstration] = [
        Demonstration(
            "client-limit", "one client more than client_connections", twemproxy: "+PONG",
            here: "-ERR max number of clients reached"
        ) { program in
            let pool = PoolSpecification.redis(
                servers: ["127.0.0.1:1:1"], options: ["client_connections": "1"])
            let proxy = try RunningProxy(program, pool: pool)
            var first = try proxy.client()
            // The one that saw the pool listen may not have gone yet.
            _ = try eventually {
                if try first.command("PING") == .simple("PONG") { return true }
                first = try proxy.client()
                return false
            }
            let answer = try proxy.answer(to: Bytes.command(["PING"]))
            _ = try first.command("PING")
            return answer
        },
        Demonstration("workers", "two workers", twemproxy: "1", here: "2") { program in
            let node = try CacheNode.redis()
            let proxy = try RunningProxy(program, pool: .redis([node]), workers: 2)
            let clients = try (0..<30).map { _ in try proxy.client() }
            for client in clients { _ = try client.command("GET", "a") }
            _ = try eventually {
                try proxy.stats().number("alpha", node.name, "requests") == clients.count
            }
            return "\(try proxy.stats().number("alpha", node.name, "server_connections"))"
        },
        Demonstration("one-connection", "one client", twemproxy: "2", here: "1") { program in
            let server = try FakeServer { connection in
                while true {
                    _ = try connection.nextCommand()
                    try connection.stream.send(":\(connection.number)\r\n")
                }
            }
            let pool = PoolSpecification.redis(
                servers: [server.line], options: ["server_connections": "2"])
            let proxy = try RunningProxy(program, pool: pool)
            let client = try proxy.client()
            let used = try (0..<6).map { _ in try client.command("GET", "a").description }
            return "\(Set(used).count)"
        },
    ]
}
