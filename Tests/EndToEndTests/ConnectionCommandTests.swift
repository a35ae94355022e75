import TestKit
import Testing

/// What clients say of a connection is answered as one server would, in RESP2 and RESP3.
@Suite struct ConnectionCommandTests {
    private let node: CacheNode
    private let proxy: RunningProxy

    init() throws {
        node = try CacheNode.redis()
        proxy = try RunningProxy(pool: .redis([node]))
    }

    /// Replies that are the same by nature, each request on a connection that has seen those
    /// before.
    private static let same = [
        "PING", "PING hello", "ECHO hello", "ECHO", "PING a b", "CLIENT", "CLIENT FOO",
        "CLIENT GETNAME", "CLIENT SETNAME app", "CLIENT GETNAME", "CLIENT SETNAME a\nb",
        "CLIENT GETNAME", "CLIENT SETNAME", "CLIENT ID 1", "CLIENT GETREDIR",
        "CLIENT TRACKINGINFO", "CLIENT NO-EVICT on", "CLIENT NO-EVICT x", "CLIENT REPLY on",
        "CLIENT REPLY x", "CLIENT REPLY", "CLIENT LIST TYPE x", "CLIENT LIST ID x",
        "CLIENT LIST FOO", "CLIENT LIST TYPE pubsub", "CLIENT KILL 1:2", "CLIENT KILL ID x",
        "CLIENT KILL ID 123456", "CLIENT KILL FOO x", "CLIENT KILL ID", "CLIENT KILL USER nobody",
        "CLIENT KILL TYPE x", "CLIENT UNBLOCK 123456", "CLIENT UNBLOCK x", "COMMAND FOO",
        "COMMAND COUNT 1", "COMMAND GETKEYS GET", "COMMAND LIST FOO", "CONFIG", "CONFIG FOO",
        "CONFIG GET", "CONFIG SET", "CONFIG GET nosuch*", "CONFIG GET maxmemory-policy",
        "CONFIG GET save", "CONFIG GET appendonly save[x]", "CONFIG GET proto-max-bulk-*", "ROLE",
        "ROLE x", "READONLY",
        "READWRITE", "ASKING", "CLUSTER SLOTS", "CLUSTER NODES", "SELECT 0", "SELECT x",
        "SELECT 99", "AUTH a b", "AUTH a b c", "AUTH a", "HELLO 9", "HELLO x", "HELLO 3 FOO",
        "HELLO 3 SETNAME a\nb", "COMMAND INFO get", "COMMAND INFO mset zunionstore xread nosuch",
        "COMMAND INFO client|id",
        "COMMAND DOCS nosuch", "COMMAND GETKEYS MSET a 1 b 2", "COMMAND LIST FILTERBY MODULE x",
        "COMMAND GETKEYSANDFLAGS SORT a STORE b", "INFO nosuch", "TIME x", "FOO a b", "GET",
        "OBJECT ENCODING none",
        "OBJECT FOO a", "MEMORY USAGE none", "MEMORY USAGE", "MEMORY FOO",
        "CLIENT SETNAME ", "CLIENT GETNAME", "RESET", "CLIENT GETNAME",
    ]

    @Test(arguments: ["2", "3"])
    func repliesEqualTheServersOwn(version: String) throws {
        let client = try proxy.client()
        let direct = try node.client()
        try client.greet(version)
        try direct.greet(version)

        for line in Self.same {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
                .map(String.init)
            let request = Bytes.command(words)
            let expected = try direct.bytes(of: request)
            #expect(try client.bytes(of: request) == expected, "\(line)")
        }
    }

    @Test func resetEndsATransaction() throws {
        let client = try proxy.client()
        #expect(try client.command("MULTI") == .ok)
        #expect(try client.command("SET", "a", "1") == .simple("QUEUED"))

        #expect(try client.command("RESET") == .simple("RESET"))

        #expect(try client.command("GET", "a") == .null)
        #expect(try client.command("EXEC") == .error("ERR EXEC without MULTI"))
    }

