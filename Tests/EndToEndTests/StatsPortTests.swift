import Foundation
import TestKit
import Testing

/// The statistics port tells monitors what twemproxy tells them, and load balancers and Prometheus
/// more.
@Suite(.serialized) struct StatsPortTests {
    private static let global = [
        "service", "source", "version", "uptime", "timestamp", "total_connections",
        "curr_connections",
    ]
    private static let poolFields = [
        "client_eof", "client_err", "client_connections", "server_ejects", "forward_error",
        "fragments",
    ]
    private static let serverFields = [
        "server_eof", "server_err", "server_timedout", "server_connections", "server_ejected_at",
        "requests", "request_bytes", "responses", "response_bytes", "in_queue", "in_queue_bytes",
        "out_queue", "out_queue_bytes",
    ]

    @Test func fieldsComeInTwemproxysOrder() throws {
        let nodes = try CacheNode.several(2, .redis)
        let lines = [nodes[0].line(named: "longer"), nodes[1].line(named: "b")]
        let proxy = try RunningProxy(pools: [
            .redis(servers: lines, name: "second-pool"), .redis(nodes, name: "one"),
        ])

        let text = try proxy.stats().text

        let keys = text.matches(of: /"([^"]+)": ?[{\d"]/).map { String($0.output.1) }
        let ports = nodes.map(\.name).sorted()
        let expected =
            Self.global + ["one"] + Self.poolFields + ports.flatMap { [$0] + Self.serverFields }
            + ["second-pool"] + Self.poolFields
            + ["b", "longer"].flatMap { [$0] + Self.serverFields }
        #expect(keys == expected)
        #expect(text.hasPrefix("{\"service\":\""))
        #expect(text.hasSuffix("}\n"))
    }

    @Test func figuresHaveTwemproxysTypes() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))

        let stats = try proxy.stats()

        let object = try JSONSerialization.jsonObject(with: Data(stats.text.utf8))
        let root = try #require(object as? [String: Any])
        for field in Self.global.prefix(3) { #expect(root[field] is String, "\(field)") }
        for field in Self.global.dropFirst(3) { _ = try stats.number(field) }
        for field in Self.poolFields { _ = try stats.number("alpha", field) }
        for field in Self.serverFields { _ = try stats.number("alpha", node.name, field) }
        let distance = abs(try Double(stats.number("timestamp")) - Date().timeIntervalSince1970)
        #expect(distance < 5)
    }

    @Test(arguments: [1, 2])
    func figuresAreTrueRightAfterTheTraffic(workers: Int) throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]), workers: workers)
        let clients = try (0..<4).map { _ in try proxy.client() }
        var requestBytes = 0
        var responseBytes = 0

        for number in 0..<200 {
            let set = Bytes.command(["SET", "key:\(number)", "value"])
            let get = Bytes.command(["GET", "key:\(number)"])
            try clients[number % 4].send(set + get)
            #expect(try clients[number % 4].readReply() == .ok)
            #expect(try clients[number % 4].readReply() == .bulk("value"))
            requestBytes += set.count + get.count
            responseBytes += "+OK\r\n$5\r\nvalue\r\n".utf8.count
        }

        let stats = try proxy.stats()
        #expect(try stats.number("alpha", node.name, "requests") == 400)
        #expect(try stats.number("alpha", node.name, "responses") == 400)
        #expect(try stats.number("alpha", node.name, "request_bytes") == requestBytes)
        #expect(try stats.number("alpha", node.name, "response_bytes") == responseBytes)
        #expect(try stats.number("alpha", node.name, "in_queue") == 0)
        #expect(try stats.number("alpha", node.name, "out_queue") == 0)
        #expect(try stats.number("alpha", node.name, "server_connections") >= 1)
        #expect(try stats.number("alpha", "client_connections") == 4)
    }

    @Test func splitRequestsCountTheirParts() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        let before = try proxy.stats()

        _ = try client.command(["MGET"] + (0..<3).map { keys.key(on: $0) })

        let after = try proxy.stats()
        #expect(try after.sum("requests") - before.sum("requests") == 3)
        #expect(try after.number("alpha", "fragments") - before.number("alpha", "fragments") == 3)
    }

    @Test func waitingRequestsAreSeenInTheQueue() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()
        #expect(try client.command("SET", "a", "1") == .ok)

        node.pause()
        for _ in 0..<10 { try client.sendCommand("GET", "a") }

        let areSeen = try eventually {
            let stats = try proxy.stats()
            let waiting = try stats.number("alpha", node.name, "in_queue")
            return try waiting + stats.number("alpha", node.name, "out_queue") == 10
        }
        #expect(areSeen)
        node.resume()
        for _ in 0..<10 { #expect(try client.readReply() == .bulk("1")) }
    }

    @Test func failuresAreCounted() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()
        #expect(try client.command("SET", "a", "1") == .ok)

        node.kill()

        #expect(try eventually { try client.command("GET", "a").errorText != nil })
        let areCounted = try eventually {
            let stats = try proxy.stats()
            let eof = try stats.number("alpha", node.name, "server_eof")
            let errors = try stats.number("alpha", node.name, "server_err")
            return try eof + errors >= 1 && stats.number("alpha", "forward_error") >= 1
        }
        #expect(areCounted)
    }

    @Test func aClientThatSaysNothingGetsTheFigures() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))
        let client = try TestClient(port: proxy.statsPort)

        let text = String(decoding: try client.readToEnd(), as: UTF8.self)

        #expect(text.hasPrefix("{\"service\""))
    }

    @Test func aNewlineIsEnough() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))
        let client = try TestClient(port: proxy.statsPort)
        try client.send("\r\n")

        let text = String(decoding: try client.readToEnd(), as: UTF8.self)

        #expect(text.hasPrefix("{\"service\""))
    }

    @Test func figuresComeByHTTP() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))

        let response = try proxy.http("/stats.json")

        #expect(response.status == 200)
        #expect(response.body.hasPrefix("{\"service\""))
        #expect(
            response.header.contains { $0.lowercased().hasPrefix("content-type: application/json") }
        )
        #expect(try proxy.http("/nothing").status == 404)
    }

    @Test func prometheusGetsEveryFigure() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))

        let response = try proxy.http("/metrics")

        #expect(response.status == 200)
        for field in Self.poolFields + Self.serverFields {
            #expect(response.body.contains(field), "\(field)")
        }
        let samples = response.body.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(samples.allSatisfy { $0.contains(/^\w+({.*})? [-0-9.e+]+$/) })
    }

    @Test(arguments: [1, 2])
    func latenciesCountEveryRequest(workers: Int) throws {
        let nodes = try CacheNode.several(2, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur"]), workers: workers)
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        // What the finder has asked for is counted, too, in the turn that answers it.
        let isSettled = try eventually {
            try Latencies(of: proxy).count("all", "total") == proxy.stats().sum("requests")
        }
        #expect(isSettled)
        let before = try Latencies(of: proxy)
        let clients = try (0..<4).map { _ in try proxy.client() }

        for number in 0..<200 {
            let client = clients[number % 4]
            #expect(try client.command("SET", keys.key(on: number % 2), "v") == .ok)
            #expect(try client.command("GET", keys.key(on: number % 2)) == .bulk("v"))
            _ = try client.command("MGET", keys.key(on: 0), keys.key(on: 1))
        }

        let areCounted = try eventually {
            try Latencies(of: proxy).count("all", "total") == before.count("all", "total") + 600
        }
        #expect(areCounted)
        let after = try Latencies(of: proxy)
        for part in ["server", "proxy", "total"] {
            for kind in ["read", "write", "split"] {
                #expect(after.count(kind, part) - before.count(kind, part) == 200)
            }
        }
        for node in nodes {
            let (old, new) = (before.server(node.name), after.server(node.name))
            #expect(new.count("split", "server") - old.count("split", "server") == 200)
            #expect(new.count("write", "total") - old.count("write", "total") == 100)
        }
        let metrics = try proxy.http("/metrics").body
        let line = #"martlet_pool_latency_seconds_count{pool="alpha",class="split",part="total"} "#
        #expect(metrics.contains(line + "\(after.count("split", "total"))\n"))
    }

    @Test func healthFollowsTheServersThatAreLive() throws {
        let nodes = try CacheNode.several(2, .redis)
        let options = [
            "auto_eject_hosts": "true", "server_failure_limit": "1",
            "server_retry_timeout": "200", "timeout": "400", "min_servers": "2",
            "hash": "murmur",
        ]
        let proxy = try RunningProxy(pool: .redis(nodes, options: options))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        #expect(try proxy.http("/healthz").status == 200)

        nodes[0].kill()
        #expect(
            try eventually {
                _ = try client.command("GET", keys.key(on: 0))
                return try proxy.http("/healthz").status == 503
            })

        try nodes[0].restart()
        #expect(try eventually { try proxy.http("/healthz").status == 200 })
    }
}

/// What `/latency` says of the pool, or of one server.
private struct Latencies {
    private let classes: [String: Any]

    init(of proxy: RunningProxy) throws {
        let body = try proxy.http("/latency").body
        let root = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        let pools = try #require(root?["pools"] as? [String: Any])
        classes = try #require(pools["alpha"] as? [String: Any])
    }

    private init(_ classes: [String: Any]) { self.classes = classes }

    func server(_ name: String) -> Latencies {
        let servers = classes["servers"] as? [String: Any]
        return Latencies(servers?[name] as? [String: Any] ?? [:])
    }

    /// 0 if there is no such class.
    func count(_ kind: String, _ part: String) -> Int {
        let parts = classes[kind] as? [String: Any]
        return (parts?[part] as? [String: Any])?["count"] as? Int ?? 0
    }
}
