import TestKit
import Testing

/// The statistics of this proxy and of twemproxy after the same traffic.
@Suite(.serialized) struct CompatibilityStatsTests {
    /// Figures of a server that both count alike.
    private static let serverFigures = [
        "server_eof", "server_err", "server_timedout", "server_connections", "requests",
        "request_bytes", "responses", "response_bytes", "in_queue", "in_queue_bytes", "out_queue",
        "out_queue_bytes",
    ]
    /// Figures of a pool that both count alike. Not `fragments`, which is among the intended
    /// differences.
    private static let poolFigures = [
        "client_eof", "client_err", "client_connections", "server_ejects", "forward_error",
    ]

    @Test func fieldsHaveTheSameNamesTypesAndOrder() throws {
        let nodes = try CacheNode.several(3, .redis)
        let lines = [
            nodes[0].line(named: "longer"), nodes[1].line(weight: 3, named: "b"), nodes[2].line(),
        ]
        let pair = try ProxyPair([
            .redis(servers: lines, name: "second-pool"), .redis(nodes, name: "one"),
            .memcached(servers: lines, name: "two"),
        ])

        let theirs = try pair.twemproxy.stats().fields
        let ours = try pair.ours.stats().fields

        #expect(ours == theirs)
        #expect(ours.count == 7 + 3 * (1 + 6) + 9 * (1 + 13))
    }

