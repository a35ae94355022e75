import Testing

@testable import Proxy

/// A worker sleeps between turns when it is busy with small batches, and only then.
struct BatchingTests {
    private static let sleep: Int64 = 120
    private static let usual = Batching(waitMicroseconds: Int(sleep))

    /// Turns of so many microseconds awake, and so many of waiting besides the sleep, with so many
    /// requests in flight, whose replies take as long as a turn or so many microseconds, of which
    /// the network takes its part.
    private func run(
        _ batching: inout Batching, _ now: inout Int64, turns: Int, awake: Int64, asleep: Int64,
        flights: Int64 = 100, lives: Int64 = 0, took: Int? = nil, network: Int = 0
    ) {
        for _ in 0..<turns {
            now += awake
            let turn = Int(awake + asleep + Self.sleep)
            let took = took ?? turn
            let replies = max(1, Int(flights) * turn / took)
            batching.hears(replies, after: network)
            batching.waits(
                at: now, Departures.Turn(replies: replies, microseconds: replies * took),
                livesTook: Int(lives) * took, isLarge: false)
            now += asleep + Int64(batching.sleep)
            batching.wakes(at: now)
        }
    }

    @Test func aBusyWorkerSleepsAndAnIdleOneDoesNot() {
        var batching = Self.usual
        var now: Int64 = 0
        #expect(batching.sleep == 0)

        run(&batching, &now, turns: 1_000, awake: 10, asleep: 90)
        #expect(batching.sleep == 0)
        run(&batching, &now, turns: 1_000, awake: 45, asleep: 55)
        #expect(batching.sleep == 0)
        run(&batching, &now, turns: 1_000, awake: 80, asleep: 10)
        #expect(batching.sleep > 0)
    }

    @Test func itStopsWhenTheBatchesStaySmall() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)
        #expect(batching.sleep > 0)

        run(&batching, &now, turns: 1_000, awake: 80, asleep: 0)
        #expect(batching.sleep > 0)
        run(&batching, &now, turns: 1_000, awake: 20, asleep: 50)
        #expect(batching.sleep == 0)
    }

    @Test func forAFewClientsItDoesNotSleep() {
        var batching = Self.usual
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0, flights: 5)

        #expect(batching.sleep == 0)
    }

    @Test func clientsThatComeForOneRequestAreMany() {
        var batching = Self.usual
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0, flights: 5, lives: 50)

        #expect(batching.sleep > 0)
    }

    @Test func afterALongTurnItDoesNotSleep() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)
        #expect(batching.sleep > 0)

        run(&batching, &now, turns: 1, awake: Self.sleep, asleep: 0)

        #expect(batching.sleep == 0)
    }

    @Test func afterAPortionOfALargeValueItDoesNotSleep() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)
        #expect(batching.sleep > 0)

        batching.waits(at: now, Departures.Turn(replies: 3), livesTook: 0, isLarge: true)
        #expect(batching.sleep == 0)

        batching.waits(at: now, Departures.Turn(replies: 30), livesTook: 0, isLarge: true)
        #expect(batching.sleep > 0)
    }

    @Test func oneLongTurnDoesNotDecide() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 100, awake: 10, asleep: 90)

        run(&batching, &now, turns: 1, awake: 100_000, asleep: 0)
        run(&batching, &now, turns: 1, awake: 10, asleep: 90)

        #expect(batching.sleep == 0)
    }

    @Test func aClockThatStandsStillIsNoMatter() {
        var batching = Self.usual
        var now: Int64 = 1_000

        run(&batching, &now, turns: 10, awake: 0, asleep: 0)

        #expect(batching.sleep == 0)
    }

    @Test func withoutAWaitItNeverSleeps() {
        var batching = Batching(waitMicroseconds: 0)
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)

        #expect(batching.sleep == 0)
    }

    @Test func itSleepsForTheRestOfItsWait() {
        var batching = Self.usual
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)

        #expect(batching.sleep == 30)
    }

    @Test func repliesOfPipelinesWaitForHalfOfWhatTheyTakeAnyway() {
        var batching = Self.usual
        var now: Int64 = 0
        run(&batching, &now, turns: 1_000, awake: 10, asleep: 90)
        #expect(batching.patience == 0)

        run(&batching, &now, turns: 1_000, awake: 90, asleep: 0)
        #expect(104...105 ~= batching.patience)

        run(&batching, &now, turns: 1_000, awake: 20_000, asleep: 0)
        #expect(batching.patience == 2_000)
    }

    @Test func whereRepliesQueueItSleepsForAQuarterOfThat() {
        var batching = Self.usual
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 40, asleep: 0, took: 1_700)
        #expect(306...310 ~= batching.sleep)

        run(&batching, &now, turns: 1_000, awake: 40, asleep: 0, took: 100_000)
        #expect(batching.sleep == 440)
    }

    @Test func whereTheNetworkTakesThatLongItDoesNot() {
        var batching = Self.usual
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 10, asleep: 30, took: 1_700, network: 1_500)
        #expect(batching.sleep == 0)

        run(&batching, &now, turns: 1_000, awake: 100, asleep: 0, took: 1_700, network: 1_500)
        #expect(batching.sleep == 20)
    }

    @Test func aFewSlowRepliesAreNoQueue() {
        var batching = Self.usual
        var now: Int64 = 0

        for _ in 0..<100 {
            run(&batching, &now, turns: 19, awake: 10, asleep: 30, took: 200)
            run(&batching, &now, turns: 1, awake: 10, asleep: 30, took: 1_000_000)
            #expect(batching.sleep == 0)
        }
    }

    @Test func whoeverIsHardlyAwakeDoesNotSleepForAQueue() {
        var batching = Self.usual
        var now: Int64 = 0

        run(&batching, &now, turns: 1_000, awake: 10, asleep: 90, took: 10_000)

        #expect(batching.sleep == 0)
    }
}
