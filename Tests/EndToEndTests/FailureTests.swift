import TestKit
import Testing

/// A server's failure is answered with an error that names it, and is felt by nobody who does not
/// need it.
@Suite(.serialized) struct FailureTests {
    @Test(arguments: [1, 2])
    func aDeadServerIsNamedAndTheOthersServe(workers: Int) throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur"]), workers: workers)
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()

        nodes[0].kill()

        let expected = Reply.error("ERR server \(nodes[0].name): Connection refused")
        let dead = keys.key(on: 0)
        #expect(try eventually { try client.command("GET", dead) == expected })
        for key in keys.keys(on: 1) + keys.keys(on: 2) {
            #expect(try client.command("GET", key) == .bulk(key))
        }
        #expect(try client.command("GET", dead) == expected)
    }

    @Test func aDeadMemcachedIsNamed() throws {
        let node = try CacheNode.memcached()
        let proxy = try RunningProxy(pool: .memcached([node]))
        let client = try proxy.client()
        #expect(try client.ask("set a 0 0 1\r\n1") == "STORED")

        node.kill()

        let expected = "SERVER_ERROR server \(node.name): Connection refused"
        #expect(try eventually { try client.ask("get a") == expected })
        #expect(try client.ask("delete a") == expected)
    }

    @Test func splitRequestsWithADeadServerAreErrors() throws {
        let nodes = try CacheNode.several(3, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        let all = (0..<3).map { keys.key(on: $0) }

        nodes[0].kill()

        #expect(
            try eventually {
                try client.command(["MGET"] + all).errorText?.contains("refused") == true
            })
        #expect(try client.command(["DEL"] + all).errorText?.contains(nodes[0].name) == true)
        let living = [keys.key(on: 1, 1), keys.key(on: 2, 1)]
        #expect(try client.command(["MGET"] + living) == .array(living.map { .bulk($0) }))
    }

    @Test func aReturningServerIsUsedAgain() throws {
        let nodes = try CacheNode.several(2, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        let key = keys.key(on: 0)
        nodes[0].kill()
        #expect(try eventually { try client.command("GET", key).errorText != nil })

        try nodes[0].restart()

        #expect(try eventually { try client.command("SET", key, "new") == .ok })
        #expect(try client.command("GET", key) == .bulk("new"))
    }

    @Test func aCloseOfIdleConnectionsIsNotFelt() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()
        #expect(try client.command("SET", "a", "1") == .ok)

        let admin = try node.client()
        #expect(try admin.command("CLIENT", "KILL", "TYPE", "normal") == .integer(1))

        #expect(
            try eventually {
                try proxy.stats().number("alpha", node.name, "server_connections") == 0
            })
        #expect(try client.command("GET", "a") == .bulk("1"))
    }

    @Test func aSilentServersRequestsTimeOutAlone() throws {
        let nodes = try CacheNode.several(4, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur", "timeout": "400"]))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let others = (1...3).flatMap { keys.keys(on: $0) }
        let client = try proxy.client()
        let neighbour = try proxy.client()

        nodes[0].pause()
        let started = now()
        try client.sendCommand("GET", keys.key(on: 0))
        let neighbourIsServed = try always(for: 0.2) {
            try others.allSatisfy { try neighbour.command("GET", $0) == .bulk($0) }
        }
        let reply = try client.readReply()

        #expect(neighbourIsServed)
        #expect(now() - started < 1.5)
        #expect(now() - started > 0.35)
        #expect(reply.errorText?.contains(nodes[0].name) == true, "\(reply)")
        #expect(try proxy.stats().number("alpha", nodes[0].name, "server_timedout") >= 1)
        for key in others {
            #expect(try client.command("GET", key) == .bulk(key))
        }
    }

    @Test(arguments: [1, 2])
    func lateRepliesReachNobody(workers: Int) throws {
        let nodes = try CacheNode.several(4, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur", "timeout": "400"]), workers: workers)
        let keys = try KeyFinder(proxy: proxy, nodes: nodes, count: 8)
        let clients = try (0..<8).map { _ in try proxy.client() }

        for _ in 0..<3 {
            nodes[0].pause()
            for (index, client) in clients.enumerated() {
                try client.sendCommand("GET", keys.key(on: 0, index))
            }
            for client in clients {
                #expect(try client.readReply().errorText != nil)
            }
            nodes[0].resume()

            let recovered = try eventually {
                var right = 0
                for (index, client) in clients.enumerated() {
                    let key = keys.key(on: 0, (index + 3) % 8)
                    let reply = try client.command("GET", key)
                    if reply == .bulk(key) { right += 1 }
                    #expect(reply == .bulk(key) || reply.errorText != nil, "\(reply)")
                }
                return right == clients.count
            }
            #expect(recovered)
        }
    }

    @Test func lateMemcachedRepliesReachNobody() throws {
        let node = try CacheNode.memcached()
        let proxy = try RunningProxy(pool: .memcached([node], options: ["timeout": "400"]))
        let clients = try (0..<8).map { _ in try proxy.client() }
        for (index, client) in clients.enumerated() {
            #expect(try client.ask("set key:\(index) 0 0 1\r\n\(index)") == "STORED")
        }

        node.pause()
        for (index, client) in clients.enumerated() { try client.send("get key:\(index)\r\n") }
        for client in clients {
            #expect(try client.readLine().hasPrefix("SERVER_ERROR"))
        }
        node.resume()

        let recovered = try eventually {
            var right = 0
            for (index, client) in clients.enumerated() {
                let wanted = (index + 3) % 8
                let lines = try client.lines("get key:\(wanted)")
                let isRight = lines == ["VALUE key:\(wanted) 0 1", "\(wanted)", "END"]
                if isRight { right += 1 }
                #expect(isRight || lines[0].hasPrefix("SERVER_ERROR"), "\(lines)")
            }
            return right == clients.count
        }
        #expect(recovered)
    }
}
