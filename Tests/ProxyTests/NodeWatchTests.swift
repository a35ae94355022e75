import Configuration
import Reactor
import Testing

@testable import Proxy

@Suite(.serialized) struct NodeWatchTests {
    /// A node, who watches it, and what was reported.
    private final class Watched {
        let loop: EventLoop
        let node: AnsweringNode
        private(set) var watch: NodeWatch!
        private(set) var reports: [NodeFacts] = []

        init(_ credentials: Credentials? = nil) throws {
            loop = try EventLoop()
            node = try AnsweringNode(on: loop)
            watch = NodeWatch(node.address, credentials: credentials, on: loop) {
                [unowned self] facts in self.reports.append(facts)
            }
        }

        deinit {
            watch.cancel()
            node.die()
        }

        /// Asks and waits for the outcome, maybe of a later question if it is too early for one.
        func ask(withinMilliseconds limit: Int = 1_000) -> NodeFacts {
            let count = reports.count
            let isTold = loop.turn {
                if reports.count == count, !watch.isWaiting {
                    watch.ask(withinMilliseconds: limit)
                }
                return reports.count > count
            }
            #expect(isTold)
            return watch.facts
        }
    }

    @Test func reportsWhatTheNodeSays() throws {
        let watched = try Watched()
        watched.node.replicationID = AnsweringNode.id("a")

        let facts = watched.ask()

        #expect(facts.isPrimary)
        #expect(facts.info?.replicationID == AnsweringNode.id("a"))
        #expect(facts.roundTripMicroseconds > 0)
        #expect(facts.problem == "")
    }

    @Test func keepsItsConnection() throws {
        let watched = try Watched()

        for _ in 0..<10 { _ = watched.ask() }

        #expect(watched.node.server.connections.count == 1)
    }

    @Test func noticesWhatChanges() throws {
        let watched = try Watched()
        let before = watched.ask()

        watched.node.demote(to: watched.node)
        let facts = watched.ask()

        #expect(facts.role == .replica)
        #expect(facts.since >= before.since)
    }

    @Test func secondPasswordIsShownIfTheFirstIsRefused() throws {
        let watched = try Watched(Credentials(user: "proxy", passwords: ["new", "old"]))
        watched.node.password = "old"

        let facts = watched.ask()

        #expect(facts.isPrimary)
        #expect(!facts.isRefused)
        #expect(
            watched.node.commands.filter { $0[0] == "AUTH" } == [
                ["AUTH", "proxy", "new"], ["AUTH", "proxy", "old"],
            ])
        #expect(watched.reports.count == 1)
    }

    @Test func passwordsThatAreAllRefusedAreShownAgainLater() throws {
        let watched = try Watched(Credentials(passwords: ["new", "old"]))
        watched.node.password = "other"
        let facts = watched.ask()
        #expect(facts.isRefused)
        #expect(facts.isReachable)
        #expect(facts.role == .unknown)

        watched.node.password = "new"

        #expect(watched.ask().isPrimary)
        #expect(!watched.watch.facts.isRefused)
    }

    @Test func missingPasswordIsRefused() throws {
        let watched = try Watched()
        watched.node.password = "secret"

        #expect(watched.ask().isRefused)
    }

    @Test func loadingNodeIsUpButLoading() throws {
        let watched = try Watched()
        watched.node.isLoading = true

        let facts = watched.ask()

        #expect(facts.isReachable)
        #expect(facts.isLoading)
        #expect(!facts.isPrimary)
    }

    @Test func nodeThatMayNotTellIsMute() throws {
        let watched = try Watched()
        watched.node.tells = false

        #expect(watched.ask().isMute)
    }

    @Test func refusedConnectionIsReported() throws {
        let watched = try Watched()
        watched.node.die()

        let facts = watched.ask()

        #expect(!facts.isReachable)
        #expect(facts.problem == "Connection refused")
    }

    @Test func silentNodeIsReportedInTime() throws {
        let watched = try Watched()
        _ = watched.ask()
        watched.node.isSilent = true
        let start = EventLoop.monotonicMicroseconds()

        let facts = watched.ask(withinMilliseconds: 50)

        #expect(!facts.isReachable)
        #expect(facts.role == .primary)
        #expect(50_000...500_000 ~= EventLoop.monotonicMicroseconds() - start)
    }

    /// A question that may take long must not delay one that may not.
    @Test func shorterLimitHoldsForWhatIsOnItsWay() throws {
        let watched = try Watched()
        _ = watched.ask()
        watched.node.isSilent = true
        watched.watch.ask(withinMilliseconds: 60_000)

        watched.watch.ask(withinMilliseconds: 50)

        #expect(watched.loop.turn(forMilliseconds: 500) { !watched.watch.facts.isReachable })
    }

    @Test func lostConnectionIsNoFailureOfANodeThatAnswers() throws {
        let watched = try Watched()
        _ = watched.ask()

        watched.node.reset()
        let facts = watched.ask()

        #expect(facts.isReachable)
        #expect(watched.reports.allSatisfy { $0.isReachable })
        #expect(watched.node.server.connections.count == 2)
    }

    @Test func nodeThatHangsUpAtOnceIsNotFlooded() throws {
        let watched = try Watched()
        watched.node.isSilent = true
        let end = EventLoop.monotonicMicroseconds() + 300_000

        while EventLoop.monotonicMicroseconds() < end {
            watched.watch.ask(withinMilliseconds: 1_000)
            watched.node.reset()
            watched.loop.runOnce(waiting: true)
        }

        #expect(watched.node.server.connections.count < 15)
    }

    @Test(arguments: [
        "$100000000000000000\r\n", "+PONG\r\n+PONG\r\n+PONG\r\n", "HTTP/1.1 400 Bad Request\r\n",
        "\r\n", "*-5\r\n", ">1\r\n$1\r\nx\r\n",
    ])
    func nonsenseIsHarmless(_ text: String) throws {
        let loop = try EventLoop()
        let server = try ScriptedServer(on: loop)
        defer { server.stop() }
        var reports: [NodeFacts] = []
        let watch = NodeWatch(server.address, credentials: nil, on: loop) { reports.append($0) }
        defer { watch.cancel() }
        let tick = Timer(loop) {}
        tick.start(everyMilliseconds: 1)
        watch.ask(withinMilliseconds: 200)
        #expect(loop.turn { server.connections.first?.received.isEmpty == false })

        try server.connections[0].say(text)

        #expect(loop.turn { !reports.isEmpty })
        #expect(reports.allSatisfy { $0.role == .unknown })
        tick.cancel()
    }

    @Test func answerWithoutAnEndIsBounded() throws {
        let loop = try EventLoop()
        let server = try ScriptedServer(on: loop)
        defer { server.stop() }
        var reports: [NodeFacts] = []
        let watch = NodeWatch(server.address, credentials: nil, on: loop) { reports.append($0) }
        defer { watch.cancel() }
        watch.ask(withinMilliseconds: 60_000)
        #expect(loop.turn { server.connections.first?.received.isEmpty == false })

        try server.connections[0].say(
            "+PONG\r\n$1000000\r\n" + String(repeating: "role:master\r\n", count: 50_000))

        #expect(loop.turn { !reports.isEmpty })
        #expect(reports.map(\.isReachable) == [false])
    }
}
