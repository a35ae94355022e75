import TestKit
import Testing

/// Which server gets a key, for every hash, distribution and way to describe servers: the same one
/// as in twemproxy, by what the servers themselves hold.
@Suite(.serialized) struct CompatibilityPlacementTests {
    private static let hashes = [
        "one_at_a_time", "md5", "crc16", "crc32", "crc32a", "fnv1_64", "fnv1a_64", "fnv1_32",
        "fnv1a_32", "hsieh", "murmur", "jenkins",
    ]

    /// How a pool describes its servers.
    enum Description: String, CaseIterable, CustomTestStringConvertible {
        case plain, named, weighted, weightedAndNamed

        var testDescription: String { rawValue }

        func line(of node: CacheNode, _ index: Int) -> String {
            let name = index % 3 == 2 ? "node-\(index)" : "Ä\(index)"
            let weight = [1, 4, 2, 9, 100, 1, 3][index]
            switch self {
            case .plain: return node.line()
            case .named: return node.line(named: name)
            case .weighted: return node.line(weight: weight)
            case .weightedAndNamed: return node.line(weight: weight, named: name)
            }
        }
    }

    @Test(arguments: Description.allCases)
    func everyServerHoldsTheSameRedisKeys(_ description: Description) throws {
        let nodes = try CacheNode.several(7, .redis)
        let direct = try nodes.map { try $0.client() }
        let keys = Self.redisKeys()
        let requests = keys.flatMap { Bytes.command([Array("SET".utf8), $0, $0]) }
        let replies = keys.flatMap { _ in Array("+OK\r\n".utf8) }
        // One server needs no names to be found.
        let pools = (description == .plain ? [1, 3, 7] : [3, 7]).flatMap { count in
            Self.pools { name, options in
                .redis(
                    servers: nodes.prefix(count).enumerated().map { description.line(of: $1, $0) },
                    name: "\(name)-\(count)", listen: .unixSocket(permissions: nil),
                    options: options)
            }
        }
        let twemproxy = try RunningProxy(.nutcracker, pools: pools)
        let ours = try RunningProxy(pools: pools)
        var placements: Set<String> = []

        for (index, pool) in pools.enumerated() {
            let digests = try [twemproxy, ours].map { proxy in
                for node in direct { #expect(try node.command("FLUSHDB") == .ok) }
                let client = try proxy.client(ofPool: index)
                try client.send(requests)
                #expect(try Bytes.equal(client.read(replies.count), replies))
                return try direct.map { node in try node.command("DEBUG", "DIGEST") }
            }
            #expect(digests[0] == digests[1], "\(pool.name)")
            placements.insert(digests[1].description)
        }

        // A digest tells placements apart: nearly every pool of several servers has its own. All
        // of crc16's small numbers come before a ketama ring's first point.
        #expect(placements.count > 130)
    }

    @Test(arguments: Description.allCases)
    func everyServerHoldsTheSameMemcachedKeys(_ description: Description) throws {
        let nodes = try CacheNode.several(3, .memcached)
        let direct = try nodes.map { try $0.client() }
        let keys = Self.memcachedKeys()
        let requests = keys.flatMap { Array("set ".utf8) + $0 + Array(" 0 0 1\r\nx\r\n".utf8) }
        let replies = keys.flatMap { _ in Array("STORED\r\n".utf8) }
        let question = keys.reduce(into: Array("get".utf8)) { $0 += [0x20] + $1 } + [13, 10]
        let pools = Self.pools { name, options in
            .memcached(
                servers: nodes.enumerated().map { description.line(of: $1, $0) }, name: name,
                listen: .unixSocket(permissions: nil), options: options)
        }
        let twemproxy = try RunningProxy(.nutcracker, pools: pools)
        let ours = try RunningProxy(pools: pools)

        for (index, pool) in pools.enumerated() {
            let contents = try [twemproxy, ours].map { proxy in
                for node in direct { #expect(try node.ask("flush_all") == "OK") }
                let client = try proxy.client(ofPool: index)
                try client.send(requests)
                #expect(try Bytes.equal(client.read(replies.count), replies))
                // The keys that a node holds come in the order of the question.
                return try direct.flatMap { node in
                    try node.send(question)
                    return try node.read(upTo: Array("END\r\n".utf8)) ?? []
                }
            }
            #expect(Bytes.equal(contents[0], contents[1]), "\(pool.name)")
        }
    }

    /// A pool for every hash, distribution and kind of tag.
    private static func pools(
        _ pool: (String, [String: String]) -> PoolSpecification
    ) -> [PoolSpecification] {
        hashes.flatMap { hash in
            ["ketama", "modula"].flatMap { distribution in
                ["", "{}", "$$"].map { tag in
                    var options = ["hash": hash, "distribution": distribution]
                    if !tag.isEmpty { options["hash_tag"] = "\"\(tag)\"" }
                    let kind = ["": "whole", "{}": "braces", "$$": "dollars"][tag] ?? tag
                    return pool("\(hash)-\(distribution)-\(kind)", options)
                }
            }
        }
    }

    // MARK: - Keys

    /// Keys of all kinds: text, tags in every position, and bytes, empty to 200 long.
    private static func redisKeys() -> [[UInt8]] {
        let binary = (0..<80).map { Bytes.pattern($0 * 2, seed: UInt64($0)) }
        return memcachedKeys() + [[], [0], [13, 10], [0xff, 0xff], Array("a b".utf8)]
            + binary.dropFirst(2)
    }

    /// Keys that memcached's protocol can write.
    private static func memcachedKeys() -> [[UInt8]] {
        let text = (0..<60).map { "user:\($0 * 7_919):profile" }
        let short = (0..<40).map { "\($0)" }
        let unicode = (0..<40).map { "schlüssel-\($0)-ключ-鍵-🔑" }
        let tagged = (0..<10).flatMap { number in
            [
                "{u\(number)}:a", "x{u\(number)}y", "{}\(number)", "a{}{u\(number)}",
                "{u\(number)", "u}\(number){", "$u\(number)$b", "a$$\(number)", "$\(number)",
                "{a\(number)}{b}", "}\(number){ü}",
            ]
        }
        let long = (1...10).map { String(repeating: "k\($0)", count: $0 * 8) }
        return (text + short + unicode + tagged + long).map { Array($0.utf8) }
    }
}
