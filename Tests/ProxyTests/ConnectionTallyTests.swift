import Testing

@testable import Proxy

@Suite struct ConnectionTallyTests {
    private func withCounters(_ body: (Counters, (ServerMetric) -> Int) -> Void) {
        let counters = Counters(count: ServerMetric.allCases.count)
        defer { counters.destroy() }
        body(counters) { counters.value($0.index) }
    }

    @Test func whatHappenedIsToldOnce() {
        withCounters { counters, value in
            var tally = ConnectionTally()
            tally.addRequest(30)
            tally.addRequest(12)
            tally.addReply(5, isComplete: true)

            let told = (0..<2).map { _ in tally.tell(.init(), to: counters) }

            #expect(told == [1, 0])
            #expect(value(.requests) == 2)
            #expect(value(.requestBytes) == 42)
            #expect(value(.responses) == 1)
            #expect(value(.responseBytes) == 5)
        }
    }

    @Test func aReplyInPiecesIsOne() {
        withCounters { counters, value in
            var tally = ConnectionTally()
            tally.addReply(100, isComplete: false)
            let before = tally.tell(.init(), to: counters)
            tally.addReply(20, isComplete: true)
            let after = tally.tell(.init(), to: counters)

            #expect([before, after] == [0, 1])
            #expect(value(.responses) == 1)
            #expect(value(.responseBytes) == 120)
        }
    }

    @Test func aServersLevelsAreTheSumOverItsConnections() {
        withCounters { counters, value in
            var one = ConnectionTally()
            var other = ConnectionTally()
            let some = ConnectionTally.Levels(
                inQueue: 3, inQueueBytes: 300, outQueue: 1, outQueueBytes: 100)
            let fewer = ConnectionTally.Levels(
                inQueue: 1, inQueueBytes: 100, outQueue: 2, outQueueBytes: 200)

            _ = one.tell(some, to: counters)
            _ = other.tell(some, to: counters)
            _ = one.tell(fewer, to: counters)

            #expect(value(.inQueue) == 4)
            #expect(value(.inQueueBytes) == 400)
            #expect(value(.outQueue) == 3)
            #expect(value(.outQueueBytes) == 300)

            _ = one.tell(.init(), to: counters)
            _ = other.tell(.init(), to: counters)
            for metric in [ServerMetric.inQueue, .inQueueBytes, .outQueue, .outQueueBytes] {
                #expect(value(metric) == 0)
            }
        }
    }
}
