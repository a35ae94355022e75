import Synchronization
import TestKit

extension Demonstration {
    /// What becomes of requests.
    static let requests = localRequests + splitRequests + serverReplies + passwords + hostileLines

    // MARK: - Requests that a proxy answers or refuses

    private static let localRequests: [Demonstration] = [
        Demonstration(
            "errors-answered", "an unknown command of Redis", twemproxy: "",
            here: "-ERR unknown command 'FOO', with args beginning with:  +PONG"
        ) { try RunningProxy($0, pool: .nowhere).answer(toCommand: "FOO") },
        Demonstration(
            "errors-answered", "a wrong number of arguments", twemproxy: "",
            here: "-ERR wrong number of arguments for 'get' command +PONG"
        ) { try RunningProxy($0, pool: .nowhere).answer(toCommand: "GET", "a", "b") },
        Demonstration(
            "errors-answered", "an unknown command of memcached", twemproxy: "", here: "ERROR ERROR"
        ) { try RunningProxy($0, pool: .memcachedNowhere).answer(to: "foo\r\nbar\r\n") },
        Demonstration("more-commands", "ECHO", twemproxy: "", here: "$2 hi +PONG") {
            try RunningProxy($0, pool: .nowhere).answer(toCommand: "ECHO", "hi")
        },
        Demonstration("more-commands", "PING with a text", twemproxy: "", here: "$2 hi +PONG") {
            try RunningProxy($0, pool: .nowhere).answer(toCommand: "PING", "hi")
        },
        Demonstration("more-commands", "a typed command", twemproxy: "", here: "+PONG") {
            try RunningProxy($0, pool: .nowhere).answer(to: "PING\r\n")
        },
        Demonstration("more-commands", "RESP3", twemproxy: "", here: "%7") {
            try RunningProxy($0, pool: .nowhere).answer(toCommand: "HELLO", "3").firstWord
        },
        Demonstration("more-commands", "a stream", twemproxy: "", here: ":0 +PONG") {
            try RunningProxy($0, pool: .redis([CacheNode.redis()])).answer(toCommand: "XLEN", "a")
        },
        Demonstration(
            "more-commands", "a transaction", twemproxy: "", here: "+OK +QUEUED *1 $-1"
        ) {
            try RunningProxy($0, pool: .redis([CacheNode.redis()]))
                .answer(
                    to: ["MULTI", "GET a", "EXEC"].flatMap { line in
                        Bytes.command(line.split(separator: " ").map(String.init))
                    })
        },
        Demonstration("more-commands", "a key of 20 KB", twemproxy: "", here: "$-1 +PONG") {
            try RunningProxy($0, pool: .redis([CacheNode.redis()]))
                .answer(toCommand: "GET", String(repeating: "k", count: 20_000))
        },
        Demonstration("more-commands", "memcached's verbosity", twemproxy: "", here: "OK") {
            try RunningProxy($0, pool: .memcached([CacheNode.memcached()]))
                .answer(to: "verbosity 1\r\n")
        },
        Demonstration("more-commands", "memcached's meta commands", twemproxy: "", here: "EN MN") {
            try RunningProxy($0, pool: .memcached([CacheNode.memcached()]))
                .answer(to: "mg a v\r\nmn\r\n")
        },
        Demonstration("more-commands", "memcached's stats", twemproxy: "", here: "STAT") {
            try RunningProxy($0, pool: .memcached([CacheNode.memcached()]))
                .answer(to: "stats\r\n").firstWord
        },
        Demonstration("quit-ok", "QUIT", twemproxy: "", here: "+OK") {
            try RunningProxy($0, pool: .nowhere).answer(toCommand: "QUIT")
        },
        Demonstration(
            "command-info", "COMMAND", twemproxy: "the server's", here: "the proxy's"
        ) { program in
            let node = try CacheNode.redis()
            let proxy = try RunningProxy(program, pool: .redis([node]))
            let own = try node.client().command("COMMAND").elements?.count
            return try proxy.client().command("COMMAND").elements?.count == own
                ? "the server's" : "the proxy's"
        },
    ]

