import TestKit
import Testing

extension FailoverTests {
    /// Replicas answer reads, as long as they are fit for it.
    @Suite(.serialized) struct ReplicaReadTests {
        private static let values = Dictionary(
            uniqueKeysWithValues: (0..<20).map { ("read:\($0)", "value \($0)") })

        /// A group that holds the values, in sync.
        private static func lab(replicas: Int = 2) throws -> ReplicationLab {
            let lab = try ReplicationLab(replicas: replicas)
            for (key, value) in values { try lab.group.primary.command("SET", key, value) }
            try lab.group.waitUntilCaughtUp()
            return lab
        }

        @Test(arguments: ["prefer_replica", "replica"])
        func replicasShareTheReads(policy: String) throws {
            let lab = try Self.lab()
            let proxy = try lab.proxy(["read_from": policy], knowsReaders: true)
            #expect(try eventually { try readsReachReplicas(of: lab, through: proxy) })
            let before = try lab.group.primary.calls(of: "get")

            let load = Load.readers(4, of: Self.values, on: lab.group) { try proxy.client() }
            try load.waitUntilServed(2_000)
            let report = try load.stop()

            expectNoHarm(in: report)
            #expect(try lab.group.primary.calls(of: "get") == before)
            let reads = try lab.group.replicas.map { try $0.calls(of: "get") }
            #expect(reads.allSatisfy { $0 > 400 }, "\(reads)")
        }

        @Test func thePrimaryAloneReadsByDefault() throws {
            let lab = try Self.lab()
            let proxy = try lab.proxy(knowsReaders: true)

            let load = Load.readers(4, of: Self.values, on: lab.group) { try proxy.client() }
            try load.waitUntilServed(2_000)
            let report = try load.stop()

            expectNoHarm(in: report)
            #expect(try lab.group.replicas.allSatisfy { try $0.calls(of: "get") == 0 })
        }

        @Test func theNearestMayBeAnyone() throws {
            let lab = try Self.lab(replicas: 1)
            let proxy = try lab.proxy(["read_from": "nearest"], knowsReaders: true)
            #expect(try eventually { try readsReachReplicas(of: lab, through: proxy) })

            let load = Load.readers(4, of: Self.values, on: lab.group) { try proxy.client() }
            try load.waitUntilServed(4_000)
            let report = try load.stop()

            expectNoHarm(in: report)
            // On one machine the nodes are as near as its load makes them from moment to moment.
            let calls = try lab.group.nodes.map { try $0.calls(of: "get") }
            #expect(calls.reduce(0, +) >= 4_000, "\(calls)")
        }

        /// Reads that were under way there are sent to another one.
        @Test(arguments: ["prefer_replica", "replica"])
        func aDyingReplicaIsReplacedWithoutAnError(policy: String) throws {
            let lab = try Self.lab()
            let proxy = try lab.proxy(["read_from": policy], knowsReaders: true, workers: 2)
            #expect(try eventually { try readsReachReplicas(of: lab, through: proxy) })
            let load = Load.readers(8, of: Self.values, on: lab.group) { try proxy.client() }
            try load.waitUntilServed(1_000)
            let lost = lab.group.replicas[0]

            lost.kill()
            load.run(for: 0.5)
            try lost.restart(replicaOf: lab.group.primary)
            #expect(try eventually { try lost.calls(of: "get") > 0 })
            lab.group.replicas[1].pause()
            load.run(for: 4.5)
            lab.group.replicas[1].resume()
            load.run(for: 0.5)

            let report = try load.stop()
            print("replica killed, another frozen, \(policy): \(report)")
            expectNoHarm(in: report)
            // It was asked how it is within about a second, and given another one to answer.
            #expect(report.longest < 4)
        }

        /// Reads go on while writes wait for a primary.
        @Test func replicasReadWhileThePrimaryIsMissing() throws {
            let lab = try Self.lab()
            let proxy = try lab.proxy(["read_from": "prefer_replica"], knowsReaders: true)
            #expect(try eventually { try readsReachReplicas(of: lab, through: proxy) })
            let writer = try proxy.client()
            let load = Load.readers(4, of: Self.values, on: lab.group) { try proxy.client() }
            try load.waitUntilServed(500)

            lab.group.primary.kill()
            try writer.sendCommand("SET", "a", "1")
            load.run(for: 1)
            #expect(try writer.isSilent(for: 0))
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            lab.group.rewriteName(to: lab.group.primary)

            #expect(try writer.readReply() == .ok)
            let report = try load.stop()
            print("reads without a primary: \(report)")
            expectNoHarm(in: report)
            #expect(report.longest < 0.5)
        }

        @Test func aClientSeesItsOwnWritesAndOthersMayNot() throws {
            let lab = try Self.lab(replicas: 1)
            let proxy = try lab.proxy(
                ["read_from": "prefer_replica", "read_your_writes": "700"], knowsReaders: true)
            #expect(try eventually { try readsReachReplicas(of: lab, through: proxy) })
            let writer = try proxy.client()
            let other = try proxy.client()
            let key = "read:0"

            // The replica's stream stops, and it goes on answering.
            try lab.group.replicas[0].pauseWrites()
            #expect(try writer.command("SET", key, "new") == .ok)

            let seesItsWrite = try always(for: 0.4) {
                try writer.command("GET", key) == .bulk("new")
            }
            #expect(seesItsWrite)
            #expect(try other.command("GET", key) == .bulk("value 0"))
            // Later it may read like everybody.
            #expect(
                try eventually(timeout: 3) { try writer.command("GET", key) == .bulk("value 0") })
            try lab.group.replicas[0].resumeWrites()
            #expect(try eventually { try other.command("GET", key) == .bulk("new") })
        }

        /// One that has not taken in enough of the stream, and one that has lost it.
        @Test(arguments: ["1kb", "2s"])
        func aLaggingReplicaStepsAside(bound: String) throws {
            let lab = try Self.lab(replicas: 1)
            let proxy = try lab.proxy(
                ["read_from": "prefer_replica", "max_replica_lag": bound], knowsReaders: true)
            let replica = lab.group.replicas[0]
            #expect(try eventually { try readsReachReplicas(of: lab, through: proxy) })
            let reader = try proxy.client()

            try bound == "1kb" ? replica.pauseWrites() : replica.loseStream()
            try lab.group.primary.command("SET", "filling", String(repeating: "x", count: 5_000))
            try lab.group.primary.command("SET", "read:0", "new")

            let stepsAside = try eventually(timeout: 4.5) {
                try reader.command("GET", "read:0") == .bulk("new")
            }
            #expect(stepsAside)
            #expect(try replica.data()["read:0"] == "value 0")
            try bound == "1kb" ? replica.resumeWrites() : replica.findStream()
            try lab.group.waitUntilCaughtUp()
            #expect(try eventually { try readsReachReplicas(of: lab, through: proxy) })
            #expect(try reader.command("GET", "read:0") == .bulk("new"))
        }

        /// Whether a few reads show up on a replica.
        private func readsReachReplicas(
            of lab: ReplicationLab, through proxy: RunningProxy
        ) throws -> Bool {
            let before = try lab.group.replicas.map { try $0.calls(of: "get") }
            let client = try proxy.client()
            for _ in 0..<10 { _ = try client.command("GET", "read:1") }
            let after = try lab.group.replicas.map { try $0.calls(of: "get") }
            return zip(before, after).contains { $0 < $1 }
        }
    }
}
