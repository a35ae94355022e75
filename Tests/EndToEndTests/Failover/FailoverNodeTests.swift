import TestKit
import Testing

extension FailoverTests {
    /// Nodes change their roles, die, freeze and come back in every order.
    @Suite(.serialized) struct NodeTests {
        /// Few enough clients that the machine keeps up while several servers start.
        private static let crowd = Load.CrowdSize(clients: 20, pause: 50_000)

        @Test func twoHandOversInARowAreNotNoticed() throws {
            let lab = try ReplicationLab(shards: 3, replicas: 2)
            let proxy = try lab.proxy(workers: 2)
            let load = try Load.crowd(Self.crowd, through: proxy, on: lab)
            try load.waitUntilServed()

            for node in lab.group.replicas {
                try lab.group.handOver(to: node)
                lab.group.rewriteName(to: node)
                load.run(for: 0.1)
            }
            load.run(for: 1)

            let report = try load.stop()
            print("two hand-overs: \(report)")
            expectNoHarm(in: report)
            expectNothingLost(in: report)
        }

        @Test func aHandOverAndACrashRightAfterCostNoError() throws {
            let lab = try ReplicationLab(shards: 3, replicas: 2)
            let proxy = try lab.proxy(["replay": "idempotent"], workers: 2)
            let load = try Load.crowd(Self.crowd, through: proxy, on: lab, replay: .idempotent)
            let successors = lab.group.replicas
            try load.waitUntilServed()

            try lab.group.handOver(to: successors[0])
            try lab.group.waitUntilInSync()
            successors[0].kill()
            load.run(for: 1)
            try lab.group.promoteSurvivor(successors[1])
            lab.group.rewriteName(to: successors[1])
            load.run(for: 1)

            let report = try load.stop()
            print("hand-over and crash: \(report)")
            expectNoHarm(in: report)
        }

        /// Pipelines of hundreds, MGETs and MSETs over three groups, which change one after the
        /// other.
        @Test func promotionsInTheMiddleOfPipelinesKeepTheirOrder() throws {
            let lab = try ReplicationLab(shards: 3)
            let proxy = try lab.proxy(workers: 2)
            let size = Load.CrowdSize(clients: 8, depth: 150, pause: 20_000)
            let load = try Load.crowd(size, through: proxy, on: lab)
            try load.waitUntilServed()

            for _ in 0..<2 {
                for group in lab.groups {
                    try group.handOver(to: group.replicas[0])
                    load.run(for: 0.2)
                }
            }
            lab.groups.forEach { $0.rewriteName(to: $0.primary) }
            load.run(for: 0.5)

            let report = try load.stop()
            print("six hand-overs under long pipelines: \(report)")
            expectNoHarm(in: report)
            expectNothingLost(in: report)
        }

        @Test func aLostReplicaIsNotNoticed() throws {
            let lab = try ReplicationLab(replicas: 2)
            let proxy = try lab.proxy(knowsReaders: true)
            let load = Load.loop(on: lab.group) { try proxy.client() }
            try load.waitUntilServed()

            let lost = lab.group.replicas[0]
            lost.kill()
            load.run(for: 1)
            try lost.restart(replicaOf: lab.group.primary)
            load.run(for: 0.5)

            let report = try load.stop()
            print("replica loss: \(report)")
            expectNoHarm(in: report)
            expectNothingLost(in: report)
            expectPrompt(report)
        }

        /// A frozen node accepts connections and bytes, and answers nothing. When it wakes it still
        /// believes to be the primary.
        @Test func aFrozenPrimaryIsLeftAndDoesNotGetItsWritesBack() throws {
            let lab = try ReplicationLab(shards: 2)
            let proxy = try lab.proxy(["replay": "idempotent"])
            let load = try Load.crowd(Self.crowd, through: proxy, on: lab, replay: .idempotent)
            let old = lab.group.primary
            let new = lab.group.replicas[0]
            try load.waitUntilServed()

            old.pause()
            load.run(for: 0.5)
            try lab.group.promoteSurvivor(new)
            lab.group.rewriteName(to: new)
            load.run(for: 2.5)
            old.resume()
            // What it was sent before it froze it carries out now; nothing else may come.
            let isQuiet = try eventually(timeout: 2) { try settled(old) }
            load.run(for: 1)
            let last = try old.replicationOffset()
            load.run(for: 0.5)

            #expect(isQuiet)
            #expect(try old.replicationOffset() == last)
            let report = try load.stop()
            print("frozen primary: \(report)")
            expectNoHarm(in: report)
            // It was found out well before requests would have been given up.
            #expect(report.longest < 4)
        }