    // MARK: - Requests for several servers

    private static let splitRequests: [Demonstration] = [
        Demonstration("crossslot", "SUNION", twemproxy: "too few", here: "CROSSSLOT") { program in
            let proxy = try RunningProxy(program, pool: .redis(CacheNode.several(3, .redis)))
            let client = try proxy.client()
            let keys = (0..<30).map { "key:\($0 * 31)" }
            for key in keys { _ = try client.command("SADD", key, key) }
            let reply = try client.command(["SUNION"] + keys)
            if let error = reply.errorText { return error.firstWord }
            return reply.elements?.count == keys.count ? "all" : "too few"
        },
        Demonstration("multi-key", "EXISTS", twemproxy: "too few", here: "all") { program in
            let proxy = try RunningProxy(program, pool: .redis(CacheNode.several(3, .redis)))
            let client = try proxy.client()
            let keys = (0..<30).map { "key:\($0 * 31)" }
            for key in keys { _ = try client.command("SET", key, key) }
            let reply = try client.command(["EXISTS"] + keys)
            return reply == .integer(keys.count) ? "all" : "too few"
        },
        Demonstration("multi-key", "get", twemproxy: "mixed up", here: "in order") { program in
            let proxy = try RunningProxy(
                program, pool: .memcached(CacheNode.several(3, .memcached)))
            let client = try proxy.client()
            let keys = (0..<60).map { "key:\($0 * 31)" }
            let stored = keys.indices.filter { $0 % 3 != 0 }.map { keys[$0] }
            for key in stored { _ = try client.ask("set \(key) 0 0 1\r\nx") }
            let lines = try client.lines("get " + keys.joined(separator: " "))
            let found = lines.filter { $0.hasPrefix("VALUE") }.map { $0.split(separator: " ")[1] }
            return found.map(String.init) == stored ? "in order" : "mixed up"
        },
        Demonstration(
            "partial-failure", "MGET with a dead server", twemproxy: "error, closed",
            here: "error, PONG"
        ) { program in
            let nodes = try CacheNode.several(2, .redis)
            let proxy = try RunningProxy(program, pool: .redis(nodes))
            nodes[0].kill()
            let keys = (0..<40).map { "key:\($0 * 31)" }
            let client = try proxy.client()
            let reply = try client.command(["MGET"] + keys)
            guard reply.errorText != nil else { return reply.description }
            try client.sendCommand("PING")
            return client.isAtEnd() ? "error, closed" : "error, PONG"
        },
    ]

    // MARK: - Replies of servers

    private static let serverReplies: [Demonstration] = [
        Demonstration("server-errors", "no memory", twemproxy: "-ERR", here: "-OOM") { program in
            let node = try CacheNode.redis(arguments: ["--maxmemory", "1"])
            let proxy = try RunningProxy(program, pool: .redis([node]))
            return try proxy.answer(toCommand: "SET", "a", "1").firstWord
        },
        Demonstration(
            "named-errors", "a dead server", twemproxy: "-ERR Connection refused",
            here: "-ERR server 127.0.0.1:PORT: Connection refused"
        ) { program in
            let port = try FreePort.take()
            let proxy = try RunningProxy(program, pool: .redis(servers: ["127.0.0.1:\(port):1"]))
            return try proxy.answer(to: Bytes.command(["GET", "a"]))
                .replacing(":\(port):", with: ":PORT:")
        },
        Demonstration(
            "foreign-value", "a VALUE for another key", twemproxy: "VALUE other 0 1 x END",
            here: "SERVER_ERROR"
        ) { program in
            let server = try FakeServer { connection in
                while true {
                    _ = try connection.stream.readLine()
                    try connection.stream.send("VALUE other 0 1\r\nx\r\nEND\r\n")
                }
            }
            let proxy = try RunningProxy(program, pool: .memcached(servers: [server.line]))
            let answer = try proxy.answer(to: "get a\r\n")
            return answer.hasPrefix("SERVER_ERROR") ? answer.firstWord : answer
        },
        Demonstration(
            "noreply", "set without a reply", twemproxy: "set a 0 0 1 noreply",
            here: "set a 0 0 1"
        ) { program in
            let seen = SeenLine()
            let server = try FakeServer { connection in
                seen.set(try connection.stream.readLine())
                connection.stall()
            }
            let proxy = try RunningProxy(program, pool: .memcached(servers: [server.line]))
            try proxy.client().send("set a 0 0 1 noreply\r\nx\r\n")
            _ = eventually { !seen.line.isEmpty }
            return seen.line
        },
    ]

