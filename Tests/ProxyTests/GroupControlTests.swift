import Reactor
import Testing

@testable import Proxy

/// Where the primary is: groups of scripted nodes, followed from the test's own loop.
@Suite(.serialized) struct GroupControlTests {
    @Test func firstAddressIsPublishedAtOnce() throws {
        let group = try AnsweringGroup(1)

        group.name(0)

        #expect(group.control.primary == group.nodes[0].address)
        #expect(group.control.epoch == 1)
        #expect(group.published == [1])
        group.settle()
        #expect(group.control.epoch == 1)
        #expect(group.control.hasPrimary)
    }

    @Test func nothingIsSoughtBeforeAnyAddressIsKnown() throws {
        let group = try AnsweringGroup(1)

        group.name(nil)
        group.control.suspect(epoch: 0, because: "no address")

        #expect(!group.control.isSeeking)
        #expect(!group.control.hasPrimary)
        #expect(group.control.epoch == 0)
        group.name(0)
        #expect(group.control.epoch == 1)
    }

    @Test func replicasAreLearntFromThePrimary() throws {
        let group = try AnsweringGroup(3)

        group.name(0)

        group.settle()
        #expect(group.loop.turn { group.control.replicas.count == 2 })
        #expect(
            Set(group.control.replicas.map(\.address))
                == [group.nodes[1].address, group.nodes[2].address])
        #expect(group.control.roundTripMicroseconds > 0)
    }

    @Test func nameOfAReplicaLeadsToItsPrimary() throws {
        let group = try AnsweringGroup(2)

        group.name(1)

        #expect(group.waits(for: 0))
        #expect(group.control.epoch == 2)
        #expect(group.control.promotions == 0)
    }

    /// The name still stands for the old one: nobody needs it.
    @Test func demotedNodeLeadsToTheNewPrimary() throws {
        let group = try AnsweringGroup(2)
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
        let group = try AnsweringGroup(3)
        group.nodes[0].replicas = [group.nodes[1].address]
        group.name(0)
        #expect(group.loop.turn { group.control.facts.count == 2 && !group.control.isSeeking })

        group.nodes[2].takeOver(from: group.nodes[0], history: "b")
        group.control.suspect(epoch: 1, because: "READONLY")

        #expect(group.waits(for: 2, milliseconds: 50))
    }

    /// Nobody but the regular question tells it.
    @Test func demotionIsNoticedWithoutTraffic() throws {
        let group = try AnsweringGroup(2)
        group.name(0)
        group.settle()

        group.nodes[1].takeOver(from: group.nodes[0], history: "b")

        #expect(group.waits(for: 1, milliseconds: 3_000))
    }

    @Test func crashIsFollowedByALaterPromotion() throws {
        let group = try AnsweringGroup(3)
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
        let group = try AnsweringGroup(1)
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
        let group = try AnsweringGroup(2)
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
        let group = try AnsweringGroup(1)
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
        let group = try AnsweringGroup(1)
        group.name(0)
        group.settle()
        group.pass(milliseconds: 60)

        group.nodes[0].reset()
        group.control.suspect(epoch: 1, because: "connection lost")

        #expect(group.loop.turn(forMilliseconds: 40) { group.control.epoch == 2 })
    }

    @Test func repeatedSuspicionIsAnsweredAtAPace() throws {
        let group = try AnsweringGroup(1)
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
        let group = try AnsweringGroup(2)
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
        let group = try AnsweringGroup(2)
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
        let group = try AnsweringGroup(2)
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
        let group = try AnsweringGroup(2)
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
        let group = try AnsweringGroup(2)
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
        let group = try AnsweringGroup(2)
        group.name(0)
        group.settle()

        group.nodes[0].isSilent = true
        group.nodes[1].promote(history: "b")
        group.control.suspect(epoch: 1, because: "timed out")

        #expect(group.waits(for: 1, milliseconds: 450))
    }
}
