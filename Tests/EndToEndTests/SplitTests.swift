import TestKit
import Testing

/// A request for keys of several servers is split, and its reply is the one that a single server
/// would give.
@Suite struct SplitTests {
    private let proxy: RunningProxy
    private let client: TestClient

    init() throws {
        let nodes = try CacheNode.several(4, .redis)
        proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        client = try proxy.client()
    }

    @Test(arguments: [1, 2, 3, 10, 100, 1_000])
    func getsValuesInTheOrderOfTheKeys(count: Int) throws {
        let keys = (0..<count).map { "key:\($0)" }
        for key in keys {
            #expect(try client.command("SET", key, "value of \(key)") == .ok)
        }

        let expected = keys.map { Reply.bulk("value of \($0)") }

        #expect(try client.command(["MGET"] + keys) == .array(expected))
        #expect(try client.command(["MGET"] + keys.reversed()) == .array(expected.reversed()))
    }

    @Test(arguments: [1, 2, 10, 1_000])
    func setsAllKeys(count: Int) throws {
        let pairs = (0..<count).flatMap { ["key:\($0)", "value \($0)"] }

        #expect(try client.command(["MSET"] + pairs) == .ok)

        for number in 0..<count {
            #expect(try client.command("GET", "key:\(number)") == .bulk("value \(number)"))
        }
    }

    /// Far more than one read takes, and with nothing in it that announces its size.
    @Test func splitsARequestOfAHundredThousandArguments() throws {
        let keys = (0..<50_000).map { "key:\($0)" }
        let pairs = keys.flatMap { [$0, "v"] }

        try client.send(
            Bytes.command(["MSET"] + pairs) + Bytes.command(["EXISTS"] + keys)
                + Bytes.command(["PING"]))

        #expect(try client.readReply() == .ok)
        #expect(try client.readReply() == .integer(50_000))
        #expect(try client.readReply() == .simple("PONG"))
    }

    @Test func missesAndDuplicatesKeepTheirPlaces() throws {
        #expect(try client.command("MSET", "a", "1", "b", "2", "c", "3") == .ok)

        let reply = try client.command("MGET", "a", "x", "b", "a", "y", "c", "x", "a")

        #expect(
            reply
                == .array([
                    .bulk("1"), .null, .bulk("2"), .bulk("1"), .null, .bulk("3"), .null,
                    .bulk("1"),
                ]))
    }

    @Test func theLastOfDuplicateSetsWins() throws {
        #expect(try client.command("MSET", "a", "1", "b", "2", "a", "3") == .ok)
        #expect(try client.command("MGET", "a", "b") == .array([.bulk("3"), .bulk("2")]))
    }

    @Test func valuesOfAnotherTypeReadAsMisses() throws {
        #expect(try client.command("SET", "text", "1") == .ok)
        #expect(try client.command("LPUSH", "list", "1") == .integer(1))

        #expect(try client.command("MGET", "text", "list") == .array([.bulk("1"), .null]))
    }

    @Test(arguments: ["DEL", "UNLINK", "TOUCH", "EXISTS"])
    func countsAreSummed(command: String) throws {
        let keys = (0..<200).map { "key:\($0)" }
        for key in keys {
            #expect(try client.command("SET", key, "x") == .ok)
        }
        let missing = (0..<50).map { "missing:\($0)" }

        #expect(try client.command([command] + keys + missing) == .integer(200))

        let isDeleting = command == "DEL" || command == "UNLINK"
        #expect(try client.command(["EXISTS"] + keys) == .integer(isDeleting ? 0 : 200))
    }

    @Test func duplicatesCountAsTheServerCountsThem() throws {
        #expect(try client.command("SET", "a", "1") == .ok)
        #expect(try client.command("SET", "b", "1") == .ok)

        #expect(try client.command("EXISTS", "a", "b", "a") == .integer(3))
        #expect(try client.command("DEL", "a", "b", "a") == .integer(2))
    }

    @Test func splitRequestsKeepTheirPlaceAmongOthers() throws {
        var requests: [UInt8] = []
        for number in 0..<300 {
            requests += Bytes.command(["MSET", "a:\(number)", "1", "b:\(number)", "\(number)"])
            requests += Bytes.command(["GET", "b:\(number)"])
            requests += Bytes.command(["MGET", "b:\(number)", "a:\(number)", "c:\(number)"])
            requests += Bytes.command(["DEL", "a:\(number)", "b:\(number)"])
        }
        try client.send(requests)

        for number in 0..<300 {
            let value = Reply.bulk("\(number)")
            try #require(try client.readReply() == .ok)
            try #require(try client.readReply() == value)
            try #require(try client.readReply() == .array([value, .bulk("1"), .null]))
            try #require(try client.readReply() == .integer(2))
        }
    }

    @Test func oddArgumentsOfMsetAreAnError() throws {
        let reply = try client.command("MSET", "a", "1", "b")

        #expect(reply == .error("ERR wrong number of arguments for 'mset' command"))
        #expect(try client.command("PING") == .simple("PONG"))
    }
}
