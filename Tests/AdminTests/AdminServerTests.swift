import Foundation
import Proxy
import Reactor
import Testing

@testable import Admin

struct AdminServerTests {
    /// Long enough that a test notices if it is waited for.
    private static func neverSilent(_ limits: inout AdminLimits) {
        limits.silenceMilliseconds = 60_000
    }

    // MARK: - As twemproxy's port

    @Test func silenceGetsTheStatsLine() throws {
        let fixture = try AdminFixture()
        let client = try fixture.connect()

        fixture.drive(client, until: { client.isOver })

        #expect(client.sawEnd)
        #expect(
            client.text.hasPrefix(#"{"service":"nutcracker", "source":"vm", "version":"0.1.0", "#))
        #expect(client.text.hasSuffix("}}}\n"))
    }

    @Test(arguments: ["\n", "\r\n", "stats\r\n", "*1\r\n$4\r\nPING\r\n", "\u{0}\u{1}", "get a\r\n"])
    func whateverIsNotHTTPGetsTheStatsLineAtOnce(_ request: String) throws {
        let fixture = try AdminFixture(Self.neverSilent)

        let client = try fixture.ask(request)

        #expect(client.sawEnd)
        #expect(client.text.hasPrefix(#"{"service":"#))
        #expect(client.text.hasSuffix("}}}\n"))
    }

    @Test func aClosedSendingSideGetsTheStatsLine() throws {
        let fixture = try AdminFixture(Self.neverSilent)
        let client = try fixture.connect()

        client.finishSending()
        fixture.drive(client, until: { client.isOver })

        #expect(client.sawEnd)
        #expect(client.text.hasSuffix("}}}\n"))
    }

    @Test func inputBehindTheNewlineDoesNotCostTheReply() throws {
        let fixture = try AdminFixture(Self.neverSilent)

        let client = try fixture.ask("\r\n" + String(repeating: "x", count: 50_000))

        #expect(client.sawEnd)
        #expect(client.text.hasSuffix("}}}\n"))
    }

    @Test func theConnectionEndsWhenTheClientLeaves() throws {
        let fixture = try AdminFixture()

        do {
            let client = try fixture.ask("\n")
            client.finishSending()
        }
        fixture.drive(until: { fixture.server.connectionCount == 0 })
    }

    // MARK: - As HTTP

    @Test func servesTheJSON() throws {
        let client = try AdminFixture(Self.neverSilent).ask(
            "GET /stats.json HTTP/1.1\r\nHost: a\r\n\r\n")

        #expect(client.status == "200 OK")
        #expect(client.text.contains("\r\nContent-Type: application/json\r\n"))
        #expect(client.text.contains("\r\nContent-Length: \(client.body.utf8.count)\r\n"))
        let json = try JSONSerialization.jsonObject(with: Data(client.body.utf8)) as? [String: Any]
        #expect(json?["total_connections"] as? Int == 13)
    }

    @Test func servesMetrics() throws {
        let client = try AdminFixture(Self.neverSilent).ask("GET /metrics HTTP/1.0\n\n")

        #expect(client.status == "200 OK")
        #expect(
            client.text.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(client.body.contains("\nmartlet_pool_client_eof_total{pool=\"memc\"} 1\n"))
    }

    @Test func aHeadRequestGetsNoBody() throws {
        let client = try AdminFixture(Self.neverSilent).ask("HEAD /stats.json HTTP/1.1\r\n\r\n")

        #expect(client.status == "200 OK")
        #expect(client.body == "")
        #expect(!client.text.contains("\r\nContent-Length: 0\r\n"))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", "200 OK"),
        ("GET /nothing HTTP/1.1\r\n\r\n", "404 Not Found"),
        ("POST /healthz HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "405 Method Not Allowed"),
        ("DELETE / HTTP/1.1\r\n\r\n", "405 Method Not Allowed"),
        ("GET nonsense\r\n\r\n", "400 Bad Request"),
    ])
    func answers(_ request: String, _ status: String) throws {
        let client = try AdminFixture(Self.neverSilent).ask(request)

        #expect(client.status == status)
        #expect(client.text.contains("\r\nConnection: close\r\n"))
    }

    @Test func aDribblingRequestIsAnswered() throws {
        let fixture = try AdminFixture { $0.silenceMilliseconds = 1 }
        let client = try fixture.connect()
        try client.send("G")

        for byte in "ET /healthz HTTP/1.1\r\n\r\n" {
            var turns = 0
            fixture.drive(
                client,
                until: {
                    turns += 1
                    return turns > 3
                })
            try client.send(String(byte))
        }
        fixture.drive(client, until: { client.isOver })

        #expect(client.status == "200 OK")
    }

    @Test func aRequestThatNeverEndsTimesOut() throws {
        let fixture = try AdminFixture { $0.deadlineMilliseconds = 30 }

        let client = try fixture.ask("GET / HTTP/1.1\r\nHost")

        #expect(client.status == "408 Request Timeout")
        // It never closes its side; the second deadline does.
        fixture.drive(until: { fixture.server.connectionCount == 0 })
    }

    @Test func aMethodsFirstLettersAloneGetTheStatsLineAtTheDeadline() throws {
        let fixture = try AdminFixture { $0.deadlineMilliseconds = 30 }

        let client = try fixture.ask("GE")

        #expect(client.text.hasSuffix("}}}\n"))
    }

    @Test func aRequestCutShortIsBad() throws {
        let fixture = try AdminFixture(Self.neverSilent)
        let client = try fixture.connect()

        try client.send("GET / HTTP/1.1\r\n")
        client.finishSending()
        fixture.drive(client, until: { client.isOver })

        #expect(client.status == "400 Bad Request")
    }

    @Test func anOversizedHeadIsRefused() throws {
        let filler = String(repeating: "x", count: 20_000)

        let client = try AdminFixture(Self.neverSilent).ask(
            "GET / HTTP/1.1\r\nA: \(filler)\r\n\r\n")

        #expect(client.status == "431 Request Header Fields Too Large")
    }

    @Test func anEndlessBodyIsCut() throws {
        let fixture = try AdminFixture {
            Self.neverSilent(&$0)
            $0.drainBytes = 1000
        }
        let client = try fixture.connect()

        try client.send("POST / HTTP/1.1\r\n\r\n" + String(repeating: "x", count: 20_000))
        fixture.drive(until: { fixture.server.connectionCount == 1 })
        fixture.drive(until: { fixture.server.connectionCount == 0 })
    }

    // MARK: - Health

    @Test func isHealthyWhileEveryPoolHasItsServers() throws {
        let client = try AdminFixture().ask("GET /healthz HTTP/1.1\r\n\r\n")

        #expect(client.status == "200 OK")
        #expect(client.body == "ok\n")
    }

    @Test func namesThePoolsThatLackServers() throws {
        let fixture = try AdminFixture()
        fixture.source.figures.pools[1].minServers = 1

        let all = try fixture.ask("GET /healthz HTTP/1.1\r\n\r\n")
        let alpha = try fixture.ask("GET /healthz?pool=alpha HTTP/1.1\r\n\r\n")
        let memc = try fixture.ask("GET /healthz?pool=memc HTTP/1.1\r\n\r\n")
        let unknown = try fixture.ask("GET /healthz?pool=beta HTTP/1.1\r\n\r\n")

        #expect(all.status == "503 Service Unavailable")
        #expect(all.body == "alpha: 0 of 1 servers live, 1 needed\n")
        #expect(alpha.status == "503 Service Unavailable")
        #expect(memc.status == "200 OK")
        #expect(unknown.status == "404 Not Found")
    }

    @Test func namesTheServersThatHaveNoPrimary() throws {
        let fixture = try AdminFixture()
        fixture.source.figures = Samples.groupSnapshot()

        let client = try fixture.ask("GET /healthz HTTP/1.1\r\n\r\n")

        #expect(client.status == "503 Service Unavailable")
        #expect(
            client.body == """
                store: 1 of 2 servers live, 2 needed; server second: no primary for 1250 ms \
                (10.0.1.7:6379: Connection refused)

                """)
    }

