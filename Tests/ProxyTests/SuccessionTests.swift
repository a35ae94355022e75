import Reactor
import Testing

@testable import Proxy

/// The table of who is primary. A and B and C are nodes; histories are single letters.
@Suite struct SuccessionTests {
    private static let a = SocketAddress.ipv4(0x0a00_0001, port: 6379)
    private static let b = SocketAddress.ipv4(0x0a00_0002, port: 6379)
    private static let c = SocketAddress.ipv4(0x0a00_0003, port: 6379)

    /// A node that says that it is primary, of a history that may continue another.
    private static func primary(
        _ address: SocketAddress, _ history: String, from former: String = "", offset: Int = 0,
        replicas: Int = 0
    ) -> NodeFacts {
        var info = ReplicationInfo()
        info.role = .primary
        info.replicationID = history
        info.formerReplicationID = former
        info.offset = offset
        info.connectedReplicas = replicas
        return reachable(address, info)
    }

    private static func replica(
        _ address: SocketAddress, of primary: SocketAddress?, _ history: String
    ) -> NodeFacts {
        var info = ReplicationInfo()
        info.role = .replica
        info.replicationID = history
        var facts = reachable(address, info)
        facts.follows = primary
        return facts
    }

    private static func reachable(_ address: SocketAddress, _ info: ReplicationInfo?) -> NodeFacts {
        var facts = NodeFacts(address)
        facts.info = info
        facts.isReachable = true
        facts.problem = ""
        facts.askedAt = 100
        return facts
    }

    /// A node that does not answer, and what it said when it last did.
    private static func gone(_ facts: NodeFacts) -> NodeFacts {
        var facts = facts
        facts.isReachable = false
        facts.problem = "Connection refused"
        facts.askedAt = 100
        return facts
    }

    private static func loading(_ facts: NodeFacts) -> NodeFacts {
        var facts = facts
        facts.isLoading = true
        return facts
    }

    private static func refused(_ facts: NodeFacts) -> NodeFacts {
        var facts = facts
        facts.isRefused = true
        return facts
    }

    private static func old(_ facts: NodeFacts) -> NodeFacts {
        var facts = facts
        facts.askedAt = 99
        return facts
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var nodes: [NodeFacts]
        var named = [SuccessionTests.a]
        var before = [SuccessionTests.a]
        /// A, of history a, unless said otherwise.
        var incumbent: SocketAddress? = SuccessionTests.a
        var history = "a"
        var former: [SocketAddress] = []
        var listed: [SocketAddress] = []
        var isVerified = true
        var beside: Set<SocketAddress> = []
        /// Milliseconds since all were asked.
        var now: Int64 = 0
        var missing: Int64?
        /// Histories that were told earlier.
        var told: [(String, String)] = []
        var choice: Succession.Verdict.Choice
        var rivals: [SocketAddress] = []

        init(
            _ description: String, _ nodes: [NodeFacts], _ choice: Succession.Verdict.Choice,
            _ change: (inout Case) -> Void = { _ in }
        ) {
            testDescription = description
            self.nodes = nodes
            self.choice = choice
            change(&self)
        }
    }

    private func verdict(_ row: Case) -> Succession.Verdict {
        var succession = Succession()
        succession.incumbent = row.incumbent.map {
            Succession.Incumbent(
                address: $0, replicationID: row.history, isVerified: row.isVerified,
                missingSince: row.missing.map { -$0 })
        }
        succession.former = row.former
        succession.named = row.named
        succession.namedBefore = row.before
        succession.listed = row.listed
        succession.nodes = row.nodes
        succession.newsSince = 100
        succession.rivals = row.beside
        succession.now = row.now
        for node in row.nodes {
            if let info = node.info { succession.lineage.learn(info) }
        }
        for (later, earlier) in row.told {
            var info = ReplicationInfo()
            info.replicationID = later
            info.formerReplicationID = earlier
            succession.lineage.learn(info)
        }
        return succession.verdict()
    }

