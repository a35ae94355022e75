import Configuration
import Reactor
import Testing

@testable import Proxy

/// Names, replicas and statistics: what else is known of groups of scripted nodes.
@Suite(.serialized) struct GroupKnowledgeTests {
    @Test func nodeThatMayNotTellIsTakenAtTheNamesWord() throws {
        let group = try AnsweringGroup(2)
        for node in group.nodes {
            node.tells = false
        }
        group.name(0)
        #expect(group.loop.turn { !group.control.isSeeking })

        group.name(1)

        #expect(group.waits(for: 1))
    }

    @Test func announcedNamesAreResolved() throws {
        let group = try AnsweringGroup(2)
        group.nodes[0].replicas = []
        group.name(0)
        #expect(group.loop.turn { !group.control.isSeeking })

        group.nodes[1].takeOver(from: group.nodes[0], history: "b")
        group.nodes[0].primaryHost = "announced.example"
        group.control.suspect(epoch: 1, because: "READONLY")

        #expect(group.waits(for: 1, milliseconds: 50))
    }

    @Test func primaryIsFoundAmongNodesWhenTheNameHasNoAddress() throws {
        let group = try AnsweringGroup(3)

        group.name(nil, readers: [1], nodes: [2])

        #expect(group.waits(for: 0))
        #expect(group.control.epoch == 1)
    }

    @Test func laggingAndLoadingReplicasAreNotRead() throws {
        let group = try AnsweringGroup(4) { $0.maxReplicaLag = ReplicaLag(bytes: 1_000) }
        group.name(0)
        group.settle()
        #expect(group.loop.turn { group.control.replicas.count == 3 })

        group.nodes[0].offset = 10_000
        group.nodes[1].isLoading = true
        group.nodes[2].isLinkUp = false
        group.nodes[3].offset = 9_500

        #expect(
            group.loop.turn { group.control.replicas.map(\.address) == [group.nodes[3].address] })
    }

    @Test func statisticsTellOfEveryNode() throws {
        let group = try AnsweringGroup(3)
        group.name(0)
        group.settle()
        group.nodes[0].offset = 10_000
        group.nodes[1].isLoading = true
        group.nodes[2].isLinkUp = false
        group.nodes[2].offset = 9_500
        #expect(
            group.loop.turn {
                let stats = GroupStats(group.control)
                return stats.nodes[1].state == .loading && stats.nodes[2].state == .linkDown
                    && stats.nodes[2].lagBytes == 500
            })

        let stats = GroupStats(group.control)

        #expect(stats.primary == group.nodes[0].address.description)
        #expect(stats.hasPrimary)
        #expect(stats[.epoch] == 1)
        #expect(stats[.missing] == 0)
        #expect(stats[.readableReplicas] == 0)
        #expect(stats.nodes.map(\.role) == [.primary, .replica, .replica])
        #expect(stats.nodes.map(\.isPrimary) == [true, false, false])
        #expect(stats.nodes[0].lagBytes == nil)
        #expect(stats.nodes.allSatisfy { $0.roundTripMicroseconds > 0 && $0.problem.isEmpty })
        let now = WallClock.microsecondsSinceEpoch()
        #expect(stats.nodes.allSatisfy { now - 60_000_000...now ~= $0.since })
    }

    @Test func statisticsTellWhatIsAwaited() throws {
        let group = try AnsweringGroup(2)
        group.name(0)
        group.settle()

        group.nodes[0].die()
        group.control.suspect(epoch: 1, because: "connection lost")

        #expect(group.loop.turn { !GroupStats(group.control).hasPrimary })
        group.pass(milliseconds: 20)
        let stats = GroupStats(group.control)
        #expect(stats.awaited.contains("refused"))
        #expect(stats[.missing] >= 20_000)
        #expect(stats[.seeking] == 1)
        #expect(stats.nodes[0].state == .unreachable)
        #expect(stats.nodes[0].problem.contains("refused"))
        #expect(stats.nodes[0].lagSeconds == nil)
    }

    @Test func replicasAreReadWhileThePrimaryIsMissing() throws {
        let group = try AnsweringGroup(2)
        group.name(0)
        group.settle()
        #expect(group.loop.turn { group.control.replicas.count == 1 })

        group.nodes[0].die()
        group.nodes[1].isLinkUp = false
        group.control.suspect(epoch: 1, because: "connection lost")
        group.pass(milliseconds: 300)

        #expect(group.control.replicas.map(\.address) == [group.nodes[1].address])
    }

    @Test func numberOfNodesIsBounded() throws {
        let group = try AnsweringGroup(2)
        let port = group.nodes[0].address.port
        group.nodes[0].replicas = (1...200).map {
            .ipv4(0x7f00_0002 + UInt32($0), port: port)
        }
        group.name(0)
        #expect(group.loop.turn { group.control.facts.count == GroupLimits.mostNodes })

        group.name(0, nodes: [1])

        #expect(group.control.facts.count == GroupLimits.mostNodes)
        #expect(group.control.facts.contains { $0.address == group.nodes[1].address })
    }

    @Test func startingNodeIsNotFlooded() throws {
        let group = try AnsweringGroup(1)
        group.name(0)
        group.settle()
        group.nodes[0].isLoading = true
        group.control.suspect(epoch: 1, because: "LOADING")
        let before = group.nodes[0].commands.count

        group.pass(milliseconds: 1_000)

        let questions = (group.nodes[0].commands.count - before) / 2
        #expect(8...50 ~= questions)
        #expect(group.nodes[0].connections == 1)
    }

    @Test func cancelledControlIsSilent() throws {
        let group = try AnsweringGroup(2)
        group.name(0)
        group.settle()

        group.control.cancel()
        let count = group.nodes[0].commands.count
        group.nodes[0].die()
        group.control.suspect(epoch: 1, because: "connection lost")
        group.pass(milliseconds: 100)

        #expect(group.nodes[0].commands.count == count)
        #expect(group.published.last == 1)
    }
}
