import Foundation
import TestKit
import Testing

/// Values that are larger than what the proxy may hold of them.
@Suite(.serialized) struct LargeValueTests {
    private static let bound = 64 << 20

    @Test func halfAGigabytePassesInBothDirections() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let value = LongValue(length: 512 << 20)
        let client = try proxy.client(timeout: 60)

        try client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(value.length)\r\n")
        try value.send(over: client)
        try client.send("\r\n" + "*2\r\n$6\r\nSTRLEN\r\n$1\r\nk\r\n")
        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .integer(value.length))

        try client.send(Bytes.command(["GET", "k"]))
        #expect(try client.readLine() == "$\(value.length)")
        #expect(try value.isWhatComes(over: client))
        #expect(try client.read(2) == [13, 10])

        #expect(try proxy.peakResidentBytes() <= Self.bound)
    }

    @Test func aLargeItemPassesInBothDirections() throws {
        let node = try CacheNode.memcached(arguments: ["-I", "64m", "-m", "256"])
        let proxy = try RunningProxy(pool: .memcached([node]))
        let value = LongValue(length: 48 << 20)
        let client = try proxy.client(timeout: 60)

        try client.send("set k 0 0 \(value.length)\r\n")
        try value.send(over: client)
        try client.send("\r\nget k\r\n")
        #expect(try client.readLine() == "STORED")
        #expect(try client.readLine() == "VALUE k 0 \(value.length)")
        #expect(try value.isWhatComes(over: client))
        #expect(try client.read(2) == [13, 10])
        #expect(try client.readLine() == "END")

        #expect(try proxy.peakResidentBytes() <= Self.bound)
    }

    @Test func anItemThatIsTooLargeForTheServerIsItsError() throws {
        let node = try CacheNode.memcached()
        let proxy = try RunningProxy(pool: .memcached([node]))
        let value = LongValue(length: 8 << 20)
        let client = try proxy.client()

        try client.send("set k 0 0 \(value.length)\r\n")
        try value.send(over: client)
        try client.send("\r\nset k 0 0 1\r\n1\r\nget k\r\n")

        #expect(try client.readLine() == "SERVER_ERROR object too large for cache")
        #expect(try client.readLine() == "STORED")
        #expect(try client.readLine() == "VALUE k 0 1")
    }

    @Test(arguments: [CacheNode.Kind.redis, .memcached])
    func neighboursFeelNothingOfClientsThatStallOrDieInTheMiddle(kind: CacheNode.Kind) throws {
        let nodes = try CacheNode.several(2, kind)
        let pool = kind == .redis ? PoolSpecification.redis(nodes) : .memcached(nodes)
        let proxy = try RunningProxy(pool: pool)
        let length = 900_000
        let head =
            kind == .redis
            ? "*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$\(length)\r\n" : "set large 0 0 \(length)\r\n"

        try amongNeighbours(of: proxy, Neighbours.storing(kind), within: 2) {
            let stalled = try proxy.client()
            try stalled.send(head + "abc")
            for sent in [0, 1, 100_000, 500_000, length, length + 1] {
                let client = try proxy.client()
                let all = [UInt8](head.utf8) + [UInt8](repeating: 65, count: length) + [13]
                try client.send(Array(all.prefix(head.utf8.count + sent)))
                client.close()
            }
            // Half a request is none: nothing was stored.
            let client = try proxy.client()
            switch kind {
            case .redis: #expect(try client.command("EXISTS", "large") == .integer(0))
            case .memcached: #expect(try client.ask("get large") == "END")
            }
            // The one that stalled goes on as if nothing had been.
            try stalled.send(String(repeating: "x", count: length - 3) + "\r\n")
            #expect(try stalled.readLine() == (kind == .redis ? "+OK" : "STORED"))
        }
    }

    @Test func neighboursFeelNothingOfClientsThatReadLargeRepliesSlowly() throws {
        let nodes = try CacheNode.several(2, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes))
        let client = try proxy.client(timeout: 60)
        let value = LongValue(length: 5 << 20)
        try client.send("*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$\(value.length)\r\n")
        try value.send(over: client)
        try client.send("\r\n")
        #expect(try client.readReply() == .ok)

        try amongNeighbours(of: proxy, Neighbours.storing(.redis)) {
            let readers = try (0..<6).map { _ in try proxy.client(timeout: 60) }
            for reader in readers {
                for _ in 0..<20 { try reader.send(Bytes.command(["GET", "large"])) }
            }
            for _ in 0..<20 {
                for reader in readers { _ = try reader.read(100_000) }
                // So that they take 5 MB a second each, far less than comes.
                usleep(20_000)
            }
            for reader in readers { reader.close() }
            #expect(try client.command("STRLEN", "large") == .integer(value.length))
        }
    }

    @Test func twoHundredSlowReadersGiveTheirMemoryBack() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()
        try client.send(Bytes.command(["SET", "k", String(repeating: "v", count: 1 << 20)]))
        #expect(try client.readReply() == .ok)
        let before = try proxy.residentBytes()
        var largest = 0

        let readers = try (0..<200).map { _ in try proxy.client() }
        for reader in readers {
            reader.limitReceiveBuffer(to: 4_096)
            try reader.send(Bytes.command(["GET", "k"]))
        }
        for reader in readers {
            #expect(try reader.readLine() == "$\(1 << 20)")
            largest = max(largest, try proxy.residentBytes())
        }
        for reader in readers { reader.close() }

        #expect(largest <= 256 << 20)
        #expect(
            eventually(timeout: 20) {
                ((try? proxy.residentBytes()) ?? .max) <= before + (16 << 20)
            })
    }
}

/// A value too long to be built: a block of bytes, again and again.
private struct LongValue {
    let length: Int
    /// Of a length that no buffer's is a multiple of.
    private let block = Bytes.pattern(1_000_003, seed: 7)

    init(length: Int) { self.length = length }

    func send(over client: TestClient) throws {
        var left = length
        while left > 0 {
            try client.send(left < block.count ? Array(block.prefix(left)) : block)
            left -= min(left, block.count)
        }
    }

    func isWhatComes(over client: TestClient) throws -> Bool {
        var left = length
        while left > 0 {
            let piece = min(left, block.count)
            let bytes = try client.read(piece)
            let expected = piece == block.count ? block : Array(block.prefix(piece))
            guard Bytes.equal(bytes, expected) else { return false }
            left -= piece
        }
        return true
    }
}
