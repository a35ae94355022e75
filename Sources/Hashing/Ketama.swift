/// Where the ketama distribution puts a server's points.
///
/// The scheme is libketama's (Richard Jones, 2007) with twemproxy's numbers: 160 points a server on
/// average, weighted, four from each MD5 of `name-0`, `name-1` and so on.
enum Ketama {
    /// Points for a server of average weight.
    private static let pointsPerServer: Float = 160
    /// One MD5 gives four points.
    private static let pointsPerDigest = 4
    /// twemproxy's push against shares that come out a rounding error below a whole number.
    private static let roundingNudge = 0.000_000_000_1

    /// All points of the live members, sorted.
    ///
    /// twemproxy leaves the order of equal values to `qsort`; here the lower server comes first.
    static func points(of members: [RingMember]) -> [Continuum.Point] {
        let live = members.filter(\.isLive)
        let totalWeight = live.reduce(0) { $0 + $1.weight }

        var points: [Continuum.Point] = []
        points.reserveCapacity(live.count * Int(pointsPerServer))
        for (index, member) in members.enumerated() where member.isLive {
            let digests = digestCount(
                weight: member.weight, totalWeight: totalWeight, liveCount: live.count)
            append(digests, of: member.name, server: Int32(index), to: &points)
        }
        return points.sorted { ($0.value, $0.server) < ($1.value, $1.server) }
    }

    /// How many digests, of four points each, a member gets; 0 if its share is tiny.
    ///
    /// The steps and their precision are twemproxy's and must stay: its rounding shows, for
    /// example, when 25 equal servers get 156 points each and not 160. Its `floorf` is the
    /// conversion to `Int`.
    private static func digestCount(weight: Int, totalWeight: Int, liveCount: Int) -> Int {
        let share = Float(weight) / Float(totalWeight)
        let exact = share * pointsPerServer / Float(pointsPerDigest) * Float(liveCount)
        return Int(Float(Double(exact) + roundingNudge))
    }

    private static func append(
        _ digests: Int, of name: String, server: Int32, to points: inout [Continuum.Point]
    ) {
        let prefix = Array((name + "-").utf8)
        for number in 0..<digests {
            let label = prefix + Array(String(number).utf8)
            let digest = MD5(label.span)
            points.append(Continuum.Point(value: digest.a, server: server))
            points.append(Continuum.Point(value: digest.b, server: server))
            points.append(Continuum.Point(value: digest.c, server: server))
            points.append(Continuum.Point(value: digest.d, server: server))
        }
    }
}
