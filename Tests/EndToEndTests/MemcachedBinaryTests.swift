import TestKit
import Testing

/// memcached's binary protocol through the proxy: before one server, every response is the server's
/// own, byte for byte, although the server is asked in text.
@Suite struct MemcachedBinaryTests {
    private let control: TestClient
    private let direct: Wire
    private let proxied: Wire
    private let proxy: RunningProxy

    init() throws {
        let node = try CacheNode.memcached()
        let proxy = try RunningProxy(pool: .memcached([node]))
        self.proxy = proxy
        control = try node.client()
        let probe = BinaryPacket(0x0a, opaque: 0x7777_7777).bytes
        let answer = [0x81] + probe.dropFirst()
        direct = Wire(probe: probe, answer: answer) { try node.client() }
        proxied = Wire(probe: probe, answer: answer) { try proxy.client() }
    }

    private static let longKey = String(repeating: "k", count: 250)
    private static let x = Array("x".utf8)
    private static let time = BinaryPacket.number(30, 4)

    private static let gets: [BinaryPacket] = [0x00, 0x09, 0x0c, 0x0d].flatMap { opcode in
        [
            BinaryPacket(opcode, "a"), BinaryPacket(opcode, "none"),
            BinaryPacket(opcode, "empty", unique: 5), BinaryPacket(opcode, "a b\r\n\0"),
            BinaryPacket(opcode, longKey), BinaryPacket(opcode, longKey + "k"),
            BinaryPacket(opcode), BinaryPacket(opcode, "a", extras: time),
            BinaryPacket(opcode, "a", value: x), BinaryPacket(opcode, "a", bodyLength: 0),
        ]
    }

    private static let touches: [BinaryPacket] = [0x1c, 0x1d, 0x1e, 0x23, 0x24].flatMap { opcode in
        [
            BinaryPacket(opcode, "a", extras: time), BinaryPacket(opcode, "none", extras: time),
            BinaryPacket(opcode, "a", extras: BinaryPacket.number(0xffff_ffff, 4)),
            BinaryPacket(opcode, "a"), BinaryPacket(opcode, "a", extras: time + time),
            BinaryPacket(opcode, extras: time),
        ]
    }

    private static let sets: [BinaryPacket] = [0x01, 0x02, 0x03, 0x11, 0x12, 0x13].flatMap {
        opcode in
        [
            BinaryPacket(opcode, "a", extras: BinaryPacket.item(), value: x),
            BinaryPacket(opcode, "new", extras: BinaryPacket.item(0xffff_ffff, 100), value: x),
            BinaryPacket(opcode, "a", extras: BinaryPacket.item(), value: x, unique: 3),
            BinaryPacket(opcode, "new", extras: BinaryPacket.item(), value: x, unique: 3),
            BinaryPacket(opcode, "a", extras: BinaryPacket.item(0, 0xffff_ffff)),
            BinaryPacket(
                opcode, "a b\r\n", extras: BinaryPacket.item(), value: Array("\r\nmn\r\n".utf8)),
            BinaryPacket(opcode, longKey, extras: BinaryPacket.item(), value: x),
            BinaryPacket(
                opcode, "a", extras: BinaryPacket.item(),
                value: Array(repeating: 120, count: 70_000), named: "large"),
            BinaryPacket(
                opcode, "a", extras: BinaryPacket.item(),
                value: Array(repeating: 120, count: 1_100_000), named: "too large"),
            BinaryPacket(opcode, "a", value: x), BinaryPacket(opcode, "a", extras: time, value: x),
            BinaryPacket(opcode, extras: BinaryPacket.item(), value: x),
        ]
    }

    private static let appends: [BinaryPacket] = [0x0e, 0x0f, 0x19, 0x1a].flatMap { opcode in
        [
            BinaryPacket(opcode, "a", value: x), BinaryPacket(opcode, "none", value: x),
            BinaryPacket(opcode, "a", value: x, unique: 3), BinaryPacket(opcode, "a"),
            BinaryPacket(opcode, "a", extras: BinaryPacket.item(), value: x),
            BinaryPacket(
                opcode, "a", value: Array(repeating: 120, count: 1_100_000), named: "too large"),
        ]
    }

