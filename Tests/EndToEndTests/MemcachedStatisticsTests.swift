import TestKit
import Testing

/// memcached's `stats` over several servers.
@Suite struct MemcachedStatisticsTests {
    private let nodes: [CacheNode]
    private let proxy: RunningProxy
    private let client: TestClient

    init() throws {
        nodes = try CacheNode.several(3, .memcached)
        proxy = try RunningProxy(pool: .memcached(nodes, options: ["hash": "murmur"]), workers: 2)
        client = try proxy.client()
        for number in 0..<100 {
            _ = try client.ask("set key:\(number) 0 0 3\r\n\(number + 100)")
        }
    }

    @Test func figuresAddUp() throws {
        let figures = try figures(of: "stats")

        #expect(figures["curr_items"] == "100")
        #expect(figures["cmd_set"] == "100")
        #expect(figures["limit_maxbytes"] == "\(3 * 64 << 20)")
        #expect(
            figures["version"] == (try nodes[0].client().ask("version")).dropFirst(8).description)
        #expect(figures["pointer_size"] == "64")
        #expect(figures["rusage_user"]?.contains(".") == true)
        #expect(figures["proxy_servers_answering"] == "3")
        // Nothing is left out.
        let names = try nodes[0].client().lines("stats").dropLast().map(name)
        #expect(Set(names).isSubset(of: Set(figures.keys)))
    }

    @Test func groupsAddUp() throws {
        let items = try figures(of: "stats items")
        let slabs = try figures(of: "stats slabs")

        #expect(items["items:1:number"] == "100")
        #expect(slabs["1:used_chunks"] == "100")
        #expect(slabs["1:chunk_size"] == "96")
        #expect(try figures(of: "stats sizes")["sizes_status"] == "disabled")
    }

    @Test func settingsThatDifferAreListed() throws {
        let settings = try figures(of: "stats settings")

        #expect(settings["maxbytes"] == "\(64 << 20)")
        #expect(settings["tcpport"] == nodes.map { "\($0.port)" }.joined(separator: "/"))
    }

    @Test func eachServerCanBeSeen() throws {
        let figures = try figures(of: "stats servers")

        let counts = nodes.map { figures["\($0.name):curr_items"].flatMap { Int($0) } ?? 0 }
        #expect(counts.reduce(0, +) == 100)
        #expect(counts.allSatisfy { $0 > 0 })
    }

    @Test func theProxyHasFiguresOfItsOwn() throws {
        let others = try (0..<8).map { _ in try proxy.client() }
        for other in others { _ = try other.ask("get none") }

        let figures = try figures(of: "stats proxy")

        #expect(figures["servers"] == "3" && figures["servers_live"] == "3")
        #expect(figures["workers"] == "2")
        #expect(figures["client_connections"].flatMap { Int($0) } ?? 0 >= 9)
        let requests = nodes.compactMap { figures["\($0.name):requests"].flatMap { Int($0) } }
        #expect(requests.count == 3 && requests.reduce(0, +) == 108)
    }

    @Test func resettingReachesAllServers() throws {
        #expect(try client.ask("stats reset") == "RESET")

        #expect(try figures(of: "stats")["cmd_set"] == "0")
    }

    @Test func aLostServerIsLeftOut() throws {
        nodes[0].kill()

        #expect(try figures(of: "stats")["proxy_servers_answering"] == "2")
        nodes[1].kill()
        nodes[2].kill()
        #expect(try client.ask("stats").hasPrefix("SERVER_ERROR server 127.0.0.1:"))
    }

    @Test func whatOneServerMustBeAskedIsRefused() throws {
        #expect(try client.ask("stats cachedump").hasPrefix("CLIENT_ERROR stats ["))
        #expect(try client.ask("stats sizes_enable").hasPrefix("CLIENT_ERROR stats ["))
        #expect(try client.ask("stats cachedump 1 1") == "ERROR")
        #expect(try client.ask("watch").hasPrefix("CLIENT_ERROR this command is for"))
        #expect(try client.ask("version") != "ERROR")
    }

    private func figures(of request: String) throws -> [String: String] {
        let lines = try client.lines(request)
        try #require(lines.last == "END")
        return Dictionary(
            lines.dropLast().map { line in
                let words = line.split(separator: " ", maxSplits: 2)
                return (String(words[1]), words.count > 2 ? String(words[2]) : "")
            }, uniquingKeysWith: { first, _ in first })
    }

    private func name(_ line: String) -> String { String(line.split(separator: " ")[1]) }
}
