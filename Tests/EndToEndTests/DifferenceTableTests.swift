import TestKit
import Testing

/// The README's table of differences says what is, no more and no less.
@Suite struct DifferenceTableTests {
    @Test func everyLineHasAnIdAndAReason() {
        let table = IntendedDifference.table

        #expect(table.count > 20)
        #expect(Set(table.map(\.id)).count == table.count)
        for line in table {
            #expect(line.id.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(line.id)")
            #expect(!line.here.isEmpty && !line.twemproxy.isEmpty, "\(line.id)")
            #expect(!line.reason.isEmpty, "\(line.id)")
        }
    }

    @Test func everyLineIsShownByATest() {
        let shown = Set(Demonstration.all.map(\.id))

        #expect(shown == Set(IntendedDifference.table.map(\.id)))
    }

    @Test(arguments: Demonstration.all)
    func theProxiesStillDiffer(_ situation: Demonstration) throws {
        let theirs = try situation.observe(.nutcracker)
        let ours = try situation.observe(.martlet)

        #expect(theirs == situation.twemproxy)
        #expect(ours == situation.here)
        #expect(theirs != ours)
    }
}