    // MARK: - Passwords and databases

    private static let passwords: [Demonstration] = [
        Demonstration(
            "auth-texts", "a wrong password", twemproxy: "-ERR", here: "-WRONGPASS"
        ) { program in
            let pool = PoolSpecification.redis(
                servers: ["127.0.0.1:\(try FreePort.take()):1"], options: ["redis_auth": "secret"])
            return try RunningProxy(program, pool: pool).answer(toCommand: "AUTH", "x").firstWord
        },
        Demonstration(
            "auth-db", "a password and a database", twemproxy: "database 0", here: "database 3"
        ) { program in
            let node = try CacheNode.redis(arguments: ["--requirepass", "secret"])
            let options = ["redis_auth": "secret", "redis_db": "3"]
            let proxy = try RunningProxy(program, pool: .redis([node], options: options))
            let client = try proxy.client()
            _ = try client.command("AUTH", "secret")
            _ = try client.command("SET", "a", "1")
            let direct = try node.client()
            _ = try direct.command("AUTH", "secret")
            let isInFirst = try direct.command("EXISTS", "a") == .integer(1)
            _ = try direct.command("SELECT", "3")
            let isInThird = try direct.command("EXISTS", "a") == .integer(1)
            return isInFirst ? "database 0" : isInThird ? "database 3" : "nowhere"
        },
    ]

    // MARK: - Lines that mean harm

    private static let hostileLines: [Demonstration] = [
        Demonstration(
            "line-ends", "a key with a line in it", twemproxy: "flushed", here: "kept"
        ) { program in
            let node = try CacheNode.memcached()
            let proxy = try RunningProxy(program, pool: .memcached([node]))
            let direct = try node.client()
            _ = try direct.ask("set a 0 0 1\r\nx")
            _ = try proxy.answer(to: "get x\nflush_all\r\n")
            let isFlushed = try eventually(timeout: 1) { try direct.lines("get a") == ["END"] }
            return isFlushed ? "flushed" : "kept"
        },
        Demonstration(
            "bad-lines", "a control character in a key", twemproxy: "END",
            here: "CLIENT_ERROR bad command line format"
        ) {
            try RunningProxy($0, pool: .memcached([CacheNode.memcached()]))
                .answer(to: "get a\u{1}b\r\n")
        },
        Demonstration(
            "bad-lines", "flags of 33 bits", twemproxy: "STORED",
            here: "CLIENT_ERROR bad command line format"
        ) {
            try RunningProxy($0, pool: .memcached([CacheNode.memcached()]))
                .answer(to: "set a 4294967296 0 1\r\nx\r\n")
        },
    ]
}

/// A line that a server's thread saw.
private final class SeenLine: Sendable {
    private let seen = Mutex("")

    var line: String { seen.withLock { $0 } }

    func set(_ line: String) { seen.withLock { $0 = line } }
}

extension PoolSpecification {
    /// A pool whose server is not there.
    static var nowhere: PoolSpecification { .redis(servers: ["127.0.0.1:1:1"]) }

    /// The same for memcached.
    static var memcachedNowhere: PoolSpecification { .memcached(servers: ["127.0.0.1:1:1"]) }
}
