import Foundation
import TestKit
import Testing

/// memcached's meta protocol through the proxy: before one server, every reply is the server's own.
@Suite struct MemcachedMetaTests {
    private let node: CacheNode
    private let control: TestClient
    private let direct: Wire
    private let proxied: Wire
    private let proxy: RunningProxy

    init() throws {
        let node = try CacheNode.memcached()
        let proxy = try RunningProxy(pool: .memcached([node]))
        self.node = node
        self.proxy = proxy
        control = try node.client()
        let probe = Array("delete probe\r\n".utf8)
        let answer = Array("NOT_FOUND\r\n".utf8)
        direct = Wire(probe: probe, answer: answer) { try node.client() }
        proxied = Wire(probe: probe, answer: answer) { try proxy.client() }
    }

    private static let longKey = String(repeating: "k", count: 250)

    /// What follows `mg`, `md`, `ma` and `me`.
    private static let words = [
        "", "a", "none", "a v", "none v", "a q", "none q", "a v q", "a k q O1", "none k q O123",
        "a v k f c s t O1", "a s f O0123456789012345678901234567890123456789", "a T30 t",
        "a N30 t v",
        "new N30 v t", "new N30 J7 v t q", "n", "n v", "n q", "n v q", "n D3 v t c", "n MD D20 v",
        "n MD q", "n Mx", "n MINC v", "n Dx", "n J5 N0 v", "a v D1", "n C1", "n C1 q k", "a C1 q",
        "a C0", "a I", "a I T30 q", "a R30 v", "a h l v", "a u v", "YQ== b", "YQ== b v k q",
        "YQ== b k", "YQ b v", "!Q== b", "a Z", "a x q", "a v v", "\(longKey) v", "\(longKey)k v",
        " a  v ", "a v  q  k", "schlüssel v k", "Zm9vIGJhcg== b k v", "Zm9vIGJhcg== b k N0 v",
        "a b",
        "a E1", "a S1", "a F1", "a MS", "n N0 J13 D2 MI T30 v t c k O7 q",
        "a k f c s t v O1 T30 F1 MS I N30 J1 D1 R1 h l",
    ]

    /// What follows `ms`.
    private static let items = [
        "a 1\r\nx", "a 1 q\r\nx", "new 1 q k O1\r\nx", "a 1 k O1 c\r\nx", "a 0\r\n", "a 1 b\r\nx",
        "YQ== 1 b k\r\nx", "YQ== 1 b k q\r\nx", "Zm9vIGJhcg== 3 b k\r\nfoo", "a 1 MA\r\nx",
        "a 1 MP q\r\nx",
        "new 1 MA\r\nx", "new 1 MA q\r\nx", "a 1 ME q k\r\nx", "new 1 ME q\r\nx", "new 1 MR\r\nx",
        "a 1 MR q\r\nx", "a 1 C1\r\nx", "a 1 C1 q\r\nx", "none 1 C1 q\r\nx", "a 1 Mz\r\nx",
        "a 1 MSS q\r\nx", "a 1 T-1\r\nx", "a 1 T100 F7 q\r\nx", "a 1 F4294967295\r\nx",
        "a 1 Fx q\r\nx",
        "a 1 T\r\nx", "a 1 z\r\nx", "a 1 I\r\nx", "a 8 q\r\nmn\r\nmn\r\n", "\(longKey) 1\r\nx",
        "a 1 k k\r\nx", "a 1 a c d e f g h i j k l m n o p r s\r\nx", "a 1 S1\r\nx",
        "a 70000 q\r\n" + String(repeating: "x", count: 70_000),
    ]

    private static let requests =
        ["mg", "md", "ma", "me"].flatMap { command in words.map { "\(command) \($0)\r\n" } }
        + items.map { "ms \($0)\r\n" }
        + ["mn\r\n", "mn q k\r\n", "mn a b c d e f g h i j\r\n", "mx a\r\n", "MG a\r\n"]
        + [
            "mg a v q\r\nmg none q\r\nmg none\r\nms b 1 q\r\nx\r\nmg b v q\r\nmd b q\r\nmd b q\r\nmn\r\n"
        ]

    /// Where the proxy has words of its own: it does not pass on what two readers may read
    /// differently.
    private static let refusals = [
        " YQ b": "CLIENT_ERROR error decoding key\r\n",
        " a b": "CLIENT_ERROR error decoding key\r\n",
        "!Q== b": "CLIENT_ERROR error decoding key\r\n",
        " a 1 a c d e": "CLIENT_ERROR options flags too long\r\n",
    ]

