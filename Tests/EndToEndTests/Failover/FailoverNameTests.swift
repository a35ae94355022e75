import TestKit
import Testing

extension FailoverTests {
    /// Names lie, or nobody answers for them, while the group changes.
    @Suite(.serialized) struct NameTests {
        /// The new primary is learnt from the old one, so no name is needed.
        @Test(arguments: [NameServer.Answer.serverFailure, .noSuchName, .silence])
        func aHandOverNeedsNoNames(answer: NameServer.Answer) throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy()
            let load = Load.loop(on: lab.group) { try proxy.client() }
            let old = lab.group.primary
            try load.waitUntilServed()

            lab.names.answer(lab.group.primaryName, with: answer)
            load.run(for: 1.5)
            try lab.group.handOver(to: lab.group.replicas[0])
            load.run(for: 1.5)
            old.kill()
            load.run(for: 0.5)
            lab.group.rewriteName(to: lab.group.primary)
            load.run(for: 1)

            let report = try load.stop()
            print("hand-over under \(answer): \(report)")
            expectNoHarm(in: report)
            expectNothingLost(in: report)
            expectPrompt(report)
        }

        /// The replicas were known before, and one of them says that it is the primary now.
        @Test func aCrashNeedsNoNames() throws {
            let lab = try ReplicationLab(replicas: 2)
            let proxy = try lab.proxy(["replay": "idempotent"])
            let load = Load.loop(on: lab.group, replay: .idempotent) { try proxy.client() }
            try load.waitUntilServed()

            lab.names.answer(lab.group.primaryName, with: .serverFailure)
            let started = now()
            lab.group.primary.kill()
            load.run(for: 1)
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            let outage = now() - started
            load.run(for: 1)

            let report = try load.stop()
            print("crash without names: \(report)")
            expectNoHarm(in: report)
            expectPrompt(report, outage: outage)
        }

        /// Ten seconds in which the name leads to the old primary, a replica by now, and then to
        /// nobody.
        @Test func aStaleNameIsNotFollowed() throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy()
            let load = Load.loop(on: lab.group) { try proxy.client() }
            let old = lab.group.primary
            try load.waitUntilServed()
            let asked = lab.names.questions(about: lab.group.primaryName)

            try lab.group.handOver(to: lab.group.replicas[0])
            load.run(for: 8)
            old.kill()
            load.run(for: 2)

            #expect(lab.names.questions(about: lab.group.primaryName) > asked + 2)
            let report = try load.stop()
            print("stale name: \(report)")
            expectNoHarm(in: report)
            expectNothingLost(in: report)
            expectPrompt(report)
        }

        /// All that the new node has in common with the old one is the name.
        @Test func aNameThatMovesToAnUnknownNodeIsFollowed() throws {
            let lab = try ReplicationLab(shards: 2)
            let (known, unknown) = (lab.groups[0], lab.groups[1].primary)
            let proxy = try lab.proxy()
            let client = try proxy.client()
            let key = try lab.key(on: known, through: proxy)

            for replica in known.replicas { replica.kill() }
            known.rewriteName(to: unknown)

            // Two primaries, and the name favours the new one.
            let hasMoved = try eventually(timeout: 10) {
                let reply = try client.command("SET", key, "moved")
                #expect(reply == .ok)
                return try unknown.data()[key] == "moved"
            }
            #expect(hasMoved)
        }
    }
}
