import Reactor
import Testing

@testable import Proxy

/// What is told of changes of primary, and when.
@Suite(.serialized) struct PromotionRecordTests {
    private final class Fixture {
        let loop: EventLoop
        var isAsked = false
        private(set) var told: [PromotionRecord.Entry] = []
        private(set) var record: PromotionRecord?
        /// Ends turns in which nothing happens.
        private let tick: Timer

        init() throws {
            loop = try EventLoop()
            tick = Timer(loop) {}
            tick.start(everyMilliseconds: 1)
            record = PromotionRecord(loop) { [unowned self] in
                self.isAsked
            } tell: { [unowned self] entry in
                self.told.append(entry)
            }
        }

        deinit {
            record?.cancel()
            tick.cancel()
        }

        /// The second address takes the first one's place.
        func promote(
            from: UInt32 = 1, to: UInt32, epoch: Int, isPromotion: Bool = true,
            milliseconds: Int64 = 5
        ) {
            let now = EventLoop.monotonicMicroseconds()
            record?.take(
                PrimaryChange(
                    from: PromotionRecordTests.node(from), to: PromotionRecordTests.node(to),
                    epoch: epoch, isPromotion: isPromotion, sign: "READONLY", reason: "",
                    signAt: now - milliseconds * 1000, decidedAt: now))
        }

        func waits(for count: Int) -> Bool { loop.turn { told.count == count } }
    }

    private static func node(_ number: UInt32) -> SocketAddress {
        .ipv4(0x0a00_0000 + number, port: 6379)
    }

    @Test func workersOfOneChangeMakeOneEntry() throws {
        let fixture = try Fixture()

        fixture.promote(to: 2, epoch: 2)
        fixture.record?.answered(epoch: 2, HoldSummary(held: 30))
        fixture.record?.answered(epoch: 2, HoldSummary(held: 7, failed: 1))

        #expect(fixture.waits(for: 1))
        let entry = try #require(fixture.told.first)
        #expect(entry.held == 37)
        #expect(entry.failed == 1)
        #expect(5_000..<200_000 ~= entry.microseconds)
        #expect(fixture.record?.changes == 1)
        #expect(fixture.record?.lastMicroseconds == entry.microseconds)
        #expect(fixture.record?.totalMicroseconds == entry.microseconds)
    }

    @Test func entryReadsAsASentence() {
        let entry = PromotionRecord.Entry(
            from: Self.node(7), to: Self.node(9), sign: "READONLY", microseconds: 14_900, held: 37,
            failed: 0)

        #expect(
            entry.description
                == "10.0.0.7:6379 → 10.0.0.9:6379 after READONLY, 14 ms, 37 requests held, 0 failed"
        )
    }

    @Test func replyOfAnEarlierPrimaryEndsNothing() throws {
        let fixture = try Fixture()

        fixture.promote(to: 2, epoch: 3)
        fixture.isAsked = true
        fixture.record?.answered(epoch: 2, HoldSummary(held: 1))

        #expect(!fixture.loop.turn(forMilliseconds: 1_200) { !fixture.told.isEmpty })
        fixture.record?.answered(epoch: 3, HoldSummary(held: 2))
        #expect(fixture.waits(for: 1))
        #expect(fixture.told[0].held == 3)
        #expect(fixture.told[0].microseconds >= 1_200_000)
    }

    /// It took until the decision; when somebody asks again is another matter.
    @Test func changeThatNobodyFeltIsToldToo() throws {
        let fixture = try Fixture()

        fixture.promote(to: 2, epoch: 2, milliseconds: 14)

        #expect(fixture.waits(for: 1))
        #expect(fixture.told[0].microseconds == 14_000)
        fixture.record?.answered(epoch: 2, HoldSummary())
        #expect(!fixture.loop.turn(forMilliseconds: 300) { fixture.told.count > 1 })
    }

    @Test func firstAddressAtTheStartIsNoPromotion() throws {
        let fixture = try Fixture()

        fixture.promote(to: 2, epoch: 2, isPromotion: false)
        fixture.record?.answered(epoch: 2, HoldSummary(held: 1))

        #expect(!fixture.loop.turn(forMilliseconds: 1_200) { !fixture.told.isEmpty })
        #expect(fixture.record?.changes == 0)
    }

    @Test func changeIsTakenOnce() throws {
        let fixture = try Fixture()

        for _ in 0..<2 {
            fixture.promote(to: 2, epoch: 2)
            fixture.record?.answered(epoch: 2, HoldSummary(held: 1))
            #expect(fixture.waits(for: 1))
        }

        #expect(!fixture.loop.turn(forMilliseconds: 300) { fixture.told.count > 1 })
    }

    /// Nobody had a reply in between, so to the clients it is one change.
    @Test func overtakenChangeBecomesPartOfTheNext() throws {
        let fixture = try Fixture()

        fixture.promote(to: 2, epoch: 2, milliseconds: 50)
        fixture.promote(from: 2, to: 3, epoch: 3)
        fixture.record?.answered(epoch: 3, HoldSummary(held: 4))

        #expect(fixture.waits(for: 1))
        #expect(fixture.told[0].from == Self.node(1))
        #expect(fixture.told[0].to == Self.node(3))
        #expect(fixture.told[0].microseconds >= 50_000)
    }

    @Test func secondFailoverAfterAReplyIsToldByItself() throws {
        let fixture = try Fixture()

        fixture.promote(to: 2, epoch: 2)
        fixture.record?.answered(epoch: 2, HoldSummary(held: 4))
        fixture.promote(from: 2, to: 1, epoch: 3)
        fixture.record?.answered(epoch: 3, HoldSummary(held: 5))

        #expect(fixture.waits(for: 2))
        #expect(fixture.told.map(\.held) == [4, 5])
        #expect(fixture.told.map(\.to) == [Self.node(2), Self.node(1)])
    }
}