    private static let counts: [BinaryPacket] = [0x05, 0x06, 0x15, 0x16].flatMap { opcode in
        [
            BinaryPacket(opcode, "n", extras: BinaryPacket.amount(1)),
            BinaryPacket(opcode, "n", extras: BinaryPacket.amount(.max)),
            BinaryPacket(opcode, "new", extras: BinaryPacket.amount(1, .max, 100)),
            BinaryPacket(opcode, "new", extras: BinaryPacket.amount(1, 0, 0xffff_ffff)),
            BinaryPacket(opcode, "a", extras: BinaryPacket.amount(1)),
            BinaryPacket(opcode, "n", extras: BinaryPacket.amount(1), unique: 3),
            BinaryPacket(opcode, "n", extras: time), BinaryPacket(opcode, "n"),
        ]
    }

    private static let others: [BinaryPacket] =
        [0x04, 0x14].flatMap { opcode in
            [
                BinaryPacket(opcode, "a"), BinaryPacket(opcode, "none"),
                BinaryPacket(opcode, "a", unique: 3), BinaryPacket(opcode, "a", extras: time),
            ]
        } + [
            BinaryPacket(0x0a), BinaryPacket(0x0a, "a"), BinaryPacket(0x0b),
            BinaryPacket(0x0b, "a"),
            BinaryPacket(0x08), BinaryPacket(0x08, extras: time), BinaryPacket(0x18),
            BinaryPacket(0x08, "a"), BinaryPacket(0x07), BinaryPacket(0x17),
            BinaryPacket(0x07, "a"),
            BinaryPacket(0x10, "reset"), BinaryPacket(0x10, "foo"), BinaryPacket(0x10, "detail"),
            BinaryPacket(0x10, "", extras: time), BinaryPacket(0x20),
            BinaryPacket(0x21, "PLAIN", value: Array("\0a\0b".utf8)),
            BinaryPacket(0x22, "PLAIN", value: x), BinaryPacket(0x30), BinaryPacket(0x55),
        ]

    private static let requests = gets + touches + sets + appends + counts + others

    @Test func responsesAreTheServers() throws {
        for request in Self.requests {
            let expected = try response(to: request.bytes, over: direct)
            let response = try response(to: request.bytes, over: proxied)

            #expect(response == expected, "\(request.name)")
        }
    }

    /// Two differ. Times beyond 2038 are never. And a value that is too large for an `add` or
    /// `append` takes the item with it, as meta commands do, so that nothing stale remains.
    @Test func effectsAreTheServers() throws {
        for request in Self.requests where !request.name.hasSuffix("large") && !request.isFar {
            _ = try response(to: request.bytes, over: direct)
            let expected = try state()
            _ = try response(to: request.bytes, over: proxied)

            #expect(try state() == expected, "\(request.name)")
        }
    }

    /// All of them at once, cut at different places.
    @Test(arguments: [1, 23, 25, 1000])
    func piecesDoNotMatter(size: Int) throws {
        let requests = (Self.gets + Self.counts).filter { !$0.bytes.isEmpty && isServed($0) }
        let bytes = requests.flatMap(\.bytes)
        let expected = try response(to: bytes, over: proxied)
        _ = try response(to: [], over: proxied)
        let client = try proxy.client()

        for start in stride(from: 0, to: bytes.count, by: size) {
            try client.send(Array(bytes[start..<min(bytes.count, start + size)]))
        }
        let probe = BinaryPacket(0x0a, opaque: 0x7777_7777).bytes
        try client.send(probe)

        let answer = try client.read(upTo: [0x81] + probe.dropFirst())
        #expect((answer ?? []).count == expected.bytes.count)
    }

    /// Whether the connection lives on behind it.
    private func isServed(_ request: BinaryPacket) -> Bool {
        (try? response(to: request.bytes, over: proxied).isClosed) == false
    }

    /// The responses, with unique numbers counted from that of `a`.
    private func response(to request: [UInt8], over wire: Wire) throws -> Answer {
        try control.send(
            "flush_all\r\nset a 5 0 5\r\nvalue\r\nset n 0 0 2\r\n10\r\nset empty 1 0 0\r\n\r\n")
        for _ in 0..<4 { _ = try control.readLine() }
        let line = try control.lines("gets a")[0]
        let unique = UInt64(line.split(separator: " ").last ?? "") ?? 0
        switch try wire.reply(to: request) {
        case .kept(let bytes): return .kept(BinaryPacket.relative(bytes, to: unique))
        case .closed(let bytes): return .closed(BinaryPacket.relative(bytes, to: unique))
        }
    }

    private func state() throws -> [String] {
        try ["a", "n", "new", "empty", Self.longKey].flatMap { key in
            try control.lines("get \(key)") + [control.ask("mg \(key) t f s").withoutSeconds]
        }
    }

