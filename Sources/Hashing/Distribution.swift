/// How keys are spread over servers; the raw value is its name in the configuration.
public enum Distribution: String, CaseIterable, Sendable {
    /// Consistent hashing: a server that leaves or comes back moves only its own share of the keys.
    case ketama
    /// The hash modulo the total weight; one server more or less moves nearly every key.
    case modula
    /// Any live server, whatever the key.
    case random

    /// The points of the live members, in the order lookups need.
    func points(of members: [RingMember]) -> [Continuum.Point] {
        switch self {
        case .ketama: Ketama.points(of: members)
        case .modula: slots(of: members) { $0.weight }
        case .random: slots(of: members) { _ in 1 }
        }
    }

    /// Points without a place on the circle, `count` of each live member side by side.
    private func slots(
        of members: [RingMember], count: (RingMember) -> Int
    ) -> [Continuum.Point] {
        var points: [Continuum.Point] = []
        for (index, member) in members.enumerated() where member.isLive {
            let slot = Continuum.Point(value: 0, server: Int32(index))
            points.append(contentsOf: repeatElement(slot, count: count(member)))
        }
        return points
    }
}