    @Test func resetTakesThePasswordBack() throws {
        let node = try CacheNode.redis(arguments: ["--requirepass", "secret"])
        let proxy = try RunningProxy(pool: .redis([node], options: ["redis_auth": "secret"]))
        let client = try proxy.client()
        #expect(try client.command("AUTH", "default", "secret") == .ok)
        #expect(try client.command("GET", "a") == .null)

        #expect(try client.command("RESET") == .simple("RESET"))

        #expect(try client.command("GET", "a").errorText?.hasPrefix("NOAUTH") == true)
        #expect(try client.command("INFO").errorText?.hasPrefix("NOAUTH") == true)
        #expect(try client.command("RESET") == .simple("RESET"))
    }

    // MARK: - Who is who

    @Test func everyConnectionHasANumberOfItsOwn() throws {
        let clients = try (0..<5).map { _ in try proxy.client() }

        let numbers = try clients.map { try $0.command("CLIENT", "ID") }

        #expect(Set(numbers.map(\.description)).count == 5)
        #expect(try clients[0].command("CLIENT", "ID") == numbers[0])
    }

    @Test func whatAClientSaysOfItselfIsListed() throws {
        let client = try proxy.client()
        let other = try proxy.client()

        #expect(try client.command("HELLO", "2", "SETNAME", "app").elements != nil)
        #expect(try client.command("CLIENT", "SETINFO", "LIB-NAME", "lib") == .ok)
        #expect(try client.command("CLIENT", "SETINFO", "lib-ver", "1.2") == .ok)
        #expect(
            try client.command("CLIENT", "SETINFO", "lib-foo", "1")
                == .error("ERR Unrecognized option 'lib-foo'"))
        #expect(
            try client.command("CLIENT", "SETINFO", "lib-ver", "1 2")
                == .error("ERR lib-ver cannot contain spaces, newlines or special characters."))
        let line = try #require(try client.command("CLIENT", "INFO").text)
        #expect(line.contains(" name=app ") && line.contains(" lib-name=lib "))
        #expect(line.hasSuffix(" lib-ver=1.2\n") && line.contains(" addr=127.0.0.1:"))
        let list = try #require(try other.command("CLIENT", "LIST").text)
        #expect(list.contains(" name=app ") && list.contains(" name= "))
        let id = try #require(line.split(separator: " ").first?.dropFirst(3))
        let one = try #require(try other.command("CLIENT", "LIST", "ID", String(id)).text)
        #expect(one.split(separator: "\n").count == 1 && one.contains(" name=app "))
    }

    @Test func clientsCanBeEnded() throws {
        let killer = try proxy.client()
        let victim = try proxy.client()
        guard case .integer(let id) = try victim.command("CLIENT", "ID"),
            case .integer(let own) = try killer.command("CLIENT", "ID")
        else { throw KitError("no number") }

        #expect(try killer.command("CLIENT", "KILL", "ID", "\(id)") == .integer(1))
        #expect(victim.isAtEnd())
        #expect(try killer.command("CLIENT", "KILL", "ID", "\(own)") == .integer(0))
        #expect(
            try killer.command("CLIENT", "KILL", "ID", "\(own)", "SKIPME", "no") == .integer(1))
        #expect(killer.isAtEnd())
    }

    @Test(arguments: ["2", "3"])
    func clientsOfAllWorkersAreSeenEndedAndUnblocked(version: String) throws {
        let proxy = try RunningProxy(pool: .redis([node]), workers: 3)
        let clients = try (0..<12).map { _ in try proxy.client() }
        let asker = try proxy.client()
        try asker.greet("2")
        for client in clients { try client.greet(version) }
        let ids = try clients.map { client in
            guard case .integer(let id) = try client.command("CLIENT", "ID") else { return 0 }
            return id
        }
        for client in clients[0..<4] { try client.send(Bytes.command(["BLPOP", "list", "0"])) }
        _ = try clients[4].command("INCRBYFLOAT", "n", "1")
        _ = try clients[5].command("CLIENT", "SETNAME", "five")

        #expect(
            try eventually {
                try asker.command("CLIENT", "LIST").text.map { $0.ranges(of: " flags=b ").count }
                    == 4
            })
        let list = try #require(try asker.command("CLIENT", "LIST").text)
        let lines = list.split(separator: "\n").map(String.init)
        #expect(lines.count == 13 && lines.map(id) == lines.map(id).sorted())
        for (client, command) in [(0, "blpop"), (4, "incrbyfloat"), (5, "client|setname")] {
            let line = lines.first { $0.hasPrefix("id=\(ids[client]) ") } ?? ""
            #expect(line.contains(" cmd=\(command) "), "\(line)")
        }
        #expect(lines.filter { $0.contains(" cmd=client|list ") }.count == 1)

        #expect(try asker.command("CLIENT", "UNBLOCK", "\(ids[0])") == .integer(1))
        #expect(try clients[0].readLine() == (version == "3" ? "_" : "*-1"))
        #expect(try asker.command("CLIENT", "UNBLOCK", "\(ids[1])", "ERROR") == .integer(1))
        let error = "-UNBLOCKED client unblocked via CLIENT UNBLOCK"
        #expect(try clients[1].readLine() == error)
        #expect(try asker.command("CLIENT", "UNBLOCK", "\(ids[0])") == .integer(0))
        #expect(
            try asker.command("CLIENT", "UNBLOCK", "1", "x")
                == .error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"))
        #expect(try asker.command("CLIENT", "KILL", "ID", "\(ids[2])") == .integer(1))
        #expect(clients[2].isAtEnd())
        #expect(try asker.command("CLIENT", "KILL", "TYPE", "normal") == .integer(11))
        #expect(clients[3].isAtEnd() && clients[11].isAtEnd())
        #expect(try asker.command("PING") == .simple("PONG"))
    }

    private func id(of line: String) -> Int {
        Int(line.dropFirst(3).prefix { $0 != " " }) ?? 0
    }

    // MARK: - CLIENT REPLY

    @Test func silencedRequestsAreRunAndNotAnswered() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes))
        let client = try proxy.client()
        let keys = (0..<20).map { "key:\($0)" }
        let big = String(repeating: "x", count: 200_000)

        try client.send(
            Bytes.command(["SET", "big", big]) + Bytes.command(["CLIENT", "REPLY", "OFF"])
                + Bytes.command(["GET", "big"]) + Bytes.command(["FOO"]) + Bytes.command(["PING"])
                + Bytes.command(["MSET"] + keys.flatMap { [$0, big] })
                + Bytes.command(["MGET"] + keys)
                + keys.flatMap { Bytes.command(["APPEND", $0, "y"]) + Bytes.command(["GET", $0]) }
                + Bytes.command(["CLIENT", "REPLY", "ON"]) + Bytes.command(["STRLEN", keys[3]]))

        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .integer(200_001))
        #expect(try client.command("GET", "big") == .bulk(big))
    }

    @Test func oneReplyCanBeSkipped() throws {
        let client = try proxy.client()

        try client.send(
            Bytes.command(["SET", "a", "1"]) + Bytes.command(["CLIENT", "REPLY", "SKIP"])
                + Bytes.command(["INCR", "a"]) + Bytes.command(["INCR", "a"])
                + Bytes.command(["CLIENT", "REPLY", "SKIP"]) + Bytes.command(["PING"])
                + Bytes.command(["INCR", "a"]))

        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .integer(3))
        #expect(try client.readReply() == .integer(4))
        #expect(try client.command("PING") == .simple("PONG"))
    }

    @Test func silentClientsMayQuit() throws {
        let client = try proxy.client()

        try client.send(
            Bytes.command(["CLIENT", "REPLY", "OFF"]) + Bytes.command(["SET", "a", "quiet"])
                + Bytes.command(["QUIT"]))

        #expect(client.isAtEnd())
        #expect(try node.client().command("GET", "a") == .bulk("quiet"))
    }

    // MARK: - What the proxy says of itself

    @Test func infoTellsOfTheServerAndTheProxy() throws {
        let client = try proxy.client()

        let all = try #require(try client.command("INFO").text)
        let own = try #require(try node.client().command("INFO").text)
        let version = try #require(own.split(separator: "\r\n").first { $0.contains("version") })
        for field in [
            String(version), "redis_mode:standalone", "tcp_port:\(node.port)",
            "# Keyspace\r\n\r\n# Martlet\r\nmartlet_version:", "martlet_pool:alpha\r\n",
            "martlet_process_id:\(proxy.pid)\r\n", "martlet_tcp_port:\(proxy.port())\r\n",
            "martlet_missing_servers:\r\n",
        ] { #expect(all.contains(field), "\(field)") }
        let some = try #require(try client.command("INFO", "replication", "CPU").text)
        #expect(some.hasPrefix("# Replication\r\nrole:master\r\n"))
        #expect(some.contains("# CPU\r\nused_cpu_sys:") && !some.contains("artlet"))
        let ours = try #require(try client.command("INFO", "Martlet").text)
        #expect(ours.hasPrefix("# Martlet\r\n") && ours.contains("martlet_servers:1\r\n"))
        try client.greet("3")
        #expect(try client.readText(of: "INFO", "server").hasPrefix("txt:# Server\r\n"))
    }

    @Test func infoOfSeveralServersIsOnePage() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["timeout": "2000"]))
        let client = try proxy.client()
        for number in 0..<90 {
            _ = try client.command(
                "SET", "\(number) of many", "v", "EX", number < 30 ? "100" : "10000")
        }

        let all = try #require(try client.command("INFO", "everything").text)

        for field in [
            "redis_version:7", "# Keyspace\r\ndb0:keys=90,expires=90,avg_ttl=",
            "cmdstat_set:calls=90,", "martlet_answering_servers:3\r\n", "role:master",
        ] { #expect(all.contains(field), "\(field)") }
        for field in ["process_id:", "run_id:", "tcp_port:", "master_replid:"] {
            #expect(!all.contains("\r\n" + field), "\(field)")
        }
        // One that is killed may leave its port to another test's server.
        nodes[1].pause()
        let rest = try #require(try client.command("INFO").text)
        #expect(rest.contains("martlet_missing_servers:127.0.0.1:\(nodes[1].port)\r\n"))
        #expect(rest.contains("# Keyspace\r\ndb0:keys="))
    }

    /// What servers tell of slow requests and of their memory, of several put together or refused.
    @Test func whatServersTellOfThemselvesIsPutTogether() throws {
        let settings = ["--slowlog-log-slower-than", "0", "--latency-monitor-threshold", "1"]
        let nodes = try (0..<2).map { _ in try CacheNode.redis(arguments: settings) }
        let proxy = try RunningProxy(pool: .redis(nodes))
        let client = try proxy.client()
        for node in nodes {
            let own = try node.client()
            #expect(try own.command("SLOWLOG", "RESET") == .ok)
            for _ in 0..<20 { _ = try own.command("GET", "a") }
            _ = try own.command("DEBUG", "SLEEP", "0.01")
        }

        let count = try client.command("SLOWLOG", "LEN")
        guard case .integer(let entries) = count else { throw KitError("\(count)") }
        #expect(entries >= 42)
        #expect(try client.command("SLOWLOG", "GET").elements?.count == 10)
        let all = try #require(try client.command("SLOWLOG", "GET", "-1").elements)
        let times = all.compactMap { $0.elements?[1] }.map { "\($0)" }
        #expect(all.count >= 42 && times == times.sorted(by: >))
        #expect(Set(all.compactMap { $0.elements?[0] }.map { "\($0)" }).count == all.count)
        #expect(try client.command("SLOWLOG", "GET", "x").errorText?.hasPrefix("ERR ") == true)
        #expect(try client.command("LATENCY", "LATEST").elements?.count == 1)
        #expect(try client.command("LATENCY", "HISTORY", "command").elements?.count == 2)
        #expect(try client.command("LATENCY", "RESET") == .integer(2))
        #expect(try client.command("SLOWLOG", "RESET") == .ok)
        #expect(try client.command("MEMORY", "PURGE") == .ok)
        #expect(try client.command("MEMORY", "USAGE", "nothing") == .null)
        for line in ["MEMORY STATS", "MEMORY DOCTOR", "LATENCY DOCTOR", "LATENCY HISTOGRAM"] {
            let words = line.split(separator: " ").map(String.init)
            let name = line.replacing(" ", with: "|")
            let refusal = try client.command(words).errorText
            #expect(refusal?.hasPrefix("ERR '\(name)' is not served: it administers") == true)
            #expect(try self.proxy.client().command(words).errorText == nil, "\(line)")
        }
    }

    @Test func timeIsTheClocks() throws {
        let parts = try #require(try proxy.client().command("TIME").elements)
        let own = try #require(try node.client().command("TIME").elements)

        let seconds = try #require(parts[0].text.flatMap { Int($0) })
        let expected = try #require(own[0].text.flatMap { Int($0) })
        #expect(parts.count == 2 && abs(seconds - expected) < 5)
    }

    @Test(arguments: [
        "CLIENT TRACKING ON", "CLIENT CACHING YES", "CLIENT PAUSE 100", "CLIENT UNPAUSE",
        "CONFIG SET maxmemory 1", "CONFIG REWRITE", "CONFIG RESETSTAT", "DEBUG SLEEP 0",
        "LASTSAVE", "SAVE", "MONITOR", "SHUTDOWN", "REPLICAOF a 1", "ACL LIST",
        "MIGRATE h 1 k 0 1",
    ])
    func whatIsNotServedIsRefusedWithAReason(line: String) throws {
        let client = try proxy.client()

        let error = try client.command(line.split(separator: " ").map(String.init)).errorText

        #expect(error?.contains(/^ERR '[A-Z|]+' is not served: [a-z].+/) == true, "\(error ?? "")")
        #expect(try client.command("PING") == .simple("PONG"))
    }

    @Test func keysOnSeveralServersAreNamed() throws {
        let proxy = try RunningProxy(
            pool: .redis(CacheNode.several(2, .redis), options: ["distribution": "modula"]))
        let client = try proxy.client()
        var apart = "b"
        while try client.command("SUNION", "a", apart).errorText == nil { apart += "'\u{1}" }

        let error = try client.command("SUNION", "a", "a", apart).errorText

        let shown = apart.replacing("'", with: "\\'").replacing("\u{1}", with: "\\x01")
        #expect(
            error == "CROSSSLOT Keys in request don't hash to the same server: 'a' and '\(shown)'")
        for command in ["PFCOUNT a", "MSETNX a 1", "RENAME a", "ZUNIONSTORE d 2 a"] {
            let words = command.split(separator: " ").map(String.init) + [apart]
            let request = words[0] == "MSETNX" ? words + ["2"] : words
            #expect(try client.command(request).errorText?.hasPrefix("CROSSSLOT ") == true)
        }
    }

    /// SORT looks for the keys that it makes of patterns on the server that sorts.
    @Test func patternsOfSortMustBeOnItsServer() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash_tag": "\"{}\""]))
        let client = try proxy.client()
        for (member, weight) in [("7", 3), ("8", 1), ("9", 2)] {
            #expect(try client.command("SADD", "{u}s", member) == .integer(1))
            #expect(try client.command("SET", "{u}w_\(member)", "\(weight)") == .ok)
        }
        let sorted = Reply.array([.bulk("8"), .bulk("9"), .bulk("7")])

        #expect(try client.command("SORT", "{u}s", "BY", "{u}w_*", "GET", "#") == sorted)
        #expect(try client.command("SORT_RO", "{u}s", "BY", "w_*:{u}").elements?.count == 3)
        #expect(try client.command("SORT", "{u}s", "BY", "nosort").elements?.count == 3)
        #expect(try client.command("SORT", "{u}s", "STORE", "{u}d") == .integer(3))
        for command in ["SORT", "SORT_RO"] {
            #expect(
                try client.command(command, "{u}s", "BY", "w_*")
                    == .error(
                        "CROSSSLOT Keys in request don't hash to the same server: "
                            + "'{u}s' and the pattern 'w_*'"))
            #expect(
                try client.command(command, "{u}s", "GET", "{*}x").errorText?
                    .hasPrefix("CROSSSLOT") == true)
        }
    }
}

extension TestClient {
    /// Says HELLO, and takes the answer.
    fileprivate func greet(_ version: String) throws {
        _ = try bytes(of: Bytes.command(["HELLO", version]))
    }

    /// The bytes of the reply to one request, whatever they are.
    fileprivate func bytes(of request: [UInt8]) throws -> String {
        try send(request + Bytes.command(["ECHO", Self.mark]))
        let end = Array("$\(Self.mark.utf8.count)\r\n\(Self.mark)\r\n".utf8)
        guard let bytes = try read(upTo: end) else { throw KitError("the connection ended") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static var mark: String { "the-end-of-the-reply" }

    /// The text of a verbatim string, with its kind in front.
    fileprivate func readText(of command: String...) throws -> String {
        let reply = try bytes(of: Bytes.command(command))
        return String(reply.drop { $0 != "t" })
    }
}
