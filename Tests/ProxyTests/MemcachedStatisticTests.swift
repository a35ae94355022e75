import Testing

@testable import Proxy

@Suite struct MemcachedStatisticTests {
    @Test(arguments: [
        ("curr_items", ["1", "2", "30"], "33"), ("uptime", ["100", "20", "3"], "3"),
        ("time", ["100", "20"], "100"), ("pid", ["7", "8"], "7"),
        ("version", ["1.6.18", "1.6.9"], "1.6.9"), ("pointer_size", ["64", "64"], "64"),
        ("rusage_user", ["1.900000", "0.200001"], "2.100001"), ("unknown", ["a", "b", "a"], "a/b"),
        ("cmd_get", ["9223372036854775807"], "9223372036854775807"),
        ("cmd_get", ["", "1"], "/1"), ("rusage_user", ["1.5", "1"], "1.5/1"),
    ])
    func generalFiguresHaveTheirRules(name: String, values: [String], merged: String) {
        let rule = MemcachedStatistics.general.rule(for: name)

        #expect(MemcachedStatistic.merge(values, rule) == merged)
    }

    @Test func figuresOfClassesAreToldByTheirLastWord() {
        for (name, merged) in [
            ("items:5:number", "12"), ("items:5:age", "10"), ("5:chunk_size", "10"),
            ("5:total_chunks", "12"), ("active_slabs", "10"),
        ] {
            let rule = MemcachedStatistics.slabs.rule(for: name)
            #expect(MemcachedStatistic.merge(["2", "10"], rule) == merged, "\(name)")
        }
    }

    @Test(arguments: [
        ("STAT a 1\r\nSTAT b \r\nSTAT c d e\r\nEND\r\n", ["a=1", "b=", "c=d e"]),
        ("END\r\n", []),
    ])
    func readsAList(text: String, figures: [String]) {
        #expect(list(text)?.map { "\($0.name)=\($0.value)" } == figures)
    }

    @Test(arguments: ["", "ERROR\r\n", "STAT a 1\r\n", "STAT\r\nEND\r\n", "RESET\r\n"])
    func whatIsNoWholeListIsNone(text: String) {
        #expect(list(text) == nil)
    }

    private func list(_ text: String) -> [MemcachedStatistic]? {
        MemcachedStatistic.list(from: Array(text.utf8))
    }
}
