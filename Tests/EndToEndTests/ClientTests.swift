import Foundation
import TestKit
import Testing

/// Whatever a client does, it gets what it is due and the others notice nothing.
@Suite(.serialized) struct ClientTests {
    @Test func aClientThatStopsSendingGetsAllItsReplies() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let client = try proxy.client()
        var requests: [UInt8] = []
        for number in 0..<500 {
            requests += Bytes.command(["SET", "key:\(number)", "\(number)"])
            requests += Bytes.command(["GET", "key:\(number)"])
        }

        try client.send(requests)
        client.shutdownWrite()

        for number in 0..<500 {
            try #require(try client.readReply() == .ok)
            try #require(try client.readReply() == .bulk("\(number)"))
        }
        #expect(client.isAtEnd())
    }

    @Test(arguments: [1, 2])
    func clientsThatVanishDisturbNobody(workers: Int) throws {
        let proxy = try RunningProxy(
            pool: .redis(CacheNode.several(2, .redis)), workers: workers)
        let neighbour = try proxy.client()
        let value = String(repeating: "x", count: 10_000)
        #expect(try neighbour.command("SET", "big", value) == .ok)
        let requests = (0..<200).flatMap { _ in Bytes.command(["GET", "big"]) }

        for number in 0..<60 {
            let client = try proxy.client()
            try client.send(requests)
            if number % 2 == 0 { client.reset() } else { client.close() }
            #expect(try neighbour.command("SET", "key", "\(number)") == .ok)
            #expect(try neighbour.command("GET", "key") == .bulk("\(number)"))
        }

        #expect(
            try eventually { try proxy.stats().number("alpha", "client_connections") == 1 })
    }

    @Test func slowReadersCostLittleMemoryAndDelayNobody() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let neighbour = try proxy.client()
        let value = [Array("SET".utf8), Array("big".utf8), Bytes.pattern(1 << 20, seed: 3)]
        #expect(try neighbour.command(bytes: value) == .ok)
        #expect(try neighbour.command("SET", "small", "1") == .ok)
        let requests = (0..<20).flatMap { _ in Bytes.command(["GET", "big"]) }

        let readers = try (0..<50).map { _ in try proxy.client() }
        for reader in readers {
            reader.limitReceiveBuffer(to: 4_096)
            try reader.send(requests)
        }

        var largest = 0
        var slowest = 0.0
        _ = try always(for: 3) {
            // A slow reader may be closed, which is not for this test to judge.
            for reader in readers { _ = try? reader.readSome(4_096) }
            let started = now()
            #expect(try neighbour.command("GET", "small") == .bulk("1"))
            slowest = max(slowest, now() - started)
            largest = max(largest, try proxy.residentBytes())
            return true
        }
        #expect(largest < 200 << 20)
        #expect(slowest < 2)
    }

    @Test func aLongPipelineOfBigRepliesArrivesWhole() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let client = try proxy.client()
        let value = Bytes.pattern(1 << 20, seed: 4)
        let set = [Array("SET".utf8), Array("big".utf8), value]
        #expect(try client.command(bytes: set) == .ok)

        try client.send((0..<100).flatMap { _ in Bytes.command(["GET", "big"]) })

        for number in 0..<100 {
            guard case .bulk(let bytes) = try client.readReply() else {
                Issue.record("reply \(number) is no value")
                return
            }
            try #require(Bytes.equal(bytes, value))
        }
        #expect(try client.command("PING") == .simple("PONG"))
    }

    @Test(arguments: [CacheNode.Kind.redis, .memcached])
    func garbageHarmsNobody(kind: CacheNode.Kind) throws {
        let proxy = try proxy(for: kind)
        let neighbour = try proxy.client()
        var random = SeededGenerator(seed: 20)
        #expect(try stores(7, as: "neighbour", kind, over: neighbour))

        for _ in 0..<150 {
            let client = try proxy.client()
            // The proxy may close before it has read everything.
            try? client.send(
                Bytes.pattern(Int.random(in: 1...2_000, using: &random), seed: random.next()))
            client.shutdownWrite()
            #expect(client.discardUntilEnd())
            #expect(try reads(7, from: "neighbour", kind, over: neighbour))
        }
    }

    @Test(arguments: [CacheNode.Kind.redis, .memcached])
    func damagedRequestsHarmNobody(kind: CacheNode.Kind) throws {
        let proxy = try proxy(for: kind)
        let neighbour = try proxy.client()
        var random = SeededGenerator(seed: 21)
        #expect(try stores(7, as: "neighbour", kind, over: neighbour))
        let valid = validRequests(kind)

        for _ in 0..<300 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            let client = try proxy.client()
            try? client.send(bytes)
            client.shutdownWrite()
            #expect(client.discardUntilEnd())
            #expect(try reads(7, from: "neighbour", kind, over: neighbour))
        }
    }

    /// Whether the connection that found the proxy ready has come and gone.
    private func isEmpty(_ proxy: RunningProxy) throws -> Bool {
        try eventually {
            let stats = try proxy.stats()
            return try stats.number("alpha", "client_eof") + stats.number("alpha", "client_err") > 0
                && stats.number("alpha", "client_connections") == 0
        }
    }

    @Test(arguments: [1, 2])
    func tooManyClientsAreToldSo(workers: Int) throws {
        let pool = PoolSpecification.redis(
            [try CacheNode.redis()], options: ["client_connections": "3"])
        let proxy = try RunningProxy(pool: pool, workers: workers)
        #expect(try isEmpty(proxy))
        let clients = try (0..<3).map { _ in try proxy.client() }
        for client in clients {
            #expect(try client.command("PING") == .simple("PONG"))
        }

        let refused = try proxy.client()
        #expect(try refused.readLine() == "-ERR max number of clients reached")
        #expect(refused.isAtEnd())

        clients[0].close()
        let isFree = eventually {
            (try? proxy.client().command("PING")) == .simple("PONG")
        }
        #expect(isFree)
    }

    @Test func tooManyMemcachedClientsAreToldSo() throws {
        let pool = PoolSpecification.memcached(
            [try CacheNode.memcached()], options: ["client_connections": "1"])
        let proxy = try RunningProxy(pool: pool)
        #expect(try isEmpty(proxy))
        let client = try proxy.client()
        #expect(try client.ask("version").hasPrefix("VERSION"))

        let refused = try proxy.client()
        let line = try refused.readLine()

        #expect(
            line.hasPrefix("SERVER_ERROR") || line.hasPrefix("ERROR Too many open connections"))
        #expect(refused.isAtEnd())
    }

    @Test(arguments: [CacheNode.Kind.redis, .memcached])
    func requestsMayComeByteByByte(kind: CacheNode.Kind) throws {
        let proxy = try proxy(for: kind)
        let whole = try proxy.client()
        try whole.send(validRequests(kind))
        whole.shutdownWrite()
        let expected = try whole.readToEnd()

        let slow = try proxy.client()
        for byte in validRequests(kind) { try slow.send([byte]) }
        slow.shutdownWrite()

        #expect(
            String(decoding: try slow.readToEnd(), as: UTF8.self)
                == String(decoding: expected, as: UTF8.self))
    }

    @Test func unixSocketsServeOnBothSides() throws {
        let node = try CacheNode.redis(overUnixSocket: true)
        let proxy = try RunningProxy(
            pool: .redis([node], listen: .unixSocket(permissions: "0660")))
        let client = try proxy.client()

        #expect(try client.command("SET", "a", "1") == .ok)
        #expect(try node.client().command("GET", "a") == .bulk("1"))
        let attributes = try FileManager.default.attributesOfItem(atPath: proxy.socketPath())
        #expect(attributes[.posixPermissions] as? Int == 0o660)
    }

    @Test func memcachedUnixSocketsServe() throws {
        let node = try CacheNode.memcached(overUnixSocket: true)
        let proxy = try RunningProxy(
            pool: .memcached([node], listen: .unixSocket(permissions: nil)))
        let client = try proxy.client()

        #expect(try client.ask("set a 0 0 1\r\n1") == "STORED")
        #expect(try node.client().lines("get a") == ["VALUE a 0 1", "1", "END"])
    }

    @Test func addressesOfVersion6AreListenedOn() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node], listen: .freePort(of: "::1")))
        let client = try proxy.client()

        #expect(try client.command("SET", "a", "1") == .ok)
        #expect(try client.command("GET", "a") == .bulk("1"))
    }

    private func proxy(for kind: CacheNode.Kind) throws -> RunningProxy {
        let nodes = try CacheNode.several(2, kind)
        let options = ["timeout": "2000"]
        switch kind {
        case .redis: return try RunningProxy(pool: .redis(nodes, options: options))
        case .memcached: return try RunningProxy(pool: .memcached(nodes, options: options))
        }
    }

    /// Requests whose replies do not depend on what was stored before.
    private func validRequests(_ kind: CacheNode.Kind) -> [UInt8] {
        switch kind {
        case .redis:
            Bytes.command(["SET", "attack:a", "12345"]) + Bytes.command(["GET", "attack:a"])
                + Bytes.command(["MSET", "attack:b", "1", "attack:c", "2"])
                + Bytes.command(["MGET", "attack:a", "attack:b", "attack:x"])
                + Bytes.command(["DEL", "attack:a", "attack:b"]) + Bytes.command(["PING"])
        case .memcached:
            Array(
                ("set attack:a 0 0 5\r\n12345\r\nget attack:a\r\nget attack:a attack:x\r\n"
                    + "set attack:b 0 0 1 noreply\r\n1\r\nincr attack:b 1\r\n"
                    + "delete attack:a\r\ntouch attack:b 100\r\n").utf8)
        }
    }

    private func stores(
        _ digit: Int, as key: String, _ kind: CacheNode.Kind, over client: TestClient
    ) throws -> Bool {
        switch kind {
        case .redis: try client.command("SET", key, "\(digit)") == .ok
        case .memcached: try client.ask("set \(key) 0 0 1\r\n\(digit)") == "STORED"
        }
    }

    private func reads(
        _ digit: Int, from key: String, _ kind: CacheNode.Kind, over client: TestClient
    ) throws -> Bool {
        switch kind {
        case .redis: try client.command("GET", key) == .bulk("\(digit)")
        case .memcached: try client.lines("get \(key)") == ["VALUE \(key) 0 1", "\(digit)", "END"]
        }
    }
}