    @Test(arguments: [
        Case("alone and well", [primary(a, "a")], .keep),
        Case("with its replicas", [primary(a, "a"), replica(b, of: a, "a")], .keep),
        Case("not asked yet", [old(primary(a, "a"))], .seek),
        Case("slow to answer", [old(primary(a, "a"))], .seek) { $0.now = 400 },
        Case("silent, an heir", [old(primary(a, "a")), primary(b, "b", from: "a")], .seek) {
            $0.now = 149
        },
        Case(
            "silent for long, an heir", [old(primary(a, "a")), primary(b, "b", from: "a")],
            .promote(b)
        ) {
            $0.now = 150
        },
        Case(
            "silent for long, an heir that was beside it",
            [old(primary(a, "a")), primary(b, "b", from: "a")], .seek
        ) {
            ($0.now, $0.beside) = (400, [b])
        },
        Case("unknown role is believed", [reachable(a, nil)], .keep),
        Case("refused password, but up", [refused(reachable(a, nil))], .keep),
        Case("another one, unrelated", [primary(a, "a"), primary(b, "b")], .keep) {
            $0.rivals = [b]
        },
        Case("another address of itself", [primary(a, "a"), primary(b, "a")], .keep),
        Case("its heir, not named", [primary(a, "a"), primary(b, "b", from: "a")], .keep) {
            $0.rivals = [b]
        },
        Case(
            "its heir, named as before", [primary(a, "a"), primary(b, "b", from: "a")],
            .promote(b)
        ) {
            ($0.named, $0.before, $0.rivals) = ([b], [b], [a])
        },
        Case("newly named, unrelated", [primary(a, "a"), primary(b, "b")], .promote(b)) {
            ($0.named, $0.rivals) = ([b], [a])
        },
        Case("named as before, unrelated", [primary(a, "a"), primary(b, "b")], .keep) {
            ($0.named, $0.before, $0.rivals) = ([b], [b], [b])
        },
        Case("newly named beside it", [primary(a, "a"), primary(b, "b")], .keep) {
            ($0.named, $0.rivals) = ([a, b], [b])
        },
        Case("newly named replica", [primary(a, "a"), replica(b, of: a, "a")], .keep) {
            $0.named = [b]
        },
        Case("newly named, loading", [primary(a, "a"), loading(primary(b, "b"))], .keep) {
            $0.named = [b]
        },
        Case("newly named, gone", [primary(a, "a"), gone(primary(b, "b"))], .keep) {
            $0.named = [b]
        },
        Case("newly named, refuses us", [primary(a, "a"), refused(reachable(b, nil))], .keep) {
            $0.named = [b]
        },
        Case("newly named, old news", [primary(a, "a"), old(primary(b, "b"))], .keep) {
            $0.named = [b]
        },
        Case("newly named, tells no role", [primary(a, "a"), reachable(b, nil)], .promote(b)) {
            ($0.named, $0.rivals) = ([b], [a])
        },
        Case(
            "name flips back to the predecessor",
            [primary(b, "b", from: "a"), primary(a, "a", replicas: 1)], .keep
        ) {
            ($0.incumbent, $0.history, $0.former) = (b, "b", [a])
            ($0.before, $0.rivals) = ([b], [a])
        },
        Case(
            "name flips back to a former one that is empty",
            [primary(b, "b", from: "a"), primary(a, "c")], .keep
        ) {
            ($0.incumbent, $0.history, $0.former) = (b, "b", [a])
            ($0.before, $0.rivals) = ([b], [a])
        },
        Case(
            "former one is promoted again", [primary(b, "b"), primary(a, "c", from: "b")],
            .promote(a)
        ) {
            ($0.incumbent, $0.history, $0.former) = (b, "b", [a])
            ($0.before, $0.rivals) = ([b], [b])
        },
        Case(
            "stale name, former one returned", [primary(b, "b", from: "a"), primary(a, "c")], .keep
        ) {
            ($0.incumbent, $0.history, $0.former, $0.rivals) = (b, "b", [a], [a])
        },
        Case("restarted, nobody else", [primary(a, "c")], .keep),
        Case("restarted, others are asked", [primary(a, "c"), old(primary(b, "x"))], .seek),
        Case(
            "restarted, its heir has what it lost", [primary(a, "c"), primary(b, "b", from: "a")],
            .promote(b)
        ) {
            $0.rivals = [a]
        },
    ])
    func challenges(_ row: Case) {
        let verdict = verdict(row)

        #expect(verdict.choice == row.choice)
        #expect(verdict.rivals == row.rivals)
        #expect(!verdict.reason.isEmpty)
    }

