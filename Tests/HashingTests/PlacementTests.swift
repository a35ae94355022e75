import Testing

@testable import Hashing

struct PlacementTests {
    @Test
    func buildsTwemproxysContinuums() throws {
        let rings = try Vectors.load().rings
        #expect(rings.count == 49)

        for ring in rings {
            let points = try placement(of: ring).continuum.points
            let pairs = points.map { [$0.value, UInt32($0.server)] }

            #expect(pairs.count == ring.ncontinuum, "\(ring.name)")
            #expect(Array(pairs.prefix(8)) == ring.first, "\(ring.name)")
            #expect(Array(pairs.suffix(2)) == ring.last, "\(ring.name)")
            #expect(SHA256.hexDigest(littleEndianBytes(of: pairs)) == ring.sha256, "\(ring.name)")
            if let continuum = ring.continuum {
                #expect(pairs == continuum, "\(ring.name)")
            }
            for (index, server) in ring.servers.enumerated() {
                let count = points.count { $0.server == index }
                #expect(count == server.points, "\(ring.name): \(server.name)")
            }
        }
    }

    @Test
    func placesEveryKeyAsTwemproxy() throws {
        let vectors = try Vectors.load()
        let keys = vectors.keys.map(\.bytes)

        for ring in vectors.rings {
            let placement = try placement(of: ring)
            let servers = keys.map { ring.servers[placement.server(for: $0.span)].name }

            if let mapping = ring.mapping {
                #expect(servers == mapping, "\(ring.name)")
            } else {
                #expect(placement.isRandom, "\(ring.name)")
            }
        }
    }

    /// Keys of any lengths, in ASCII or not, as many as are hashed at once, fewer and more.
    @Test
    func placesManyKeysAsItPlacesEach() {
        let keys = (0..<70).map { length in
            (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + length * 11) }
        }
        var random = SystemRandomNumberGenerator()
        for (names, hash, tag) in [
            ("abcde", KeyHash.fnv64a, nil), ("abcde", .fnv64a, HashTag("{}")),
            ("abcde", .md5, nil), ("a", .fnv64a, nil),
        ] {
            for distribution in [Distribution.ketama, .modula] {
                let placement = Placement(
                    hash: hash, tag: tag, distribution: distribution, members: members(names))
                for count in 0...40 {
                    expectSame(
                        placement, (0..<count).map { _ in keys.randomElement(using: &random)! })
                    expectSame(placement, [[UInt8]](repeating: keys[40], count: count))
                }
            }
        }
    }

    private func expectSame(_ placement: Placement, _ keys: [[UInt8]]) {
        var ranges: [KeyRange] = []
        var bytes: [UInt8] = [0xFF]
        for key in keys {
            ranges.append(KeyRange(offset: bytes.count, length: key.count))
            bytes += key
        }
        var servers = [Int32](repeating: -1, count: keys.count)
        var span = servers.mutableSpan
        placement.find(ranges.span, in: bytes.span, into: &span)

        #expect(servers == keys.map { Int32(placement.server(for: $0.span)) }, "\(keys)")
    }

    @Test
    func listsServersOfTheVectorsInRingOrder() throws {
        for ring in try Vectors.load().rings {
            let names = ring.servers.map(\.name)

            #expect(names.shuffled().sorted(by: RingOrder.precedes) == names, "\(ring.name)")
        }
    }

    @Test(arguments: KeyHash.allCases)
    func hashesTheEmptyKeyToZero(_ hash: KeyHash) {
        let placement = Placement(
            hash: hash, tag: HashTag("{}"), distribution: .ketama, members: members("ab"))

        let empty: [UInt8] = []
        let hashed = placement.hash(of: empty.span)

        #expect(hashed == 0)
    }

    @Test
    func placesKeysOfOneTagTogether() {
        let placement = Placement(
            hash: .fnv64a, tag: HashTag("{}"), distribution: .ketama, members: members("abcd"))

        let tagged = placement.hash(of: Array("user:{1000}:ids".utf8).span)
        let part = KeyHash.fnv64a.hash(Array("1000".utf8).span)

        #expect(tagged == part)
    }

    @Test(arguments: Distribution.allCases)
    func sendsEverythingToAnOnlyServer(_ distribution: Distribution) {
        for isLive in [true, false] {
            let only = [RingMember(name: "a", weight: 3, isLive: isLive)]
            let placement = Placement(
                hash: .md5, tag: nil, distribution: distribution, members: only)
            let server = placement.server(for: Array("key".utf8).span)

            #expect(server == 0)
            #expect(placement.server(atRandom: 12345) == 0)
        }
    }

    @Test(arguments: Distribution.allCases)
    func takesAllServersWhenNoneIsLive(_ distribution: Distribution) {
        let live = Placement(
            hash: .md5, tag: nil, distribution: distribution, members: members("abc"))

        let dead = Placement(
            hash: .md5, tag: nil, distribution: distribution,
            members: members("abc", areLive: false))

        #expect(dead.continuum.points == live.continuum.points)
    }

    @Test
    func drawsLiveServersWhateverTheirWeight() {
        var drawn = members("abc")
        drawn[0].weight = 9
        drawn[1].isLive = false

        let placement = Placement(hash: .md5, tag: nil, distribution: .random, members: drawn)

        #expect(placement.isRandom)
        #expect((0..<4).map { placement.server(atRandom: $0) } == [0, 2, 0, 2])
    }

    private func members(_ names: String, areLive: Bool = true) -> [RingMember] {
        names.map { RingMember(name: String($0), weight: 1, isLive: areLive) }
    }

    private func placement(of ring: Vectors.Ring) throws -> Placement {
        let hash = try #require(KeyHash(rawValue: ring.hash))
        let distribution = try #require(Distribution(rawValue: ring.distribution))
        let quoted = ring.extra.split(separator: "\"")
        let tag = ring.extra.hasPrefix("hash_tag") ? HashTag(String(quoted[1])) : nil
        let members = ring.servers.map { server in
            RingMember(
                name: server.name, weight: server.weight,
                isLive: !ring.ejected.contains(server.name))
        }
        return Placement(hash: hash, tag: tag, distribution: distribution, members: members)
    }

    private func littleEndianBytes(of pairs: [[UInt32]]) -> [UInt8] {
        pairs.joined().flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
    }
}
