import Configuration
import Reactor
import Testing

@testable import Proxy

/// Groups of scripted nodes, followed from the test's own loop.
@Suite(.serialized) struct GroupControlTests {
    /// A group of nodes, the first of them primary, and who follows it.
    private final class Group {
        let loop: EventLoop
        let nodes: [AnsweringNode]
        let control: GroupControl
        private(set) var doubts = 0
        private(set) var published: [Int] = []

        init(_ count: Int, _ configure: (inout PoolConfiguration) -> Void = { _ in }) throws {
            let loop = try EventLoop()
            self.loop = loop
            nodes = try (0..<count).map { _ in try AnsweringNode(on: loop) }
            control = Group.control(loop, configure)
            let first = nodes[0]
            first.replicationID = AnsweringNode.id("a")
            first.replicas = nodes.dropFirst().map(\.address)
            for node in nodes.dropFirst() { node.demote(to: first) }
            control.doubt = { [unowned self] in self.doubts += 1 }
            control.changed = { [unowned self] in self.published.append(self.control.epoch) }
        }

        deinit {
            control.cancel()
            for node in nodes { node.die() }
        }

        private static func control(
            _ loop: EventLoop, _ configure: (inout PoolConfiguration) -> Void
        ) -> GroupControl {
            let server = ServerConfiguration(
                name: "s", hasExplicitName: true, address: .tcp(host: "cache.example", port: 6379),
                weight: 1, endpoint: "cache.example:6379")
            var pool = PoolConfiguration(
                name: "pool", listen: .tcp(host: "127.0.0.1", port: 1), listenText: "",
                servers: [server])
            pool.cacheProtocol = .redis
            configure(&pool)
            return GroupControl(loop: loop, pool: pool, server: server, log: .silent) {
                host, port, found in
                found(host == "announced.example" ? [.ipv4(0x7f00_0001, port: port)] : [])
            }
        }

        /// The name stands for the given node.
        func name(_ node: Int?, readers: [Int] = [], nodes listed: [Int] = []) {
            control.namesChanged(
                primary: node.map { [nodes[$0].address] } ?? [],
                readers: readers.map { nodes[$0].address },
                nodes: listed.map { nodes[$0].address })
        }

        /// Follows the group until all of it is known.
        func settle(_ location: SourceLocation = #_sourceLocation) {
            let isSettled = loop.turn {
                !control.isSeeking && control.facts.count == nodes.count
                    && control.facts.allSatisfy { $0.isReachable }
            }
            #expect(isSettled, sourceLocation: location)
        }

        /// Whether the node is primary before so much time is over.
        func waits(for node: Int, milliseconds: Int64 = 5_000) -> Bool {
            let address = nodes[node].address
            return loop.turn(forMilliseconds: milliseconds) {
                control.primary == address && !control.isSeeking
            }
        }

        /// Lets so much time pass.
        func pass(milliseconds: Int64) {
            _ = loop.turn(forMilliseconds: milliseconds) { false }
        }
    }

    @Test func firstAddressIsPublishedAtOnce() throws {
        let group = try Group(1)

        group.name(0)

        #expect(group.control.primary == group.nodes[0].address)
        #expect(group.control.epoch == 1)
        #expect(group.published == [1])
        group.settle()
        #expect(group.control.epoch == 1)
        #expect(group.control.hasPrimary)
    }

    @Test func nothingIsSoughtBeforeAnyAddressIsKnown() throws {
        let group = try Group(1)

        group.name(nil)
        group.control.suspect(epoch: 0, because: "no address")

        #expect(!group.control.isSeeking)
        #expect(!group.control.hasPrimary)
        #expect(group.control.epoch == 0)
        group.name(0)
        #expect(group.control.epoch == 1)
    }

