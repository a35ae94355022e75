import Testing

@testable import Proxy

/// A worker sleeps between turns when it is busy with small batches, and only then.
struct BatchingTests {
    /// A worker that turns as it is told.
    private struct TurningWorker {
        static let usualWait: Int64 = 120

        var batching = Batching(waitMicroseconds: Int(usualWait))
        var now: Int64 = 0

        var sleep: Int { batching.sleep }
        var patience: Int64 { batching.patience }

        /// Turns of so many microseconds awake, and so many of waiting besides the sleep, with so
        /// many requests in flight, whose replies take as long as a turn or so many microseconds, of
        /// which the network takes its part.
        mutating func turn(
            _ times: Int, awake: Int64, asleep: Int64, flights: Int64 = 100, lives: Int64 = 0,
            took: Int? = nil, network: Int = 0
        ) {
            for _ in 0..<times {
                now += awake
                let turn = Int(awake + asleep + Self.usualWait)
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

        /// A turn ends in which a portion of a large value has come, and so many replies.
        mutating func endLargeTurn(replies: Int) {
            batching.waits(
                at: now, Departures.Turn(replies: replies), livesTook: 0, isLarge: true)
        }
    }

    @Test func aBusyWorkerSleepsAndAnIdleOneDoesNot() {
        var worker = TurningWorker()
        #expect(worker.sleep == 0)

        worker.turn(1_000, awake: 10, asleep: 90)
        #expect(worker.sleep == 0)
        worker.turn(1_000, awake: 45, asleep: 55)
        #expect(worker.sleep == 0)
        worker.turn(1_000, awake: 80, asleep: 10)
        #expect(worker.sleep > 0)
    }

    @Test func itStopsWhenTheBatchesStaySmall() {
        var worker = TurningWorker()
        worker.turn(1_000, awake: 90, asleep: 0)
        #expect(worker.sleep > 0)

        worker.turn(1_000, awake: 80, asleep: 0)
        #expect(worker.sleep > 0)
        worker.turn(1_000, awake: 20, asleep: 50)
        #expect(worker.sleep == 0)
    }

    @Test func forAFewClientsItDoesNotSleep() {
        var worker = TurningWorker()

        worker.turn(1_000, awake: 90, asleep: 0, flights: 5)

        #expect(worker.sleep == 0)
    }

    @Test func clientsThatComeForOneRequestAreMany() {
        var worker = TurningWorker()

        worker.turn(1_000, awake: 90, asleep: 0, flights: 5, lives: 50)

        #expect(worker.sleep > 0)
    }

    @Test func afterALongTurnItDoesNotSleep() {
        var worker = TurningWorker()
        worker.turn(1_000, awake: 90, asleep: 0)
        #expect(worker.sleep > 0)

        worker.turn(1, awake: TurningWorker.usualWait, asleep: 0)

        #expect(worker.sleep == 0)
    }

    @Test func afterAPortionOfALargeValueItDoesNotSleep() {
        var worker = TurningWorker()
        worker.turn(1_000, awake: 90, asleep: 0)
        #expect(worker.sleep > 0)

        worker.endLargeTurn(replies: 3)
        #expect(worker.sleep == 0)

        worker.endLargeTurn(replies: 30)
        #expect(worker.sleep > 0)
    }

    @Test func oneLongTurnDoesNotDecide() {
        var worker = TurningWorker()
        worker.turn(100, awake: 10, asleep: 90)

        worker.turn(1, awake: 100_000, asleep: 0)
        worker.turn(1, awake: 10, asleep: 90)

        #expect(worker.sleep == 0)
    }

    @Test func aClockThatStandsStillIsNoMatter() {
        var worker = TurningWorker(now: 1_000)

        worker.turn(10, awake: 0, asleep: 0)

        #expect(worker.sleep == 0)
    }

    @Test func withoutAWaitItNeverSleeps() {
        var worker = TurningWorker(batching: Batching(waitMicroseconds: 0))

        worker.turn(1_000, awake: 90, asleep: 0)

        #expect(worker.sleep == 0)
    }

    @Test func itSleepsForTheRestOfItsWait() {
        var worker = TurningWorker()

        worker.turn(1_000, awake: 90, asleep: 0)

        #expect(worker.sleep == 30)
    }

    @Test func repliesOfPipelinesWaitForHalfOfWhatTheyTakeAnyway() {
        var worker = TurningWorker()
        worker.turn(1_000, awake: 10, asleep: 90)
        #expect(worker.patience == 0)

        worker.turn(1_000, awake: 90, asleep: 0)
        #expect(104...105 ~= worker.patience)

        worker.turn(1_000, awake: 20_000, asleep: 0)
        #expect(worker.patience == 2_000)
    }

    @Test func whereRepliesQueueItSleepsForAQuarterOfThat() {
        var worker = TurningWorker()

        worker.turn(1_000, awake: 40, asleep: 0, took: 1_700)
        #expect(306...310 ~= worker.sleep)

        worker.turn(1_000, awake: 40, asleep: 0, took: 100_000)
        #expect(worker.sleep == 440)
    }

    @Test func whereTheNetworkTakesThatLongItDoesNot() {
        var worker = TurningWorker()

        worker.turn(1_000, awake: 10, asleep: 30, took: 1_700, network: 1_500)
        #expect(worker.sleep == 0)

        worker.turn(1_000, awake: 100, asleep: 0, took: 1_700, network: 1_500)
        #expect(worker.sleep == 20)
    }

    @Test func aFewSlowRepliesAreNoQueue() {
        var worker = TurningWorker()

        for _ in 0..<100 {
            worker.turn(19, awake: 10, asleep: 30, took: 200)
            worker.turn(1, awake: 10, asleep: 30, took: 1_000_000)
            #expect(worker.sleep == 0)
        }
    }

    @Test func whoeverIsHardlyAwakeDoesNotSleepForAQueue() {
        var worker = TurningWorker()

        worker.turn(1_000, awake: 10, asleep: 90, took: 10_000)

        #expect(worker.sleep == 0)
    }
}
