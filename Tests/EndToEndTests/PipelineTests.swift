import TestKit
import Testing

/// A client gets one reply for each request, in the order of its requests.
@Suite struct PipelineTests {
    @Test(arguments: [1, 2])
    func tenThousandMixedRequestsAreAnsweredInOrder(workers: Int) throws {
        let nodes = try CacheNode.several(4, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur"]), workers: workers)
        let client = try proxy.client()
        var requests: [UInt8] = []
        var expected: [Reply] = []
        for number in 0..<2_500 {
            let (key, value) = ("key:\(number)", "value of \(number)")
            requests += Bytes.command(["SET", key, value])
            requests += Bytes.command(["GET", key])
            requests += Bytes.command(["APPEND", key, "!"])
            requests += Bytes.command(["MGET", key, "missing:\(number)", "key:0"])
            expected += [
                .ok, .bulk(value), .integer(value.utf8.count + 1),
                .array([.bulk(value + "!"), .null, .bulk("value of 0!")]),
            ]
        }

        try client.send(requests)

        for (number, reply) in expected.enumerated() {
            try #require(try client.readReply() == reply, "reply \(number)")
        }
    }

    /// Requests with one key go in runs: what fails in one keeps its place, and ends nothing.
    @Test func failuresWithinARunKeepTheirPlace() throws {
        let nodes = try CacheNode.several(2, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur", "max_key_length": "100"]))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        nodes[1].kill()
        var requests: [UInt8] = []

        for number in 0..<100 {
            requests += Bytes.command(["SET", keys.key(on: 0), "\(number)"])
            requests += Bytes.command(["GET", keys.key(on: 1)])
            requests += Bytes.command(["GET", String(repeating: "k", count: 101)])
            if number % 7 == 0 { requests += Bytes.command(["MGET", keys.key(on: 0)]) }
            if number % 11 == 0 { requests += Array("GET \(keys.key(on: 0))\r\n".utf8) }
            requests += Bytes.command(["GET", keys.key(on: 0)])
        }
        try client.send(requests)

        for number in 0..<100 {
            let value = Reply.bulk("\(number)")
            try #require(try client.readReply() == .ok)
            try #require(try client.readReply().errorText != nil)
            let tooLong = Reply.error("ERR key is longer than max_key_length, 100 bytes")
            try #require(try client.readReply() == tooLong)
            if number % 7 == 0 { try #require(try client.readReply() == .array([value])) }
            if number % 11 == 0 { try #require(try client.readReply() == value) }
            try #require(try client.readReply() == value)
        }
    }

    @Test func localRepliesKeepTheirPlace() throws {
        let nodes = try CacheNode.several(4, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        let client = try proxy.client()
        var requests: [UInt8] = []

        for number in 0..<500 {
            requests += Bytes.command(["SET", "key:\(number)", "\(number)"])
            requests += Bytes.command(["PING"])
            requests += Bytes.command(["GET", "key:\(number)"])
            requests += Bytes.command(["NOSUCHCOMMAND", "\(number)"])
            requests += Bytes.command(["GET"])
            requests += Bytes.command(["PING", "\(number)"])
        }
        try client.send(requests)

        for number in 0..<500 {
            try #require(try client.readReply() == .ok)
            try #require(try client.readReply() == .simple("PONG"))
            try #require(try client.readReply() == .bulk("\(number)"))
            let unknown = try client.readReply().errorText ?? ""
            try #require(unknown.contains("unknown command 'NOSUCHCOMMAND'"))
            try #require(unknown.contains("'\(number)'"))
            let arity = Reply.error("ERR wrong number of arguments for 'get' command")
            try #require(try client.readReply() == arity)
            try #require(try client.readReply() == .bulk("\(number)"))
        }
    }

    @Test func pipelinesOfManyClientsDoNotMix() throws {
        let nodes = try CacheNode.several(4, .redis)
        let proxy = try RunningProxy(
            pool: .redis(nodes, options: ["hash": "murmur"]), workers: 2)

        let wrong = try onThreads(16) { thread in
            let client = try proxy.client()
            var requests: [UInt8] = []
            for number in 0..<300 {
                requests += Bytes.command(["SET", "k:\(thread):\(number)", "\(thread)-\(number)"])
                requests += Bytes.command(["GET", "k:\(thread):\(number)"])
            }
            try client.send(requests)
            var wrong = 0
            for number in 0..<300 {
                if try client.readReply() != .ok { wrong += 1 }
                if try client.readReply() != .bulk("\(thread)-\(number)") { wrong += 1 }
            }
            return wrong
        }

        #expect(wrong.allSatisfy { $0 == 0 })
    }

    @Test func aServersSlownessHoldsBackOnlyItsOwnReplies() throws {
        let nodes = try CacheNode.several(2, .redis)
        let proxy = try RunningProxy(pool: .redis(nodes, options: ["hash": "murmur"]))
        let keys = try KeyFinder(proxy: proxy, nodes: nodes)
        let client = try proxy.client()
        let other = try proxy.client()

        nodes[0].pause()
        try client.sendCommand("GET", keys.key(on: 0))
        try client.sendCommand("GET", keys.key(on: 1))

        #expect(try other.command("GET", keys.key(on: 1)) == .bulk(keys.key(on: 1)))
        #expect(try client.isSilent(for: 0.1))
        nodes[0].resume()
        #expect(try client.readReply() == .bulk(keys.key(on: 0)))
        #expect(try client.readReply() == .bulk(keys.key(on: 1)))
    }
}