    @Test(arguments: [
        Case(
            "replica of a primary", [replica(a, of: b, "b"), primary(b, "b", from: "a")],
            .promote(b)),
        Case("replica of a replica", [replica(a, of: b, "b"), replica(b, of: a, "a")], .seek),
        Case(
            "replica of a replica of a primary",
            [replica(a, of: b, "c"), replica(b, of: c, "c"), primary(c, "c")], .promote(c)),
        Case("replica of one not known", [replica(a, of: b, "b")], .seek),
        Case("replica of one gone", [replica(a, of: b, "b"), gone(primary(b, "b"))], .seek),
        Case("replica of one loading", [replica(a, of: b, "b"), loading(primary(b, "b"))], .seek),
        Case("replica of one not asked", [replica(a, of: b, "b"), old(primary(b, "b"))], .seek),
        Case("replica of nobody", [replica(a, of: nil, "a")], .seek),
        Case(
            "replica of one gone, heir elsewhere",
            [replica(a, of: b, "b"), gone(primary(b, "b")), primary(c, "c", from: "a")],
            .promote(c)),
        Case(
            "replica of its predecessor", [replica(b, of: a, "c"), primary(a, "c")], .promote(a)
        ) {
            ($0.incumbent, $0.history, $0.former) = (b, "b", [a])
        },
        Case("gone", [gone(primary(a, "a")), replica(b, of: a, "a")], .seek),
        Case("loading", [loading(primary(a, "a")), replica(b, of: a, "a")], .seek),
        Case("gone, an heir", [gone(primary(a, "a")), primary(b, "b", from: "a")], .promote(b)),
        Case(
            "loading, an heir", [loading(primary(a, "a")), primary(b, "b", from: "a")], .promote(b)),
        Case(
            "gone, an heir's heir", [gone(primary(a, "a")), primary(c, "c", from: "b")], .promote(c)
        ) {
            $0.told = [("b", "a")]
        },
        Case(
            "gone, two heirs, one later",
            [
                gone(primary(a, "a")), primary(b, "b", from: "a", offset: 9),
                primary(c, "c", from: "b"),
            ],
            .promote(c)
        ) {
            $0.rivals = [b]
        },
        Case(
            "gone, two heirs, one with more",
            [
                gone(primary(a, "a")), primary(b, "b", from: "a", offset: 9),
                primary(c, "c", from: "a", offset: 10),
            ], .promote(c)
        ) {
            $0.rivals = [b]
        },
        Case(
            "gone, two heirs, one followed",
            [
                gone(primary(a, "a")), primary(b, "b", from: "a", offset: 9),
                primary(c, "c", from: "a", offset: 9, replicas: 1),
            ], .promote(c)
        ) {
            $0.rivals = [b]
        },
        Case(
            "gone, two heirs, one newly named",
            [
                gone(primary(a, "a")), primary(b, "b", from: "a", offset: 9),
                primary(c, "c", from: "a"),
            ], .promote(c)
        ) {
            ($0.named, $0.rivals) = ([c], [b])
        },
        Case(
            "gone, an heir that was beside it",
            [gone(primary(a, "a")), primary(b, "b", from: "a")], .seek
        ) {
            ($0.beside, $0.missing) = ([b], 1_999)
        },
        Case(
            "gone for a while, an heir that was beside it",
            [gone(primary(a, "a")), primary(b, "b", from: "a")], .promote(b)
        ) {
            ($0.beside, $0.missing) = ([b], 2_000)
        },
        Case(
            "gone, an heir that was beside it, named",
            [gone(primary(a, "a")), primary(b, "b", from: "a")], .promote(b)
        ) {
            ($0.beside, $0.named) = ([b], [b])
        },
        Case("gone, unrelated", [gone(primary(a, "a")), primary(b, "b")], .seek),
        Case("gone, unrelated, named", [gone(primary(a, "a")), primary(b, "b")], .promote(b)) {
            $0.named = [b]
        },
        Case("gone, no role told, named", [gone(primary(a, "a")), reachable(b, nil)], .promote(b)) {
            $0.named = [b]
        },
        Case("gone, no role told", [gone(primary(a, "a")), reachable(b, nil)], .seek),
        Case("briefly gone, former one returned", [gone(primary(b, "b")), primary(a, "c")], .seek) {
            ($0.incumbent, $0.history, $0.former, $0.missing) = (b, "b", [a], 9_999)
        },
        Case(
            "briefly gone, name flips to the former one", [gone(primary(b, "b")), primary(a, "c")],
            .seek
        ) {
            ($0.incumbent, $0.history, $0.former) = (b, "b", [a])
            $0.before = [b]
        },
        Case(
            "long gone, former one returned", [gone(primary(b, "b")), primary(a, "c")], .promote(a)
        ) {
            ($0.incumbent, $0.history, $0.former, $0.missing) = (b, "b", [a], 10_000)
        },
        Case("long gone, a listed one", [gone(primary(a, "a")), primary(b, "b")], .promote(b)) {
            ($0.listed, $0.missing) = ([b], 10_000)
        },
        Case("never there, a listed one", [gone(NodeFacts(a)), primary(b, "b")], .promote(b)) {
            ($0.listed, $0.history, $0.isVerified, $0.missing) = ([b], "", false, 1_000)
        },
        Case("long gone, a stranger", [gone(primary(a, "a")), primary(b, "b")], .seek) {
            $0.missing = 100_000
        },
    ])
    func succeeds(_ row: Case) {
        let verdict = verdict(row)

        #expect(verdict.choice == row.choice)
        #expect(verdict.rivals == row.rivals)
        #expect(!verdict.reason.isEmpty)
    }

