import Foundation
import TestKit
import Testing

/// Which server gets a key, for every hash, distribution and way to describe servers: the same one
/// as in twemproxy.
@Suite(.serialized) struct CompatibilityPlacementTests {
    static let hashes = [
        "one_at_a_time", "md5", "crc16", "crc32", "crc32a", "fnv1_64", "fnv1a_64", "fnv1_32",
        "fnv1a_32", "hsieh", "murmur", "jenkins",
    ]
    static let distributions = ["ketama", "modula"]

    /// How a pool describes its servers.
    enum Description: String, CaseIterable {
        case plain, named, weighted, weightedAndNamed, extreme, memcachedPort, unixSocket

        /// The lines of the servers at these places.
        func lines(_ endpoints: [Endpoint]) -> [String] {
            endpoints.enumerated().map { index, endpoint in
                let name = index % 3 == 2 ? "node-\(index)" : "Ä\(index)"
                let weight = [1, 4, 2, 9, 100, 1, 3][index % 7]
                let address =
                    switch endpoint {
                    case .tcp(let host, let port): "\(host):\(port)"
                    case .unix(let path): path
                    }
                return switch self {
                case .plain, .memcachedPort, .unixSocket: "\(address):1"
                case .named: "\(address):1 \(name)"
                case .weighted: "\(address):\(weight)"
                case .weightedAndNamed: "\(address):\(weight) \(name)"
                case .extreme: "\(address):\(index % 2 == 0 ? 50_000 : 1)"
                }
            }
        }
    }

    /// Servers as a pool has them, and what else matters to their placement.
    struct Ring: CustomTestStringConvertible {
        let description: Description
        let count: Int
        var tag = ""
        /// Servers that are dead, and have been ejected.
        var dead: Set<Int> = []

        var testDescription: String {
            "\(count) \(description.rawValue) \(tag)"
                + (dead.isEmpty ? "" : " without \(dead.sorted())")
        }

        /// How many servers at least get some of the keys by a good hash: with servers that weigh
        /// next to nothing not all.
        var spread: Int { (count - dead.count + 1) / 2 }

        var options: [String: String] {
            var options: [String: String] = [:]
            if !tag.isEmpty { options["hash_tag"] = "\"\(tag)\"" }
            if !dead.isEmpty {
                options["auto_eject_hosts"] = "true"
                options["server_failure_limit"] = "1"
                options["server_retry_timeout"] = "600000"
            }
            return options
        }

        /// Every description, number of servers, tag and loss; each with each only where
        /// MARTLET_PLACEMENT is "all", since a second or two for each ring adds up to a quarter of
        /// an hour.
        static let all =
            ProcessInfo.processInfo.environment["MARTLET_PLACEMENT"] == "all" ? product : selection

        private static var product: [Ring] {
            var rings: [Ring] = []
            for description in Description.allCases {
                for count in [1, 3, 7, 25, 50] {
                    let losses: [Set<Int>] =
                        switch count {
                        case 1: [[]]
                        case 3: [[], [2], [0, 1]]
                        default: [[], [count - 1], [0, 4]]
                        }
                    for tag in ["", "{}", "$$"] {
                        for dead in losses {
                            rings.append(
                                Ring(description: description, count: count, tag: tag, dead: dead))
                        }
                    }
                }
            }
            return rings
        }

        private static let selection =
            sizes.flatMap { description, counts in
                counts.map { Ring(description: description, count: $0) }
            }
            + ["{}", "$$"].flatMap { tag in
                [
                    Ring(description: .plain, count: 7, tag: tag),
                    Ring(description: .weightedAndNamed, count: 25, tag: tag),
                ]
            } + [
                Ring(description: .plain, count: 3, dead: [2]),
                Ring(description: .named, count: 7, dead: [0]),
                Ring(description: .weighted, count: 7, dead: [1, 4]),
                Ring(description: .weightedAndNamed, count: 25, dead: [0, 4]),
            ]

        private static let sizes: [(Description, [Int])] = [
            (.plain, [1, 3, 7, 25, 50]), (.named, [3, 50]), (.weighted, [7, 25]),
            (.weightedAndNamed, [3, 50]), (.extreme, [3, 25]), (.memcachedPort, [7, 25]),
            (.unixSocket, [3, 7]),
        ]
    }

    // MARK: - Rings of every kind

    @Test(arguments: Ring.all)
    func everyKeyGoesToTheSameServer(_ ring: Ring) throws {
        let directory = try TemporaryDirectory()
        let endpoints = try Self.endpoints(ring, directory)
        let servers = try NumberedServers(endpoints, absent: ring.dead)
        let keys = Self.redisKeys()
        let requests = keys.flatMap { Bytes.command([Array("GET".utf8), $0]) }
        let length = keys.count * NumberedServers.replyLength
        let pools = Self.pools { hash, distribution in
            .redis(
                servers: ring.description.lines(endpoints), name: "\(hash)-\(distribution)",
                listen: .unixSocket(permissions: nil),
                options: ["hash": hash, "distribution": distribution].merging(ring.options) { $1 })
        }
        let twemproxy = try RunningProxy(.nutcracker, pools: pools)
        let ours = try RunningProxy(pools: pools)

        for (index, pool) in pools.enumerated() {
            let replies = try [twemproxy, ours].map { proxy in
                let client = try proxy.client(ofPool: index)
                if !ring.dead.isEmpty { try Self.waitForEjections(client, requests, keys.count) }
                try client.send(requests)
                return try client.read(length)
            }
            let numbers = replies.map { NumberedServers.numbers(in: $0) }
            #expect(pool.name != "murmur-modula" || Set(numbers[1]).count >= ring.spread)
            if Bytes.equal(replies[0], replies[1]) { continue }
            let wrong = keys.indices.filter { numbers[0][$0] != numbers[1][$0] }
            Issue.record("\(pool.name): \(wrong.count) keys, the first is \(keys[wrong[0]])")
        }
        withExtendedLifetime(servers) {}
    }