    // MARK: - What the server does otherwise

    /// memcached loses its place behind an unknown command that has a body.
    @Test func unknownCommandsAreSkipped() throws {
        let client = try proxy.client()

        try client.send(BinaryPacket(0x1f, "mechanism", extras: Self.time, value: Self.x).bytes)
        try client.send(BinaryPacket(0x0a).bytes)

        #expect(try client.read(24 + 15).suffix(15) == Array("Unknown command".utf8)[...])
        #expect(try client.read(24)[1] == 0x0a)
    }

    /// Keys with bytes that a line cannot have go in base64, which is longer.
    @Test func longKeysOfAnyBytesAreRefused() throws {
        let client = try proxy.client()
        let longest = String(repeating: " ", count: 186)

        try client.send(
            BinaryPacket(0x01, longest, extras: BinaryPacket.item(), value: Self.x).bytes)
        #expect(try client.read(24)[7] == 0)
        try client.send(BinaryPacket(0x00, longest + " ").bytes)
        let head = try client.read(24)
        #expect(head[7] == 4)
        _ = try client.read(Int(head[11]))
    }

    @Test func textAndBinaryClientsMeet() throws {
        let proxy = try RunningProxy(pool: .memcached(CacheNode.several(3, .memcached)))
        let binary = try proxy.client()
        let text = try proxy.client()
        var requests: [UInt8] = []
        for number in 0..<100 {
            requests +=
                BinaryPacket(
                    0x11, "key:\(number)", extras: BinaryPacket.item(),
                    value: Array("\(number + 100)".utf8)
                ).bytes
            requests += BinaryPacket(0x0d, "none:\(number)").bytes
        }
        try binary.send(requests + BinaryPacket(0x0a).bytes)

        // Nothing but the last one is answered.
        #expect(try binary.read(24)[1] == 0x0a)
        for number in 0..<100 {
            let lines = try text.lines("get key:\(number)")
            #expect(lines == ["VALUE key:\(number) 7 3", "\(number + 100)", "END"])
        }
    }

    @Test func statisticsAreAddedUp() throws {
        let proxy = try RunningProxy(pool: .memcached(CacheNode.several(3, .memcached)))
        let client = try proxy.client()
        for number in 0..<60 {
            try client.send(
                BinaryPacket(
                    0x11, "key:\(number)", extras: BinaryPacket.item(), value: Self.x
                ).bytes)
        }
        try client.send(BinaryPacket(0x10).bytes)

        var figures: [String: String] = [:]
        while true {
            let head = try client.read(24)
            let keyLength = Int(head[3])
            let body = try client.read(Int(head[10]) << 8 | Int(head[11]))
            if body.isEmpty { break }
            figures[String(decoding: body[..<keyLength], as: UTF8.self)] =
                String(decoding: body[keyLength...], as: UTF8.self)
        }

        #expect(figures["curr_items"] == "60")
        #expect(figures["limit_maxbytes"] == "\(3 * 64 << 20)")
        #expect(figures["version"]?.hasPrefix("1.") == true)
    }

    @Test func aLostServerIsAnErrorInItsPlace() throws {
        let node = try CacheNode.memcached()
        let proxy = try RunningProxy(pool: .memcached([node]))
        node.kill()
        let client = try proxy.client()

        try client.send(BinaryPacket(0x09, "a").bytes + BinaryPacket(0x0a).bytes)

        let head = try client.read(24)
        #expect(head[6] == 0 && head[7] == 0x84)
        let text = String(decoding: try client.read(Int(head[11])), as: UTF8.self)
        #expect(text.hasPrefix("server 127.0.0.1:"))
        #expect(try client.read(24)[1] == 0x0a)
    }

    /// A connection stays with the protocol of its first byte.
    @Test func protocolsDoNotMixOnAConnection() throws {
        let text = try proxy.client()
        #expect(try text.ask("mn") == "MN")
        try text.send(BinaryPacket(0x0a).bytes)
        #expect(try text.readLine() == "ERROR")
        #expect(text.isAtEnd())

        let binary = try proxy.client()
        try binary.send(BinaryPacket(0x0a).bytes)
        #expect(try binary.read(24)[1] == 0x0a)
        try binary.send("version\r\n")
        #expect(binary.isAtEnd())
    }
}

extension Answer {
    /// Whatever came back.
    fileprivate var bytes: [UInt8] {
        switch self {
        case .kept(let bytes), .closed(let bytes): bytes
        }
    }
}
