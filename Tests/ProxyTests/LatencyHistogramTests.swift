import Testing

@testable import Proxy

@Suite struct LatencyHistogramTests {
    @Test func nothingIsZero() {
        let histogram = LatencyHistogram()

        #expect(histogram.count == 0)
        #expect(histogram.percentile(50_000) == 0)
        #expect(histogram.percentile(100_000) == 0)
        #expect(histogram.count(below: 24) == 0)
    }

    @Test func percentilesAreATwentiethOffAtMostWhereTimesAreSpread() {
        var histogram = LatencyHistogram()
        for time in UInt32(1)...10_000 { histogram.add(time) }

        #expect(histogram.count == 10_000)
        #expect(histogram.sum == 10_000 * 10_001 / 2)
        #expect(histogram.longest == 10_000)
        for (share, exact) in [
            (50_000, 5000), (90_000, 9000), (99_000, 9900), (99_900, 9990), (99_990, 9999),
        ] {
            let shown = histogram.percentile(share)
            #expect(abs(shown - exact) <= exact / 20)
        }
        #expect(histogram.percentile(0) == 1)
        #expect(histogram.percentile(100_000) == 10_000)
    }

    @Test func percentilesOfFewRequestsAreTheirTimes() {
        var histogram = LatencyHistogram()
        for time in [UInt32(3), 5, 1_000_003] { histogram.add(time) }

        #expect(histogram.percentile(33_000) == 3)
        #expect(histogram.percentile(50_000) == 5)
        #expect(histogram.percentile(99_990) == 1_000_003)
    }

    @Test func percentilesOfLikeTimesAreAnEighthOffAtMost() {
        var histogram = LatencyHistogram()
        for _ in 0..<1000 { histogram.add(2000) }
        histogram.add(5000)

        for share in [0, 1000, 50_000, 99_000] {
            #expect(abs(histogram.percentile(share) - 2000) <= 250)
        }
        #expect(histogram.percentile(100_000) == 5000)
    }

    @Test func countsBelowPowersOfTwoAreExact() {
        var histogram = LatencyHistogram()
        for time in [UInt32(15), 16, 31, 32, 1023, 1024] { histogram.add(time) }

        #expect(histogram.count(below: 4) == 1)
        #expect(histogram.count(below: 5) == 3)
        #expect(histogram.count(below: 10) == 5)
        #expect(histogram.count(below: 11) == 6)
    }

    @Test func twoAddUp() {
        var one = LatencyHistogram()
        var other = LatencyHistogram()
        for time in UInt32(1)...100 { time % 2 == 0 ? one.add(time) : other.add(time) }

        one.add(other)

        #expect(one.count == 100)
        #expect(one.sum == 5050)
        #expect(one.longest == 100)
        #expect(one.percentile(9_000) == 9)
    }
}

@Suite struct LatencyCellsTests {
    @Test func eachServerClassAndPartIsCountedByItself() {
        let cells = LatencyCells(rows: 4)
        defer { cells.destroy() }
        var time: UInt32 = 0
        for row in UInt32(0)...3 {
            for commandClass in CommandClass.allCases {
                for part in LatencyPart.allCases {
                    time += 1
                    let slot = LatencySlot(row: row, commandClass)
                    cells.add(time * 100, times: 2, to: part, of: slot)
                }
            }
        }

        time = 0
        for row in UInt32(0)...3 {
            let table = LatencyTable(of: [cells], row: row)
            for commandClass in CommandClass.allCases {
                for part in LatencyPart.allCases {
                    time += 1
                    let histogram = table[commandClass, part]
                    #expect(histogram?.count == 2)
                    #expect(histogram?.sum == Int(time) * 200)
                    #expect(histogram?.longest == Int(time) * 100)
                }
            }
        }
    }

    @Test func workersAddUp() {
        let workers = (0..<3).map { _ in LatencyCells(rows: 2) }
        defer { for cells in workers { cells.destroy() } }
        let slot = LatencySlot(row: 0, .write)
        for (number, cells) in workers.enumerated() {
            for time in UInt32(1)...100 {
                cells.add(time * UInt32(number + 1), times: 1, to: .total, of: slot)
            }
        }

        let table = LatencyTable(of: workers, row: 0)

        #expect(table.classes == [.write])
        #expect(table[.write, .total]?.count == 300)
        #expect(table[.write, .total]?.sum == 5050 * 6)
        #expect(table[.write, .total]?.longest == 300)
        #expect(table[.total].count == 300)
        #expect(table[.write, .server] == nil)
        #expect(table[.read, .total] == nil)
    }

    @Test func whatWasNeverUsedHoldsNothing() {
        let cells = LatencyCells(rows: 1025)
        defer { cells.destroy() }

        for row in UInt32(0)...1024 { #expect(LatencyTable(of: [cells], row: row).classes.isEmpty) }
    }

    @Test func slotsAreDistinct() {
        var seen: Set<UInt32> = [LatencySlot.none.number]
        for row in UInt32(0)...1024 {
            for commandClass in CommandClass.allCases {
                let slot = LatencySlot(row: row, commandClass)
                #expect(seen.insert(slot.number).inserted)
                #expect(slot.isSplit == (commandClass == .split))
            }
        }
    }
}
