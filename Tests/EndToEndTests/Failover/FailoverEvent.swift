import TestKit

/// What a provider does to a replication group, step by step, as its clients live through it.
enum FailoverEvent: String, CaseIterable, Sendable, CustomStringConvertible {
    /// A node is replaced by a larger one: the new primary is promoted, the name follows 550 ms
    /// later, and the old node is gone four seconds after that.
    case scaleUp = "scale-up"
    /// A new version: a replica is promoted and the name rewritten together; the old primary is
    /// started again three seconds later, as a replica.
    case upgrade
    /// The primary dies, and a replica is promoted and the name rewritten three seconds later.
    case crash

    var description: String { rawValue }

    /// How long the load runs undisturbed before and after the event, in seconds.
    private static let margin = 1.0

    /// What the load met, and how long there was no primary that took writes, in seconds.
    typealias Outcome = (report: LoadReport, outage: Double)

    /// Plays the event under the load, and ends the load.
    func play(on group: ReplicationGroup, under load: Load) throws -> Outcome {
        let old = group.primary
        let new = group.replicas[0]
        var outage = 0.0
        load.run(for: Self.margin)
        switch self {
        case .scaleUp:
            outage = try group.handOver(to: new)
            load.run(for: 0.55)
            group.rewriteName(to: new)
            load.run(for: 4)
            old.kill()
        case .upgrade:
            outage = try group.handOver(to: new)
            group.rewriteName(to: new)
            load.run(for: 3)
            try old.restart(replicaOf: new)
        case .crash:
            let died = now()
            old.kill()
            load.run(for: 3)
            try group.promoteSurvivor(new)
            group.rewriteName(to: new)
            outage = now() - died
        }
        load.run(for: Self.margin)
        try load.waitUntilServed()
        return (try load.stop(), outage)
    }
}