    /// `random` has nothing to compare key by key: both spread keys over all servers, alike for any
    /// weights.
    @Test func randomSpreads() throws {
        let endpoints = try Self.endpoints(
            Ring(description: .weighted, count: 7), TemporaryDirectory())
        let servers = try NumberedServers(endpoints)
        let pool = PoolSpecification.redis(
            servers: Description.weighted.lines(endpoints), options: ["distribution": "random"])

        for program in [ProxyProgram.nutcracker, .martlet] {
            let proxy = try RunningProxy(program, pool: pool)
            let client = try proxy.client()
            let requests = (0..<7_000).flatMap { _ in Bytes.command(["GET", "one key"]) }
            try client.send(requests)
            let replies = try client.read(7_000 * NumberedServers.replyLength)
            let shares = Dictionary(grouping: NumberedServers.numbers(in: replies)) { $0 }
            #expect(shares.count == 7)
            // 1000 each are expected; 200 from that are almost seven standard deviations.
            #expect(shares.values.allSatisfy { 800...1_200 ~= $0.count })
        }
        withExtendedLifetime(servers) {}
    }

    /// Sends everything again and again until nothing fails any more.
    private static func waitForEjections(
        _ client: TestClient, _ requests: [UInt8], _ count: Int
    ) throws {
        let areEjected = try eventually {
            try client.send(requests)
            return try (0..<count).filter { _ in try client.readLine().hasPrefix("-") }.isEmpty
        }
        guard areEjected else { throw KitError("dead servers were not ejected") }
    }

    /// Where the servers are; a port of memcached's stays out of their names.
    private static func endpoints(
        _ ring: Ring, _ directory: TemporaryDirectory
    ) throws -> [Endpoint] {
        let network = "127.\(Int.random(in: 1..<255)).\(Int.random(in: 1..<255))"
        return try (0..<ring.count).map { index in
            switch ring.description {
            case .unixSocket: .unix(directory.file("\(index)"))
            case .memcachedPort: .tcp("\(network).\(index + 1)", 11_211)
            case .plain, .named, .weighted, .weightedAndNamed, .extreme:
                .tcp("127.0.0.1", try FreePort.take())
            }
        }
    }

    private static func pools(
        _ pool: (String, String) -> PoolSpecification
    ) -> [PoolSpecification] {
        hashes.flatMap { hash in distributions.map { pool(hash, $0) } }
    }

    // MARK: - Real servers

    @Test func everyRedisHoldsTheSameKeys() throws {
        let nodes = try CacheNode.several(7, .redis)
        let direct = try nodes.map { try $0.client() }
        let keys = Self.redisKeys()
        let requests = keys.flatMap { Bytes.command([Array("SET".utf8), $0, $0]) }
        let replies = keys.flatMap { _ in Array("+OK\r\n".utf8) }
        let lines = Description.weightedAndNamed.lines(nodes.map { .tcp("127.0.0.1", $0.port) })
        let pools = Self.pools { hash, distribution in
            .redis(
                servers: lines, name: "\(hash)-\(distribution)",
                options: ["hash": hash, "distribution": distribution])
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

        // A digest tells placements apart: nearly every pool has its own.
        #expect(placements.count > 20)
    }

    @Test func everyMemcachedHoldsTheSameKeys() throws {
        let nodes = try CacheNode.several(3, .memcached)
        let direct = try nodes.map { try $0.client() }
        let keys = Self.memcachedKeys()
        let requests = keys.flatMap { Array("set ".utf8) + $0 + Array(" 0 0 1\r\nx\r\n".utf8) }
        let replies = keys.flatMap { _ in Array("STORED\r\n".utf8) }
        let question = keys.reduce(into: Array("get".utf8)) { $0 += [0x20] + $1 } + [13, 10]
        let lines = Description.weighted.lines(nodes.map { .tcp("127.0.0.1", $0.port) })
        let pools = Self.pools { hash, distribution in
            .memcached(
                servers: lines, name: "\(hash)-\(distribution)",
                options: ["hash": hash, "distribution": distribution])
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

    // MARK: - Keys

    /// 2,400 keys of all kinds: text, tags in every position, and bytes, empty to 200 long.
    private static func redisKeys() -> [[UInt8]] {
        let binary = (0..<400).map { Bytes.pattern($0 / 2, seed: UInt64($0)) }
        return memcachedKeys() + [[], [0], [13, 10], [0xff, 0xff], Array("a b".utf8)]
            + binary.dropFirst(2)
    }

    /// 2,030 keys that memcached's protocol can write.
    private static func memcachedKeys() -> [[UInt8]] {
        let text = (0..<900).map { "user:\($0 * 7_919):profile" }
        let short = (0..<300).map { "\($0)" }
        let unicode = (0..<160).map { "schlüssel-\($0)-ключ-鍵-🔑" }
        let tagged = (0..<60).flatMap { number in
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
