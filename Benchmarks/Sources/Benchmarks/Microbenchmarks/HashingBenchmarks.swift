internal import Benchmark
internal import Hashing

/// From a key to its server: each hash, the continuum's lookup, and both together.
enum HashingBenchmarks {
    static func register() {
        let key = Array(Samples.key(0).utf8)
        for hash in KeyHash.allCases {
            Microbenchmark(name: "hash-\(hash.rawValue)") { blackHole(hash.hash(key.span)) }
                .register()
        }
        for servers in [4, 100] {
            lookup(.ketama, servers)
            lookup(.modula, servers)
        }
        let placement = Placement(
            hash: .fnv64a, tag: HashTag("{}"), distribution: .ketama, members: members(4))
        Microbenchmark(name: "placement-with-hash-tag") {
            blackHole(placement.server(for: key.span))
        }
        .register()
        placementOfMany(16)
    }

    private static func placementOfMany(_ count: Int) {
        let placement = Placement(
            hash: .fnv64a, tag: nil, distribution: .ketama, members: members(4))
        var bytes: [UInt8] = []
        var keys: [KeyRange] = []
        for key in Samples.keys(count) {
            keys.append(KeyRange(offset: bytes.count, length: key.utf8.count))
            bytes += key.utf8
        }
        var servers = [Int32](repeating: 0, count: count)
        Microbenchmark(name: "placement-of-\(count)-keys") {
            var places = servers.mutableSpan
            placement.find(keys.span, in: bytes.span, into: &places)
            blackHole(servers[0])
        }
        .register()
    }

    /// Hashes all over the circle, since one would always end the search after as many steps.
    private static func lookup(_ distribution: Distribution, _ servers: Int) {
        let continuum = Continuum(distribution, members: members(servers))
        let hashes = Samples.keys(64).map { KeyHash.fnv64a.hash(Array($0.utf8).span) }
        Microbenchmark(name: "lookup-of-64-\(distribution.rawValue)-\(servers)-servers") {
            var sum = 0
            for hash in hashes { sum &+= continuum.server(for: hash) }
            blackHole(sum)
        }
        .register()
    }

    private static func members(_ count: Int) -> [RingMember] {
        (0..<count).map { RingMember(name: "10.0.0.\($0):6379", weight: 1, isLive: true) }
    }
}
