import Testing

@testable import Proxy

/// Replies count once they are sent, be that turns after they came.
struct DeparturesTests {
    private let cells = LatencyCells(rows: 1)
    private static let slot = LatencySlot(row: 0, .read)
    private static let visit = Visit(slot, microseconds: 10)

    private var counted: LatencyHistogram {
        var histogram = LatencyHistogram()
        cells.add(.total, of: Self.slot, to: &histogram)
        return histogram
    }

    @Test func repliesOfThisTurnCountAtItsEnd() {
        defer { cells.destroy() }
        var departures = Departures()
        let stamp = Worker.clock()
        for number in 0..<20 {
            departures.add(Self.visit, receivedAt: stamp, .init(behind: number))
            departures.sent(number + 1)
        }
        #expect(counted.count == 0)

        departures.count(in: cells)

        #expect(counted.count == 20)
        #expect(departures.endTurn().replies == 20)
        #expect(departures.endTurn().replies == 0)
    }

    @Test func thoseThatWaitCountWhenTheyAreSent() {
        defer { cells.destroy() }
        var departures = Departures()
        let early = Worker.clock() &- 5_000_000
        let (first, second) = (departures.open(), departures.open())
        #expect(first != second)
        departures.add(Self.visit, receivedAt: early, first)
        departures.add(Self.visit, receivedAt: early, second)
        departures.add(Self.visit, receivedAt: early, .init(behind: 0))
        departures.count(in: cells)
        #expect(counted.count == 1)

        departures.add(Self.visit, receivedAt: early, first)
        departures.close(first, as: .init(behind: 0))
        departures.count(in: cells)
        #expect(counted.count == 3)

        departures.close(second, as: .init(behind: 1000))
        departures.count(in: cells)
        #expect(counted.count == 4)
        #expect(counted.sum >= 4 * 5_000_000)
    }

    @Test func aClosedSendsPlaceIsAnothersFromTheNextTurnOn() {
        defer { cells.destroy() }
        var departures = Departures()
        let old = departures.open()
        departures.close(old, as: .init(behind: 0))
        #expect(departures.open() != old)
        departures.count(in: cells)

        let new = departures.open()
        #expect(new == old)
        departures.add(Self.visit, receivedAt: Worker.clock(), new)
        departures.count(in: cells)
        #expect(counted.count == 0)
    }
}
