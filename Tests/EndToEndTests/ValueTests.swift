import TestKit
import Testing

/// Values of any size and any bytes come back as they were stored.
@Suite(.serialized) struct ValueTests {
    @Test(arguments: [0, 1, 16_335, 65_536, 1 << 20])
    func redisValuesAreExact(size: Int) throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))

        let exact = try onThreads(4) { thread in
            let client = try proxy.client()
            let value = Bytes.pattern(size, seed: UInt64(thread))
            return try (0..<5).allSatisfy { round in
                let key = "key:\(thread):\(round)"
                return try storesExactly(value, as: key, over: client)
            }
        }

        #expect(exact == [true, true, true, true])
    }

    @Test func redisValuesOf64MegabytesAreExact() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let neighbour = try proxy.client()
        #expect(try neighbour.command("SET", "small", "1") == .ok)

        let exact = try onThreads(2) { thread in
            let client = try proxy.client(timeout: 60)
            let value = Bytes.pattern(64 << 20, seed: UInt64(thread))
            return try storesExactly(value, as: "big:\(thread)", over: client)
        }

        #expect(exact == [true, true])
        #expect(try neighbour.command("GET", "small") == .bulk("1"))
    }

    /// Each has a block to itself, and the next one follows at once.
    @Test(arguments: [20_000, 65_000, 131_072, 300_000])
    func bigValuesFollowOneAnother(size: Int) throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let client = try proxy.client()
        let values = (0..<20).map { Bytes.pattern(size + $0, seed: UInt64($0)) }

        try client.send(
            values.enumerated().flatMap { number, value in
                Bytes.command([Array("SET".utf8), Array("k\(number)".utf8), value])
                    + Bytes.command(["STRLEN", "k\(number)"])
            })

        for value in values {
            #expect(try client.readReply() == .ok)
            #expect(try client.readReply() == .integer(value.count))
        }
        for (number, value) in values.enumerated() {
            #expect(try client.command("GET", "k\(number)") == .bulk(value))
        }
    }

    @Test func bigValuesAndSmallOnesShareAPipeline() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let client = try proxy.client()
        let value = Bytes.pattern(3 << 20, seed: 7)
        let set = [Array("SET".utf8), Array("big".utf8), value]

        try client.send(
            Bytes.command(set) + Bytes.command(["SET", "small", "1"])
                + Bytes.command(["MGET", "small", "big", "small"])
                + Bytes.command(["GET", "small"]))

        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .ok)
        let values = try client.readReply().elements ?? []
        try #require(values.count == 3)
        #expect(values[0] == .bulk("1"))
        #expect(isBulk(values[1], equalTo: value))
        #expect(values[2] == .bulk("1"))
        #expect(try client.readReply() == .bulk("1"))
    }

    /// memcached's largest item is 1 MiB including its own overhead.
    @Test(arguments: [0, 1, 16_335, (1 << 20) - 1_024])
    func memcachedValuesAreExact(size: Int) throws {
        let proxy = try RunningProxy(pool: .memcached(CacheNode.several(2, .memcached)))

        let exact = try onThreads(4) { thread in
            let client = try proxy.client()
            let value = Bytes.pattern(size, seed: UInt64(thread))
            try client.send(Array("set key:\(thread) 0 0 \(size)\r\n".utf8) + value + [13, 10])
            guard try client.readLine() == "STORED" else { return false }
            try client.send("get key:\(thread)\r\n")
            guard try client.readLine() == "VALUE key:\(thread) 0 \(size)" else { return false }
            guard Bytes.equal(try client.read(size), value) else { return false }
            return try client.readLine() == "" && client.readLine() == "END"
        }

        #expect(exact == [true, true, true, true])
    }

    @Test func memcachedRefusesTooBigAValueAndGoesOn() throws {
        let proxy = try RunningProxy(pool: .memcached(CacheNode.several(2, .memcached)))
        let client = try proxy.client()
        let size = 2 << 20

        let value = Bytes.pattern(size, seed: 1)
        try client.send(Array("set key 0 0 \(size)\r\n".utf8) + value + [13, 10])

        #expect(try client.readLine().hasPrefix("SERVER_ERROR"))
        #expect(try client.ask("set key 0 0 1\r\n1") == "STORED")
        #expect(try client.lines("get key") == ["VALUE key 0 1", "1", "END"])
    }
}

/// A value set and read back by one client.
private func storesExactly(
    _ value: [UInt8], as key: String, over client: TestClient
) throws -> Bool {
    let set = [Array("SET".utf8), Array(key.utf8), value]
    guard try client.command(bytes: set) == .ok else { return false }
    return isBulk(try client.command("GET", key), equalTo: value)
}

private func isBulk(_ reply: Reply, equalTo value: [UInt8]) -> Bool {
    guard case .bulk(let bytes) = reply else { return false }
    return Bytes.equal(bytes, value)
}
