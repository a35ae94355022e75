import Testing

@testable import Hashing

struct ContinuumTests {
    @Test
    func digestsLabelsIntoFourPoints() throws {
        for (label, values) in try Vectors.load().pointHashes {
            let digest = MD5(Array(label.utf8).span)

            #expect([digest.a, digest.b, digest.c, digest.d] == values, "\(label)")
        }
    }

    @Test
    func givesEqualServersTwemproxysNumberOfPoints() throws {
        for (serverCount, points) in try Vectors.load().pointsOfEqualServers {
            let count = try #require(Int(serverCount))
            let continuum = Continuum(
                .ketama, members: members(weights: [Int](repeating: 1, count: count)))

            #expect(
                pointCounts(of: continuum, serverCount: count)
                    == [Int](repeating: points, count: count), "\(serverCount) servers")
        }
    }

    @Test
    func givesWeightedServersTwemproxysNumberOfPoints() throws {
        for (list, points) in try Vectors.load().pointsOfWeights {
            let weights = list.split(separator: ",").compactMap { Int($0) }
            let continuum = Continuum(.ketama, members: members(weights: weights))

            #expect(pointCounts(of: continuum, serverCount: weights.count) == points, "\(list)")
        }
    }

    /// The start table against the plain definition, at and around every point and table entry.
    @Test(arguments: [1, 2, 3, 25, 100])
    func findsTheFirstPointNotBelowTheHash(serverCount: Int) {
        let continuum = Continuum(
            .ketama, members: members(weights: [Int](repeating: 1, count: serverCount)))
        let values = continuum.points.map(\.value)
        let edges = (0..<4096).map { UInt32($0) << 20 } + values + [0, .max]

        for hash in edges.flatMap({ [$0 &- 1, $0, $0 &+ 1] }) {
            let index = continuum.pointIndex(for: hash)

            let isFirst = index == 0 || values[index - 1] < hash
            let isWrapped = index == 0 && values[values.count - 1] < hash
            #expect(isWrapped || (isFirst && values[index] >= hash))
        }
    }

    @Test
    func sortsPointsByValueThenServer() {
        let continuum = Continuum(
            .ketama,
            members: [
                RingMember(name: "same", weight: 1, isLive: true),
                RingMember(name: "same", weight: 1, isLive: true),
            ])

        for pair in 0..<continuum.points.count / 2 {
            #expect(continuum.points[2 * pair].value == continuum.points[2 * pair + 1].value)
            #expect(continuum.points[2 * pair].server == 0)
            #expect(continuum.points[2 * pair + 1].server == 1)
        }
    }

    @Test(arguments: Distribution.allCases)
    func isEmptyWithoutLiveMembers(_ distribution: Distribution) {
        let dead = [RingMember(name: "a", weight: 1, isLive: false)]

        #expect(Continuum(distribution, members: dead).isEmpty)
        #expect(Continuum(distribution, members: []).isEmpty)
    }

    @Test(arguments: [
        ("b", "aaa", true), ("aaa", "b", false), ("aaa", "zzz", true), ("a", "a", false),
        ("zzz", "longer-name-10", true), ("zz", "é", true),
    ])
    func ordersNamesByLengthThenBytes(_ a: String, _ b: String, _ precedes: Bool) {
        #expect(RingOrder.precedes(a, b) == precedes)
    }

    private func members(weights: [Int]) -> [RingMember] {
        weights.enumerated().map { index, weight in
            RingMember(name: "s\(index)", weight: weight, isLive: true)
        }
    }

    private func pointCounts(of continuum: Continuum, serverCount: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: serverCount)
        for point in continuum.points {
            counts[Int(point.server)] += 1
        }
        return counts
    }
}