    @Test func repliesAreTheServers() throws {
        for request in Self.requests {
            let expected = try reply(to: request, over: direct)
            let reply = try reply(to: request, over: proxied)
            let refusal = Self.refusals.first { request.contains($0.key) }?.value
            #expect(
                reply == expected || reply.text == refusal, "\(shown(request)): not \(expected)")
        }
    }

    /// What the server does is the same, too.
    @Test func effectsAreTheServers() throws {
        for request in Self.requests {
            _ = try reply(to: request, over: direct)
            let expected = try state()
            _ = try reply(to: request, over: proxied)
            #expect(try state() == expected, "\(shown(request))")
        }
    }

    /// The reply, with unique numbers as they would be without those before.
    private func reply(to request: String, over wire: Wire) throws -> Answer {
        try control.send("flush_all\r\nset a 5 0 5\r\nvalue\r\nset n 0 0 2\r\n10\r\n")
        for _ in 0..<3 { _ = try control.readLine() }
        let unique = try uniqueNumber()
        let answer = try wire.reply(to: Array(request.utf8))
        let text = (-1...4).reduce(answer.text) { text, offset in
            text.replacing("c\(unique + offset)", with: "c{\(offset)}")
                .replacing("cas=\(unique + offset)", with: "cas={\(offset)}")
        }
        .withoutSeconds
        return answer.isClosed ? .closed(Array(text.utf8)) : .kept(Array(text.utf8))
    }

    private func uniqueNumber() throws -> Int {
        let line = try control.lines("gets a")[0]
        return Int(line.split(separator: " ").last ?? "") ?? 0
    }

    private func state() throws -> [String] {
        try ["a", "n", "new", "b", Self.longKey].flatMap { key in
            let lines = try control.lines("get \(key)")
            return lines + [try control.ask("mg \(key) t f s").withoutSeconds]
        }
    }

    // MARK: - Several servers

    /// A pipeline of loud and quiet commands for three servers: what is answered is in order.
    @Test func quietCommandsKeepTheOrder() throws {
        let proxy = try RunningProxy(pool: .memcached(CacheNode.several(3, .memcached)))
        let client = try proxy.client()
        var requests = ""
        var expected: [String] = []
        for number in 0..<300 {
            requests +=
                "ms key:\(number) 3 q\r\n\(number + 100)\r\nmg key:\(number) v q k O\(number)\r\n"
            expected += ["VA 3 kkey:\(number) O\(number)", "\(number + 100)"]
            requests +=
                "mg none:\(number) v q\r\nmd key:\(number) q O9\r\nmd key:\(number) q O9\r\n"
            expected.append("NF O9")
            if number % 10 == 9 {
                requests += "mn\r\n"
                expected.append("MN")
            }
        }
        try client.send(requests)

        let lines = try expected.map { _ in try client.readLine() }

        #expect(lines == expected)
    }

    /// A key and its base64 are one key on one server.
    @Test func base64KeysGoWhereTheirBytesGo() throws {
        let proxy = try RunningProxy(
            pool: .memcached(CacheNode.several(3, .memcached), options: ["hash_tag": "\"{}\""]))
        let client = try proxy.client()
        for number in 0..<60 {
            let key = number % 2 == 0 ? "key:\(number)" : "{tag\(number)}:key"
            let encoded = Data(key.utf8).base64EncodedString()
            #expect(try client.ask("ms \(encoded) 2 b q\r\n\(number + 10)\r\nmg \(key)") == "HD")
            #expect(
                try client.lines("get \(key)") == ["VALUE \(key) 0 2", "\(number + 10)", "END"])
            #expect(try client.ask("md \(encoded) b") == "HD")
            #expect(try client.ask("mg \(key)") == "EN")
        }
    }

    /// The same for values that are sent on while they arrive.
    @Test func base64KeysOfLargeValuesDoSo() throws {
        let proxy = try RunningProxy(pool: .memcached(CacheNode.several(3, .memcached)))
        let client = try proxy.client()
        let value = String(repeating: "0123456789", count: 50_000)
        for number in 0..<12 {
            let encoded = Data("key:\(number)".utf8).base64EncodedString()
            #expect(try client.ask("ms \(encoded) 500000 b\r\n\(value)") == "HD")
            #expect(try client.ask("mg key:\(number) s") == "HD s500000")
        }
    }

    /// A lost server's quiet command is an error, in its place.
    @Test func errorsAreNeverHidden() throws {
        let node = try CacheNode.memcached()
        let proxy = try RunningProxy(pool: .memcached([node]))
        node.kill()
        let client = try proxy.client()

        try client.send("mg a q\r\nmn\r\n")

        #expect(try client.readLine().hasPrefix("SERVER_ERROR server 127.0.0.1:"))
        #expect(try client.readLine() == "MN")
    }

    @Test func largeValuesPass() throws {
        let client = try proxy.client()
        let value = String(repeating: "0123456789", count: 100_000)
        for flags in ["", " q"] {
            try client.send("ms big 1000000\(flags)\r\n\(value)\r\nmg big v s\(flags)\r\n")
            if flags.isEmpty { #expect(try client.readLine() == "HD") }
            #expect(try client.readLine() == "VA 1000000 s1000000")
            let read = try client.readLine()
            #expect(read == value)
        }
    }
}
