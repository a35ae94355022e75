import TestKit
import Testing

/// What twemproxy wrote, this proxy finds on the same servers, and the other way round.
@Suite(.serialized) struct CompatibilityTests {
    private static let hashes = [
        "one_at_a_time", "md5", "crc16", "crc32", "crc32a", "fnv1_64", "fnv1a_64", "fnv1_32",
        "fnv1a_32", "hsieh", "murmur", "jenkins",
    ]
    private static let distributions = ["ketama", "modula"]

    @Test func redisKeysAreFoundThroughEither() throws {
        let nodes = try CacheNode.several(4, .redis)
        let servers = lines(of: nodes)
        let pools = Self.combinations { name, options in
            .redis(servers: servers, name: name, options: options)
        }
        let twemproxy = try RunningProxy(.nutcracker, pools: pools)
        let ours = try RunningProxy(pools: pools, workers: 2)

        for (index, pool) in pools.enumerated() {
            let keys = Self.keys(of: pool, count: 2_000 / pools.count + 1)
            for (writer, reader) in [(twemproxy, ours), (ours, twemproxy)] {
                let writing = try writer.client(ofPool: index)
                let reading = try reader.client(ofPool: index)
                let value = writer === ours ? "ours" : "theirs"
                try writing.send(keys.flatMap { Bytes.command(["SET", $0, $0 + value]) })
                for key in keys { #expect(try writing.readReply() == .ok, "\(key)") }
                try reading.send(keys.flatMap { Bytes.command(["GET", $0]) })
                for key in keys { #expect(try reading.readReply() == .bulk(key + value)) }
                // What one proxy would place elsewhere than the other, its own removal would miss.
                #expect(try reading.command(["DEL"] + keys) == .integer(keys.count))
            }
        }

        for node in nodes { #expect(try node.client().command("DBSIZE") == .integer(0)) }
    }

    @Test func memcachedKeysAreFoundThroughEither() throws {
        let nodes = try CacheNode.several(4, .memcached)
        let servers = lines(of: nodes)
        let pools = Self.combinations { name, options in
            .memcached(servers: servers, name: name, options: options)
        }
        let twemproxy = try RunningProxy(.nutcracker, pools: pools)
        let ours = try RunningProxy(pools: pools, workers: 2)

        for (index, pool) in pools.enumerated() {
            let keys = Self.keys(of: pool, count: 2_000 / pools.count + 1)
            for (writer, reader) in [(twemproxy, ours), (ours, twemproxy)] {
                let writing = try writer.client(ofPool: index)
                let reading = try reader.client(ofPool: index)
                let value = writer === ours ? "ours" : "them"
                for key in keys {
                    #expect(try writing.ask("set \(key) 0 0 4\r\n\(value)") == "STORED")
                }
                for key in keys {
                    #expect(
                        try reading.lines("get \(key)") == ["VALUE \(key) 0 4", value, "END"])
                }
                for key in keys { #expect(try reading.ask("delete \(key)") == "DELETED") }
            }
        }
    }

    @Test func tagsPlaceKeysAlike() throws {
        let nodes = try CacheNode.several(4, .redis)
        let pool = PoolSpecification.redis(nodes, options: ["hash_tag": "\"{}\""])
        let twemproxy = try RunningProxy(.nutcracker, pool: pool).keptWithClient()
        let ours = try RunningProxy(pool: pool).keptWithClient()
        let keys = (0..<100).flatMap { number in
            ["{u\(number)}:a", "x{u\(number)}y", "{}\(number)", "a{}{u\(number)}", "{u\(number)"]
        }

        for key in keys {
            #expect(try twemproxy.client.command("SET", key, key) == .ok)
            #expect(try ours.client.command("GET", key) == .bulk(key))
        }
    }

    /// Servers with a weight each, and a name for every other one.
    private func lines(of nodes: [CacheNode]) -> [String] {
        nodes.enumerated().map { index, node in
            node.line(weight: index + 1, named: index % 2 == 0 ? "server-\(index)" : nil)
        }
    }

    private static func combinations(
        _ pool: (String, [String: String]) -> PoolSpecification
    ) -> [PoolSpecification] {
        hashes.flatMap { hash in
            distributions.map { distribution in
                pool("\(hash)-\(distribution)", ["hash": hash, "distribution": distribution])
            }
        }
    }

    private static func keys(of pool: PoolSpecification, count: Int) -> [String] {
        (0..<count).map { "\(pool.name):\($0):\($0 &* 2_654_435_761 % 1_000_003)" }
    }
}

extension RunningProxy {
    /// The proxy with a client of its first pool.
    fileprivate func keptWithClient() throws -> (proxy: RunningProxy, client: TestClient) {
        (self, try client())
    }
}