    @Test func replicasAreLearntFromThePrimary() throws {
        let group = try Group(3)

        group.name(0)

        group.settle()
        #expect(group.loop.turn { group.control.replicas.count == 2 })
        #expect(
            Set(group.control.replicas.map(\.address))
                == [group.nodes[1].address, group.nodes[2].address])
        #expect(group.control.roundTripMicroseconds > 0)
    }

    @Test func nameOfAReplicaLeadsToItsPrimary() throws {
        let group = try Group(2)

        group.name(1)

        #expect(group.waits(for: 0))
        #expect(group.control.epoch == 2)
        #expect(group.control.promotions == 0)
    }

    /// The name still stands for the old one: nobody needs it.
    @Test func demotedNodeLeadsToTheNewPrimary() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()

        group.nodes[1].takeOver(from: group.nodes[0], history: "b")
        let start = EventLoop.monotonicMicroseconds()
        group.control.suspect(epoch: 1, because: "READONLY")

        #expect(group.waits(for: 1, milliseconds: 50))
        #expect(EventLoop.monotonicMicroseconds() - start < 50_000)
        #expect(group.control.epoch == 2)
        #expect(group.control.promotions == 1)
        #expect(group.control.splitBrains == 0)
        #expect(group.control.lastChange?.sign == "READONLY")
        #expect(group.control.lastChange?.from == group.nodes[0].address)
        #expect(group.doubts > 0)
    }

    @Test func demotedNodeLeadsToANodeNeverSeen() throws {
        let group = try Group(3)
        group.nodes[0].replicas = [group.nodes[1].address]
        group.name(0)
        #expect(group.loop.turn { group.control.facts.count == 2 && !group.control.isSeeking })

        group.nodes[2].takeOver(from: group.nodes[0], history: "b")
        group.control.suspect(epoch: 1, because: "READONLY")

        #expect(group.waits(for: 2, milliseconds: 50))
    }

    /// Nobody but the regular question tells it.
    @Test func demotionIsNoticedWithoutTraffic() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()

        group.nodes[1].takeOver(from: group.nodes[0], history: "b")

        #expect(group.waits(for: 1, milliseconds: 3_000))
    }

    @Test func crashIsFollowedByALaterPromotion() throws {
        let group = try Group(3)
        group.name(0)
        group.settle()

        group.nodes[0].die()
        group.control.suspect(epoch: 1, because: "connection lost")
        group.pass(milliseconds: 300)
        #expect(group.control.isSeeking)
        #expect(!group.control.hasPrimary)
        #expect(group.control.epoch == 1)
        #expect(group.control.awaited.contains("refused"))
        group.nodes[1].promote(history: "b")
        let start = EventLoop.monotonicMicroseconds()

        #expect(group.waits(for: 1))
        #expect(EventLoop.monotonicMicroseconds() - start < 200_000)
        #expect(group.control.epoch == 2)
    }

    @Test func crashedPrimaryThatReturnsIsTheSameInANewEpoch() throws {
        let group = try Group(1)
        group.name(0)
        group.settle()
        group.nodes[0].die()
        group.control.suspect(epoch: 1, because: "connection lost")
        #expect(group.loop.turn { !group.control.hasPrimary })

        try group.nodes[0].restart(history: "c")

        #expect(group.loop.turn { !group.control.isSeeking })
        #expect(group.control.hasPrimary)
        #expect(group.control.epoch == 2)
        #expect(group.control.promotions == 0)
    }

    @Test func loadingNodeIsNotPublished() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()
        group.nodes[1].isLoading = true
        group.nodes[1].takeOver(from: group.nodes[0], history: "b")
        group.control.suspect(epoch: 1, because: "READONLY")
        group.pass(milliseconds: 200)
        #expect(group.control.epoch == 1)

        group.nodes[1].isLoading = false

        #expect(group.waits(for: 1))
    }

    @Test func loadingPrimaryIsAwaited() throws {
        let group = try Group(1)
        group.name(0)
        group.settle()
        group.nodes[0].isLoading = true
        group.control.suspect(epoch: 1, because: "LOADING")
        #expect(group.loop.turn { !group.control.hasPrimary })
        #expect(group.control.awaited.contains("loading"))

        group.nodes[0].isLoading = false

        #expect(group.loop.turn { group.control.epoch == 2 })
    }

    /// A lost connection says little about a node that answers.
    @Test func healthyPrimaryIsTheSameInANewEpochAtOnce() throws {
        let group = try Group(1)
        group.name(0)
        group.settle()
        group.pass(milliseconds: 60)

        group.nodes[0].reset()
        group.control.suspect(epoch: 1, because: "connection lost")

        #expect(group.loop.turn(forMilliseconds: 40) { group.control.epoch == 2 })
    }

    @Test func repeatedSuspicionIsAnsweredAtAPace() throws {
        let group = try Group(1)
        group.name(0)
        group.settle()
        let start = EventLoop.monotonicMicroseconds()
        group.control.changed = { [unowned group] in
            group.control.suspect(epoch: group.control.epoch, because: "NOREPLICAS")
        }

        group.control.suspect(epoch: 1, because: "NOREPLICAS")

        #expect(group.loop.turn { group.control.epoch == 5 })
        let milliseconds = (EventLoop.monotonicMicroseconds() - start) / 1000
        #expect(milliseconds >= 50 + 100 + 200)
    }

    @Test func oldSuspicionsAreIgnored() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()
        group.nodes[1].takeOver(from: group.nodes[0], history: "b")
        group.control.suspect(epoch: 1, because: "READONLY")
        #expect(group.waits(for: 1))

        group.control.suspect(epoch: 1, because: "READONLY")

        #expect(!group.control.isSeeking)
        group.pass(milliseconds: 100)
        #expect(group.control.epoch == 2)
    }

    @Test func changedNameIsFollowedOnceItsNodeIsPrimary() throws {
        let group = try Group(2)
        group.nodes[0].replicas = []
        group.name(0)
        #expect(group.loop.turn { !group.control.isSeeking })

        group.name(1)
        group.pass(milliseconds: 50)
        #expect(group.control.primary == group.nodes[0].address)
        group.nodes[1].promote(history: "c")

        #expect(group.waits(for: 1, milliseconds: 1_000))
        #expect(group.control.lastChange?.sign.contains("name") == true)
    }

    @Test func splitBrainStaysWithThePrimaryAndIsCountedOnce() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()

        group.nodes[1].promote(history: "b")

        #expect(group.loop.turn { group.control.splitBrains == 1 })
        group.control.suspect(epoch: 1, because: "connection lost")
        #expect(group.loop.turn { group.control.epoch == 2 })
        #expect(group.control.primary == group.nodes[0].address)
        group.pass(milliseconds: 1_300)
        #expect(group.control.splitBrains == 1)
    }

    @Test func formerPrimaryThatReturnsEmptyDoesNotTakeWritesBack() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()
        group.nodes[0].die()
        group.control.suspect(epoch: 1, because: "connection lost")
        group.nodes[1].promote(history: "b")
        #expect(group.waits(for: 1))

        try group.nodes[0].restart(history: "c")
        let old = group.nodes[0].address
        #expect(
            group.loop.turn {
                group.control.facts.contains { $0.address == old && $0.isPrimary }
            })
        group.nodes[1].reset()
        group.control.suspect(epoch: 2, because: "connection lost")
        group.pass(milliseconds: 100)
        #expect(group.control.primary == group.nodes[1].address)
        group.nodes[1].die()
        group.control.suspect(epoch: group.control.epoch, because: "connection lost")
        group.pass(milliseconds: 500)

        #expect(group.control.primary == group.nodes[1].address)
        #expect(group.control.isSeeking)
    }

    /// A second failover, back to the first node, while the name never changes.
    @Test func failsOverTwice() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()
        group.nodes[1].takeOver(from: group.nodes[0], history: "b")
        group.control.suspect(epoch: 1, because: "READONLY")
        #expect(group.waits(for: 1))

        group.nodes[0].takeOver(from: group.nodes[1], history: "c")
        group.control.suspect(epoch: 2, because: "READONLY")

        #expect(group.waits(for: 0, milliseconds: 50))
        #expect(group.control.promotions == 2)
    }

    @Test func frozenPrimaryIsReplacedByItsHeir() throws {
        let group = try Group(2)
        group.name(0)
        group.settle()

        group.nodes[0].isSilent = true
        group.nodes[1].promote(history: "b")
        group.control.suspect(epoch: 1, because: "timed out")

        #expect(group.waits(for: 1, milliseconds: 450))
    }

    @Test func nodeThatMayNotTellIsTakenAtTheNamesWord() throws {
        let group = try Group(2)
        for node in group.nodes {
            node.tells = false
        }
        group.name(0)
        #expect(group.loop.turn { !group.control.isSeeking })

        group.name(1)

        #expect(group.waits(for: 1))
    }

    @Test func announcedNamesAreResolved() throws {
        let group = try Group(2)
        group.nodes[0].replicas = []
        group.name(0)
        #expect(group.loop.turn { !group.control.isSeeking })

        group.nodes[1].takeOver(from: group.nodes[0], history: "b")
        group.nodes[0].primaryHost = "announced.example"
        group.control.suspect(epoch: 1, because: "READONLY")

        #expect(group.waits(for: 1, milliseconds: 50))
    }

    @Test func primaryIsFoundAmongNodesWhenTheNameHasNoAddress() throws {
        let group = try Group(3)

        group.name(nil, readers: [1], nodes: [2])

        #expect(group.waits(for: 0))
        #expect(group.control.epoch == 1)
    }

    @Test func laggingAndLoadingReplicasAreNotRead() throws {
        let group = try Group(4) { $0.maxReplicaLag = ReplicaLag(bytes: 1_000) }
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
        let group = try Group(3)
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
        let group = try Group(2)
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
        let group = try Group(2)
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
        let group = try Group(2)
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
        let group = try Group(1)
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
        let group = try Group(2)
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