    @Test func redisTrafficIsCountedAlike() throws {
        let nodes = try CacheNode.several(3, .redis)
        let pair = try ProxyPair([.redis(nodes)])
        let keys = (0..<60).map { "key:\($0 * 31)" }

        for proxy in pair.both {
            for node in nodes { #expect(try node.client().command("FLUSHDB") == .ok) }
            let client = try proxy.client()
            for key in keys { #expect(try client.command("set", key, key) == .ok) }
            for key in keys { #expect(try client.command("get", key + "?") == .null) }
            for key in keys { #expect(try client.command("lpush", key, "1").errorText != nil) }
            #expect(try client.command(["mget"] + keys) == .array(keys.map { .bulk($0) }))
            #expect(try client.command("ping") == .simple("PONG"))
            // Not MSET, whose bytes are among the intended differences.
            #expect(try client.command(["del"] + keys) == .integer(60))
            client.close()
        }

        try expectSameFigures(pair, nodes, clientsGone: 1)
    }

    @Test func memcachedTrafficIsCountedAlike() throws {
        let nodes = try CacheNode.several(3, .memcached)
        let pair = try ProxyPair([.memcached(nodes)])
        let keys = (0..<60).map { "key:\($0 * 31)" }

        for proxy in pair.both {
            let client = try proxy.client()
            for key in keys { #expect(try client.ask("set \(key) 0 0 1\r\nx") == "STORED") }
            for key in keys { #expect(try client.lines("get \(key)").count == 3) }
            for key in keys { #expect(try client.lines("get \(key)?") == ["END"]) }
            for key in keys { #expect(try client.ask("delete \(key)") == "DELETED") }
            client.close()
        }

        try expectSameFigures(pair, nodes, clientsGone: 1)
    }

    @Test func aServerThatTimesOutIsCountedAlike() throws {
        let node = try CacheNode.redis()
        let pair = try ProxyPair([.redis([node], options: ["timeout": "300"])])

        for proxy in pair.both {
            let client = try proxy.client()
            #expect(try client.command("set", "a", "1") == .ok)
            node.pause()
            #expect(try client.command("get", "a").errorText != nil)
            node.resume()
            client.close()
        }

        // Not its connections: twemproxy closes the one that timed out with all that wait on it,
        // this proxy keeps it.
        let isSame = try eventually {
            try pair.both.allSatisfy { proxy in
                let stats = try proxy.stats()
                return try stats.number("alpha", node.name, "server_timedout") == 1
                    && stats.number("alpha", "forward_error") == 1
                    && stats.number("alpha", node.name, "requests") == 2
                    && stats.number("alpha", node.name, "in_queue") == 0
                    && stats.number("alpha", node.name, "out_queue") == 0
            }
        }
        #expect(isSame)
    }

    @Test func aServerThatGoesIsCountedAlike() throws {
        let node = try CacheNode.redis()
        let pair = try ProxyPair([.redis([node])])
        let clients = try pair.both.map { try $0.client() }
        for client in clients { #expect(try client.command("set", "a", "1") == .ok) }

        node.kill()

        try expectSameFigures(pair, [node], clientsGone: 0)
        #expect(try pair.ours.stats().number("alpha", node.name, "server_eof") == 1)
        for client in clients { client.close() }
    }

    @Test func anEjectionIsCountedAlike() throws {
        let nodes = try CacheNode.several(2, .redis)
        let options = [
            "auto_eject_hosts": "true", "server_failure_limit": "1",
            "server_retry_timeout": "60000",
        ]
        let pair = try ProxyPair([.redis(nodes, options: options)])
        let keys = (0..<40).map { "key:\($0 * 31)" }
        nodes[0].kill()

        for proxy in pair.both {
            let client = try proxy.client()
            let areServed = try eventually {
                try keys.allSatisfy { try client.command("GET", $0) == .null }
            }
            #expect(areServed)
            let isCounted = try eventually {
                let stats = try proxy.stats()
                return try stats.number("alpha", "server_ejects") == 1
                    && stats.number("alpha", nodes[0].name, "server_err") == 1
                    && stats.number("alpha", nodes[0].name, "server_ejected_at") > 0
                    && stats.number("alpha", nodes[0].name, "server_connections") == 0
                    && stats.number("alpha", nodes[1].name, "server_ejected_at") == 0
            }
            #expect(isCounted)
            client.close()
        }
    }

    @Test func aRefusedServerIsCountedAlike() throws {
        let port = try FreePort.take()
        let server = "127.0.0.1:\(port)"
        let pair = try ProxyPair([.memcached(servers: ["\(server):1"])])

        for proxy in pair.both {
            let client = try proxy.client()
            #expect(try client.ask("get a").hasPrefix("SERVER_ERROR"))
            let isCounted = try eventually {
                let stats = try proxy.stats()
                return try stats.number("alpha", server, "server_err") == 1
                    && stats.number("alpha", "forward_error") == 1
                    && stats.number("alpha", server, "in_queue") == 0
                    && stats.number("alpha", server, "responses") == 0
            }
            #expect(isCounted)
            client.close()
        }
    }

    /// Waits until both proxies have the same figures, and names those that stay different.
    ///
    /// One client more than `clientsGone` has gone: the one that saw the pool listen.
    private func expectSameFigures(
        _ pair: ProxyPair, _ nodes: [CacheNode], clientsGone: Int
    ) throws {
        var theirs: [String: Int] = [:]
        var ours: [String: Int] = [:]
        _ = try eventually(timeout: 5) {
            theirs = try Self.figures(of: pair.twemproxy.stats(), nodes)
            ours = try Self.figures(of: pair.ours.stats(), nodes)
            return theirs == ours && ours["client_eof"] == clientsGone + 1
        }
        for (name, figure) in theirs { #expect(ours[name] == figure, "\(name)") }
        #expect(ours["client_eof"] == clientsGone + 1)
    }

    private static func figures(
        of stats: StatsDocument, _ nodes: [CacheNode]
    ) throws -> [String: Int] {
        var figures: [String: Int] = [:]
        for name in ["total_connections", "curr_connections"] {
            figures[name] = try stats.number(name)
        }
        for name in poolFigures { figures[name] = try stats.number("alpha", name) }
        for node in nodes {
            for name in serverFigures {
                figures["\(node.name) \(name)"] = try stats.number("alpha", node.name, name)
            }
        }
        return figures
    }
}

/// Both proxies with the same pools before the same servers.
private struct ProxyPair {
    let twemproxy: RunningProxy
    let ours: RunningProxy

    init(_ pools: [PoolSpecification]) throws {
        twemproxy = try RunningProxy(.nutcracker, pools: pools)
        ours = try RunningProxy(pools: pools)
    }

    var both: [RunningProxy] { [twemproxy, ours] }
}