        @Test func aWholeGroupGoneAndBackIsWaitedFor() throws {
            let lab = try ReplicationLab(shards: 3, replicas: 2)
            let proxy = try lab.proxy(["replay": "idempotent"], workers: 2)
            let load = try Load.crowd(Self.crowd, through: proxy, on: lab, replay: .idempotent)
            let primary = lab.group.primary
            try load.waitUntilServed()

            let started = now()
            lab.group.killAll()
            load.run(for: 1.5)
            try primary.restart()
            let outage = now() - started
            for replica in lab.group.replicas { try replica.restart(replicaOf: primary) }
            load.run(for: 1)

            let report = try load.stop()
            print("whole group gone for \(outage) s: \(report)")
            expectNoHarm(in: report)
            expectPrompt(report, outage: outage)
        }

        /// The primary dies, a replica is promoted, and the old one comes back as a primary, empty
        /// and alone, while the name still leads there.
        @Test func aPrimaryThatComesBackEmptyTakesNoWrites() throws {
            let lab = try ReplicationLab(replicas: 2)
            let proxy = try lab.proxy(["replay": "idempotent"])
            let load = Load.loop(on: lab.group, replay: .idempotent) { try proxy.client() }
            let old = lab.group.primary
            try load.waitUntilServed()

            old.kill()
            load.run(for: 0.5)
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            try load.waitUntilServed()
            try old.restart()
            load.run(for: 3)

            let written = try old.calls(of: "set")
            lab.group.rewriteName(to: lab.group.primary)
            try old.demote(to: lab.group.primary)
            load.run(for: 0.5)
            let report = try load.stop()
            print("split brain: \(report)")
            #expect(written == 0)
            expectNoHarm(in: report)
        }

        @Test func aPrimaryThatLoadsItsDataIsWaitedFor() throws {
            let lab = try ReplicationLab(shards: 2)
            let proxy = try lab.proxy()
            let load = try Load.crowd(Self.crowd, through: proxy, on: lab)
            try load.waitUntilServed()

            let started = now()
            try lab.group.primary.reload(for: 1)
            let outage = now() - started
            load.run(for: 1)

            let report = try load.stop()
            print("loading for \(outage) s: \(report)")
            expectNoHarm(in: report)
            expectPrompt(report, outage: outage)
        }

        @Test func lostConnectionsCostNoErrorButThePromised() throws {
            let lab = try ReplicationLab(shards: 2)
            let proxy = try lab.proxy(["replay": "idempotent"])
            let load = try Load.crowd(Self.crowd, through: proxy, on: lab, replay: .idempotent)
            try load.waitUntilServed()

            for _ in 0..<10 {
                try lab.group.primary.dropClients()
                load.run(for: 0.15)
            }

            let report = try load.stop()
            print("lost connections: \(report)")
            expectNoHarm(in: report)
        }

        @Test func aProxyThatStartsWithAStaleNameFindsThePrimary() throws {
            let lab = try ReplicationLab()
            try lab.group.handOver(to: lab.group.replicas[0])

            let proxy = try lab.proxy()

            let client = try proxy.client()
            #expect(try client.command("SET", "a", "1") == .ok)
            #expect(try lab.group.primary.data()["a"] == "1")
        }

        /// Whether a node carries out no more than the lab's own look at it.
        private func settled(_ node: ReplicationNode) throws -> Bool {
            let before = try node.replicationOffset()
            return try always(for: 0.1) { try node.replicationOffset() == before }
        }
    }
}
