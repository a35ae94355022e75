import Testing

@testable import Proxy

/// A worker sleeps between turns when it is busy with small batches, and only then.
struct BatchingTests {
    private static let sleep: Int64 = 120
    private static let usual = Batching(waitMicroseconds: Int(sleep))

    /// Turns of so many microseconds awake, and so many of waiting besides the sleep, with so many
    /// replies that each server took so many microseconds for.
    private func run(
        _ batching: inout Batching, _ now: inout Int64, turns: Int, awake: Int64, asleep: Int64,
        replies: Int = 0, microseconds: UInt32 = 0
    ) {
        var pace = ReplyPace()
        pace.add(replies, microseconds: microseconds)
        for _ in 0..<turns {
            now += awake
            batching.waits(at: now, replies: pace)
            now += asleep + Int64(batching.sleepMicroseconds)
            batching.wakes(at: now)
        }
    }

    @Test func aBusyWorkerSleepsAndAnIdleOneDoesNot() {
        var batching = Self.usual
        var now: Int64 = 0
        #expect(batching.sleepMicroseconds == 0)

        run(&batching, &now, turns: 1_000, awake: 10, asleep: 90)
        #expect(batching.sleepMicroseconds == 0)
        run(&batching, &now, turns: 1_000, awake: 45, asleep: 55)
        #expect(batching.sleepMicroseconds == 0)
        run(&batching, &now, turns: 1_000, awake: 80, asleep: 10)
        #expect(batching.sleepMicroseconds == Int(Self.sleep))
    }

    @Test func itStopsWhenTheBatchesStaySmall() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)
        #expect(batching.sleepMicroseconds == Int(Self.sleep))

        run(&batching, &now, turns: 1_000, awake: 80, asleep: 0)
        #expect(batching.sleepMicroseconds == Int(Self.sleep))
        run(&batching, &now, turns: 1_000, awake: 20, asleep: 50)
        #expect(batching.sleepMicroseconds == 0)
    }

    @Test func afterALongTurnItDoesNotSleep() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)
        #expect(batching.sleepMicroseconds == Int(Self.sleep))

        run(&batching, &now, turns: 1, awake: Self.sleep, asleep: 0)

        #expect(batching.sleepMicroseconds == 0)
    }

    @Test func oneLongTurnDoesNotDecide() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 100, awake: 10, asleep: 90)

        run(&batching, &now, turns: 1, awake: 100_000, asleep: 0)
        run(&batching, &now, turns: 1, awake: 10, asleep: 90)

        #expect(batching.sleepMicroseconds == 0)
    }

    @Test func aClockThatStandsStillIsNoMatter() {
        var batching = Self.usual
        var now: Int64 = 1_000

        run(&batching, &now, turns: 10, awake: 0, asleep: 0)

        #expect(batching.sleepMicroseconds == 0)
    }

    @Test func withoutAWaitItNeverSleeps() {
        var batching = Batching(waitMicroseconds: 0)
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)

        #expect(batching.sleepMicroseconds == 0)
    }

    // MARK: - Crowds

    @Test func aCrowdThatWaitsLongAnywayWaitsFourTimesAsLong() {
        var batching = Self.usual
        var now: Int64 = 0

        run(
            &batching, &now, turns: 1_000, awake: 20, asleep: 80, replies: 20,
            microseconds: 10_000)

        #expect(batching.sleepMicroseconds == 4 * Int(Self.sleep))
    }

    /// A sixteenth of what its replies take.
    @Test func aCrowdIsNotMadeToWaitForMuchOfItsTime() {
        var batching = Self.usual
        var now: Int64 = 0

        run(
            &batching, &now, turns: 1_000, awake: 20, asleep: 80, replies: 30,
            microseconds: 3_000)

        #expect((180...188).contains(batching.sleepMicroseconds))
    }

    @Test func fewDoNotWaitHoweverSlowTheirServer() {
        var batching = Self.usual
        var now: Int64 = 0

        run(
            &batching, &now, turns: 1_000, awake: 20, asleep: 280, replies: 2,
            microseconds: 50_000)

        #expect(batching.sleepMicroseconds == 0)
    }

    @Test func aCrowdThatIsServedAtOnceDoesNotWait() {
        var batching = Self.usual
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 20, asleep: 80, replies: 20, microseconds: 200)

        #expect(batching.sleepMicroseconds == 0)
    }

    /// One in ten is quick, and would feel the sleep ten times as much.
    @Test func thoseWhoAreServedAtOnceCountMoreThanOthers() {
        var batching = Self.usual
        var now: Int64 = 0
        var pace = ReplyPace()
        pace.add(90, microseconds: 10_000)
        pace.add(10, microseconds: 100)

        for _ in 0..<1_000 {
            now += 20
            batching.waits(at: now, replies: pace)
            now += 80 + Int64(batching.sleepMicroseconds)
            batching.wakes(at: now)
        }

        // A reply's mean time is 917 microseconds by this measure.
        #expect((56...58).contains(batching.sleepMicroseconds))
    }
}