    // MARK: - Bounds

    @Test func theOldestWaitingConnectionMakesRoom() throws {
        let fixture = try AdminFixture {
            Self.neverSilent(&$0)
            $0.connections = 3
        }
        let clients = try (0..<5).map { _ in try fixture.connect() }

        fixture.drive(
            clients[0], clients[1], until: { clients[0].isOver && clients[1].isOver })

        #expect(fixture.server.connectionCount == 3)
        try clients[4].send("\n")
        fixture.drive(clients[4], until: { clients[4].isOver })
        #expect(clients[4].text.hasSuffix("}}}\n"))
    }

    @Test func aReplyLargerThanTheSocketArrivesWhole() throws {
        let fixture = try AdminFixture(Self.neverSilent)
        let server = ServerStats(name: String(repeating: "n", count: 1000), isLive: true)
        let servers = Array(repeating: server, count: 10_000)
        fixture.source.figures.pools = [PoolStats(name: "big", minServers: 0, servers: servers)]

        let client = try fixture.ask("GET /stats.json HTTP/1.1\r\n\r\n")

        #expect(client.body.utf8.count > 10_000_000)
        #expect(client.body.hasSuffix("}}}\n"))
    }

    @Test func manyClientsAreAllServed() throws {
        let fixture = try AdminFixture()
        let clients = try (0..<200).map { _ in try fixture.connect() }

        fixture.drive(until: {
            for client in clients { client.receive() }
            return clients.allSatisfy(\.isOver)
        })

        #expect(clients.allSatisfy { $0.sawEnd && $0.text.hasSuffix("}}}\n") })
    }

    // MARK: - Listening

    @Test func stoppingClosesEverything() throws {
        let fixture = try AdminFixture(Self.neverSilent)
        let client = try fixture.connect()
        fixture.drive(until: { fixture.server.connectionCount == 1 })

        fixture.server.stop()
        fixture.drive(client, until: { client.isOver })

        #expect(fixture.server.address == nil)
        #expect(fixture.server.connectionCount == 0)
    }

    @Test func aTakenAddressIsAnError() throws {
        let fixture = try AdminFixture()
        let second = AdminServer(loop: fixture.loop, source: fixture.source)

        let failure = #expect(throws: SystemError.self) {
            try second.listen(on: try #require(fixture.server.address))
        }
        #expect(failure?.code == EADDRINUSE)
    }

    @Test func aUnixSocketIsServedAndRemoved() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("martlet-\(UUID().uuidString).sock").path
        let fixture = try AdminFixture(Self.neverSilent)
        try fixture.server.listen(on: try #require(SocketAddress(unixPath: path)))

        let client = try fixture.ask("GET /healthz HTTP/1.1\r\n\r\n")
        fixture.server.stop()

        #expect(client.status == "200 OK")
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