    @Test(arguments: [
        Case("nothing known", [], .seek),
        Case("named primary", [primary(a, "a")], .promote(a)),
        Case("named replica", [replica(a, of: b, "b"), primary(b, "b")], .promote(b)),
        Case("named one gone", [gone(NodeFacts(a)), primary(b, "b")], .seek),
        Case("no name, a replica", [replica(b, of: c, "c"), primary(c, "c")], .promote(c)) {
            $0.named = []
        },
        Case("no name, a primary", [primary(b, "b")], .promote(b)) { $0.named = [] },
    ])
    func begins(_ row: Case) {
        var row = row
        row.incumbent = nil

        #expect(verdict(row).choice == row.choice)
    }

    @Test func circlesOfHistoriesEnd() {
        var lineage = Lineage()
        for (later, earlier) in [("a", "b"), ("b", "c"), ("c", "a")] {
            var info = ReplicationInfo()
            (info.replicationID, info.formerReplicationID) = (later, earlier)
            lineage.learn(info)
        }

        #expect(!lineage.isContinuation("a", of: "x"))
        #expect(lineage.isContinuation("a", of: "c"))
    }

    @Test func historiesAreBounded() {
        var lineage = Lineage()
        for number in 0..<10_000 {
            var info = ReplicationInfo()
            (info.replicationID, info.formerReplicationID) = ("\(number + 1)", "\(number)")
            lineage.learn(info)
        }

        #expect(lineage.isContinuation("10000", of: "9999"))
        #expect(!lineage.isContinuation("10000", of: "1"))
    }
}
