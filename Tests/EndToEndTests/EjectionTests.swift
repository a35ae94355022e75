import TestKit
import Testing

/// With `auto_eject_hosts`, a failing server's keys move to the others until it is well again.
@Suite(.serialized) struct EjectionTests {
    private static let options = [
        "hash": "murmur", "timeout": "1000", "auto_eject_hosts": "true",
        "server_failure_limit": "2", "server_retry_timeout": "500",
    ]

    @Test(arguments: [1, 2])
    func aDeadServersKeysMoveAndClientsFeelNoRetry(workers: Int) throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: Self.options), workers: workers)
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let clients = try (0..<4).map { _ in try proxy.client() }
        let key = keys.key(on: 0)

        nodes[0].kill()
        #expect(
            try eventually { try clients.allSatisfy { try $0.command("SET", key, "new") == .ok } })

        #expect(try nodes[1...].contains { try $0.client().command("GET", key) == .bulk("new") })
        #expect(try proxy.stats().number("alpha", "server_ejects") >= 1)
        #expect(try proxy.stats().number("alpha", nodes[0].name, "server_ejected_at") > 0)
        // Several retry times long, no client is used to find out whether the server is back.
        let isUnfelt = try always(for: 2) {
            try clients.allSatisfy { try $0.command("GET", key) == .bulk("new") }
        }
        #expect(isUnfelt)
    }

    @Test(arguments: [1, 2])
    func aRecoveredServerTakesItsKeysBack(workers: Int) throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: Self.options), workers: workers)
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        let key = keys.key(on: 0)
        nodes[0].kill()
        #expect(try eventually { try client.command("SET", key, "x") == .ok })

        try nodes[0].restart()

        let direct = try nodes[0].client()
        let isBack = try eventually {
            let reply = try client.command("SET", key, "back")
            #expect(reply == .ok, "\(reply)")
            return try direct.command("GET", key) == .bulk("back")
        }
        #expect(isBack)
    }

    @Test func aSilentServerIsEjectedAndComesBack() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: Self.options))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        let key = keys.key(on: 0)

        nodes[0].pause()
        #expect(try eventually { try client.command("SET", key, "moved") == .ok })
        let isUnfelt = try always(for: 1.5) {
            try client.command("GET", key) == .bulk("moved")
        }
        #expect(isUnfelt)
        nodes[0].resume()

        let direct = try nodes[0].client()
        let isBack = try eventually {
            #expect(try client.command("SET", key, "back") == .ok)
            return try direct.command("GET", key) == .bulk("back")
        }
        #expect(isBack)
    }

    @Test func aDeadMemcachedsKeysMove() throws {
        let nodes = try CacheNode.several(3, .memcached)
        let proxy = try RunningProxy(pool: .memcached(nodes, options: Self.options))
        let client = try proxy.client()
        nodes[0].kill()

        let keys = (0..<50).map { "key:\($0)" }
        let allStored = try eventually {
            try keys.allSatisfy { try client.ask("set \($0) 0 0 1\r\n1") == "STORED" }
        }

        #expect(allStored)
        #expect(try proxy.stats().number("alpha", "server_ejects") >= 1)
        let isUnfelt = try always(for: 1) {
            try keys.allSatisfy { try client.lines("get \($0)").count == 3 }
        }
        #expect(isUnfelt)
    }

    @Test func withAllServersEjectedRequestsStillTry() throws {
        let nodes = try CacheNode.several(2, .redis)
        var options = Self.options
        options["server_retry_timeout"] = "30000"
        let proxy = try RunningProxy(pool: .redis(nodes, options: options))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        let known = [keys.key(on: 0), keys.key(on: 1)]

        nodes.forEach { $0.kill() }
        let allRefused = try eventually {
            try known.allSatisfy { key in
                try client.command("GET", key).errorText?.contains("refused") == true
            }
        }
        #expect(allRefused)
        for _ in 0..<20 {
            for key in known {
                #expect(try client.command("GET", key).errorText?.contains("refused") == true)
            }
        }

        try nodes.forEach { try $0.restart() }

        // Long before the retry time: nothing would be gained by waiting.
        let recovered = try eventually(timeout: 5) {
            try known.allSatisfy { try client.command("SET", $0, "1") == .ok }
        }
        #expect(recovered)
    }
}
