import TestKit
import Testing

/// What a command does and answers is the server's business: through the proxy it is the same.
@Suite struct RedisCommandTests {
    @Test(arguments: Conversation.all)
    func repliesEqualTheServersOwn(_ conversation: Conversation) throws {
        let behind = try CacheNode.redis()
        let reference = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([behind]))
        let client = try proxy.client()
        let direct = try reference.client()

        for request in conversation.requests {
            let expected = try direct.command(request)
            #expect(try client.command(request) == expected, "\(request)")
        }
    }

    @Test(arguments: Conversation.all)
    func pipelinedRepliesEqualTheServersOwn(_ conversation: Conversation) throws {
        let behind = try CacheNode.redis()
        let reference = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([behind]))
        let client = try proxy.client()
        let direct = try reference.client()
        let bytes = conversation.requests.flatMap { Bytes.command($0) }

        try client.send(bytes)
        try direct.send(bytes)

        for request in conversation.requests {
            let expected = try direct.readReply()
            #expect(try client.readReply() == expected, "\(request)")
        }
    }

    @Test func everyKeyLivesOnOneServerAndAllServersAreUsed() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        let client = try proxy.client()
        let direct = try nodes.map { try $0.client() }
        var used: Set<Int> = []

        for number in 0..<300 {
            let key = "user:\(number):name"
            #expect(try client.command("SET", key, "value \(number)") == .ok)
            let holders = try direct.indices.filter { index in
                try direct[index].command("GET", key) == .bulk("value \(number)")
            }
            #expect(holders.count == 1, "\(key) is on servers \(holders)")
            #expect(try client.command("GET", key) == .bulk("value \(number)"))
            used.formUnion(holders)
        }

        #expect(used == [0, 1, 2])
    }

    @Test func keysWithOneTagLiveOnOneServer() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash_tag": "\"{}\""]))
        let client = try proxy.client()

        for number in 0..<40 {
            #expect(try client.command("SET", "{user}:\(number)", "x") == .ok)
        }

        let counts = try nodes.map { node in try node.client().command("DBSIZE") }
        #expect(counts.filter { $0 == .integer(40) }.count == 1)
        #expect(counts.filter { $0 == .integer(0) }.count == 2)
    }

    @Test func scriptsRunWhereTheirFirstKeyLives() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        let client = try proxy.client()

        for number in 0..<30 {
            let key = "key:\(number)"
            #expect(try client.command("SET", key, "\(number)") == .ok)
            let script = "return redis.call('GET', KEYS[1])"
            #expect(try client.command("EVAL", script, "1", key) == .bulk("\(number)"))
        }
    }

    @Test func dumpedBytesRestoreUnderAnotherKey() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes))
        let client = try proxy.client()
        let value = Bytes.pattern(5_000, seed: 1)
        let key = Array("original".utf8)
        #expect(try client.command(bytes: [Array("SET".utf8), key, value]) == .ok)

        guard case .bulk(let dump) = try client.command("DUMP", "original") else {
            Issue.record("DUMP gave no bytes")
            return
        }
        let restore = [Array("RESTORE".utf8), Array("copy".utf8), Array("0".utf8), dump]

        #expect(try client.command(bytes: restore) == .ok)
        #expect(try client.command("GET", "copy") == .bulk(value))
        #expect(try client.command("DUMP", "copy") == .bulk(dump))
    }

    @Test func keysOfAnyBytesWork() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(3, .redis)))
        let client = try proxy.client()
        let keys = [[], [0], [13, 10], [0x20], [0xff, 0xfe], Bytes.pattern(4_000, seed: 2)]

        for (number, key) in keys.enumerated() {
            let value = Array("\(number)".utf8)
            let reply = try client.command(bytes: [Array("SET".utf8), key, value])
            #expect(reply == .ok, "\(key.prefix(4))")
        }

        for (number, key) in keys.enumerated() {
            let reply = try client.command(bytes: [Array("GET".utf8), key])
            #expect(reply == .bulk("\(number)"), "\(key.prefix(4))")
        }
    }
}
