import TestKit
import Testing

/// Requests for the keys of several servers: replies are those of twemproxy, but for the intended
/// differences.
@Suite(.serialized) struct CompatibilitySplitTests {
    private static let names = (0..<12).map { "k\($0 * 17)" }
    private static let tagged = (0..<12).map { "{t}\($0)" }

    /// Requests with several keys. `A`, `B` and `C` stand for keys of the servers' own kinds:
    /// texts, sets and sorted sets.
    private static let redisRequests = [
        "MGET *A", "MGET A0 A0 A1", "MGET A0", "MGET A0 none A3 none A0", "DEL *A", "DEL A0 A0",
        "UNLINK *A", "TOUCH *A none", "EXISTS *A", "EXISTS A0", "MSET A0 x A1 y A2 z A0 last",
        "MSET A0 x", "MSET A0 x A1", "MGET", "DEL", "MGET A0 B0 C0",
        "SUNION *B", "SINTER *B", "SDIFF *B", "SUNIONSTORE new *B", "SMOVE B0 B1 m0",
        "PFCOUNT A0 A1", "PFMERGE new A0", "ZUNIONSTORE new 2 C0 C1", "ZUNION 2 C0 C1",
        "ZINTER 2 C0 C1", "ZRANGESTORE new C0 0 -1", "RPOPLPUSH new A1", "LMOVE A0 A1 LEFT LEFT",
        "COPY A0 A5", "SORT B0 STORE new", "GEOSEARCHSTORE new C0 FROMLONLAT 1 1 BYBOX 1 1 km",
        "EVAL return{KEYS[1],KEYS[2]} 2 A0 A1", "EVAL return{KEYS[1]} 1 A0", "MSETNX A0 x A1 y",
        "RENAME A0 A1", "BITOP AND new A0 A1", "SINTERCARD 2 B0 B1", "LCS A0 A1",
    ]

    @Test(arguments: [false, true])
    func redisRepliesAreTwemproxysOrIntendedOnes(keysShareATag: Bool) throws {
        let nodes = try CacheNode.several(3, .redis)
        let options = keysShareATag ? ["hash_tag": "\"{}\""] : [:]
        let servers = nodes.enumerated().map { $1.line(named: "n\($0)") }
        let pool = PoolSpecification.redis(servers: servers, options: options)
        let proxies = try [ProxyProgram.nutcracker, .martlet].map {
            try RunningProxy($0, pool: pool)
        }
        let keys = keysShareATag ? Self.tagged : Self.names
        var found: Set<String> = []

        for request in Self.redisRequests {
            let bytes = Bytes.command(Self.words(of: request, keys))
            let answers = try proxies.map { proxy in
                try Self.fill(nodes, through: proxies[0], keys)
                let wire = Wire(
                    probe: Bytes.command(["PING"]), answer: Array("+PONG\r\n".utf8)
                ) { try proxy.client() }
                return try wire.reply(to: bytes)
            }
            if answers[0] == answers[1] { continue }
            let id = Self.difference(request, answers[0], answers[1])
            IntendedDifference.expect(id, "\(request): \(answers[1]), not \(answers[0])")
            found.insert(id ?? "")
        }

        #expect(found.contains("crossslot") != keysShareATag)
        #expect(found.contains("multi-key") != keysShareATag)
    }

    @Test func memcachedRepliesAreTwemproxysOrIntendedOnes() throws {
        let nodes = try CacheNode.several(3, .memcached)
        let servers = nodes.enumerated().map { $1.line(named: "n\($0)") }
        let pool = PoolSpecification.memcached(servers: servers)
        let proxies = try [ProxyProgram.nutcracker, .martlet].map {
            try RunningProxy($0, pool: pool)
        }
        let filling = try proxies[0].client()
        for name in Self.names {
            #expect(try filling.ask("set \(name) 7 0 \(name.count)\r\n\(name)") == "STORED")
        }
        let all = Self.names.joined(separator: " ")
        let requests = [
            "get \(all)", "gets \(all)", "get \(Self.names[0]) \(Self.names[0])", "get none nobody",
            "get \(Self.names[1]) none \(Self.names[2])", "get  \(all)", "get none \(all)",
        ]

        for request in requests {
            let lines = try proxies.map { try $0.client().lines(request) }
            if lines[0] == lines[1] { continue }
            // The same values, in another order.
            let isMixed = lines[0].sorted() == lines[1].sorted()
            IntendedDifference.expect(isMixed ? "multi-key" : nil, "\(request): \(lines)")
        }
    }

    private static func difference(_ request: String, _ theirs: Answer, _ ours: Answer) -> String? {
        if theirs == .closed([]) {
            return ours.text.hasPrefix("-") ? "errors-answered" : "more-commands"
        }
        if ours.text.hasPrefix("-CROSSSLOT") { return "crossslot" }
        // Asked by its second word, the number of keys, twemproxy's server need not have the keys.
        if request.hasPrefix("ZUNION ") || request.hasPrefix("ZINTER ") { return "multi-key" }
        return request.hasPrefix("EXISTS *") ? "multi-key" : nil
    }

    private static func words(of request: String, _ keys: [String]) -> [String] {
        request.split(separator: " ").flatMap { word -> [String] in
            let kind = word.last.map(String.init) ?? ""
            if word.hasPrefix("*") { return keys.map { kind + $0 } }
            guard let letter = word.first, "ABC".contains(letter),
                let index = Int(word.dropFirst()), word.count > 1
            else { return [word == "new" ? "A" + keys[11] : String(word)] }
            return ["\(letter)\(keys[index])"]
        }
    }

    /// The same data before each request, put where twemproxy puts them.
    private static func fill(
        _ nodes: [CacheNode], through proxy: RunningProxy, _ keys: [String]
    ) throws {
        for node in nodes { _ = try node.client().command("FLUSHDB") }
        let client = try proxy.client()
        for (index, key) in keys.dropLast().enumerated() {
            _ = try client.command("SET", "A" + key, "value \(index)")
            _ = try client.command("SADD", "B" + key, "m\(index)")
            _ = try client.command("ZADD", "C" + key, "\(index)", "m\(index)")
        }
    }
}
