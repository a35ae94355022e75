import Foundation
import TestKit
import Testing

/// Clients that behave as no client should, among neighbours on the same server connections: those
/// get every reply right and in time, and the proxy's memory stays within its bound.
@Suite(.serialized) struct HostileClientTests {
    // MARK: - Odd requests

    @Test(arguments: [CacheNode.Kind.redis, .memcached])
    func aMillionEmptyArguments(kind: CacheNode.Kind) throws {
        let proxy = try RunningProxy.before(2, kind, options: ["timeout": "20000"])
        let count = 1_000_000
        try amongNeighbours(of: proxy, Neighbours.storing(kind), within: 20) {
            let client = try proxy.client(timeout: 60)
            switch kind {
            case .redis:
                let empty = Array(repeating: Array("$0\r\n\r\n".utf8), count: count - 1).flatMap {
                    $0
                }
                try client.send(Array("*\(count)\r\n$6\r\nEXISTS\r\n".utf8) + empty)
                #expect(try client.readReply() == .integer(0))
                try client.send(Array("*\(count)\r\n$0\r\n\r\n".utf8) + empty)
                #expect(
                    try client.readReply().errorText?.hasPrefix("ERR unknown command ''") == true)
                #expect(try client.command("PING") == .simple("PONG"))
            case .memcached:
                try client.send(Array("get ".utf8) + Array(repeating: 32, count: count) + [13, 10])
                #expect(try client.readLine() == "ERROR")
                #expect(try client.ask("version").hasPrefix("VERSION"))
            }
        }
    }

    @Test func manyKeysForEveryServer() throws {
        let proxy = try RunningProxy.before(3, .redis, options: ["timeout": "30000"])
        let keys = (0..<200_000).map { "k\($0)" }
        try amongNeighbours(of: proxy, Neighbours.storing(.redis), within: 30) {
            let client = try proxy.client(timeout: 60)
            #expect(try client.command(["DEL"] + keys) == .integer(0))
            #expect(try client.command(["MGET"] + keys).elements?.count == keys.count)
        }
    }

    /// What a script returns goes to its client, however deep or long, and costs nobody a
    /// connection.
    @Test func scriptsThatReturnOddThings() throws {
        let proxy = try RunningProxy.before(1, .redis)
        let scripts = [
            "local t = {} for i = 1, 100 do t = {t} end return t",
            "return redis.error_reply(string.rep('x', 300000))",
            "return {ok = string.rep('x', 300000)}", "return {err = 'a\\r\\n+OK'}",
            "return {ok = 'a\\r\\n+OK'}", String(repeating: "x", count: 200_000),
            "local t = {} for i = 1, 7000 do t[i] = {} end return t", "return {1, nil, 2}",
            "return",
        ]
        try amongNeighbours(of: proxy, Neighbours.storing(.redis)) {
            for script in scripts {
                let client = try proxy.client()
                let command =
                    Bytes.command(["EVAL", script, "1", "k"]) + Bytes.command(["ECHO", "end"])
                try client.send(command)
                _ = try client.readReply()
                #expect(try client.readReply() == .bulk("end"), "\(script.prefix(60))")
            }
        }
        #expect(try proxy.stats().sum("server_err") == 0)
    }

    // MARK: - Silence

    /// One byte at a time; half a request and then nothing; half a request again and again.
    @Test(arguments: [CacheNode.Kind.redis, .memcached])
    func halfRequestsAreClosed(kind: CacheNode.Kind) throws {
        let proxy = try RunningProxy.before(2, kind, options: ["client_idle_timeout": "1000"])
        let half = Self.half(kind)
        try amongNeighbours(of: proxy, Neighbours.storing(kind)) {
            let silent = try (0..<50).map { _ in
                let client = try proxy.client()
                try client.send(half)
                return client
            }
            let slow = try proxy.client()
            for byte in Self.whole(kind) {
                try slow.send([byte])
                let again = try proxy.client()
                try again.send(half)
                again.reset()
            }
            #expect(try slow.readLine() == (kind == .redis ? "+OK" : "STORED"))
            for client in silent { #expect(client.isAtEnd()) }
        }
        #expect(try eventually { try proxy.stats().number("alpha", "client_connections") <= 1 })
    }

    private static func half(_ kind: CacheNode.Kind) -> [UInt8] {
        Array(
            (kind == .redis
                ? "*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$1000\r\nxxx" : "set half 0 0 1000\r\nxxx").utf8
        )
    }

    private static func whole(_ kind: CacheNode.Kind) -> [UInt8] {
        kind == .redis
            ? Bytes.command(["SET", "slow", "1"]) : Array("set slow 0 0 1\r\n1\r\n".utf8)
    }

    // MARK: - Leaving

    /// How a client leaves.
    enum Leaving: String, CaseIterable, Sendable {
        case closes
        case resets
        case stopsSending
    }

    /// A client that leaves behind each byte of a conversation, with and without having read the
    /// replies so far.
    @Test(arguments: [CacheNode.Kind.redis, .memcached], Leaving.allCases)
    func leavingAtEachMoment(kind: CacheNode.Kind, leaving: Leaving) throws {
        let proxy = try RunningProxy.before(2, kind)
        let conversation = Self.conversation(kind)
        try amongNeighbours(of: proxy, Neighbours.storing(kind)) {
            for length in 0...conversation.count {
                for reads in [false, true] {
                    let client = try proxy.client()
                    try client.send(Array(conversation[..<length]))
                    if reads { _ = try client.isSilent(for: 0.001) }
                    switch leaving {
                    case .closes: client.close()
                    case .resets: client.reset()
                    case .stopsSending:
                        client.shutdownWrite()
                        #expect(client.discardUntilEnd())
                    }
                }
            }
        }
        #expect(try eventually { try proxy.stats().number("alpha", "client_connections") == 0 })
    }

    private static func conversation(_ kind: CacheNode.Kind) -> [UInt8] {
        switch kind {
        case .redis:
            Bytes.command(["MSET", "a", "1", "b", "2"]) + Bytes.command(["GET", "a"])
                + Bytes.command(["MGET", "a", "b", "c"]) + Bytes.command(["PING"])
                + Array("QUIT\r\n".utf8)
        case .memcached:
            Array("set a 0 0 1\r\n1\r\nget a b c\r\nincr a 1 noreply\r\ndelete a\r\nquit\r\n".utf8)
        }
    }

    // MARK: - Not reading

    /// A million requests by a client that never reads, and the replies of others are not held up
    /// by its own.
    @Test(arguments: [CacheNode.Kind.redis, .memcached])
    func aMillionRequestsByOneWhoNeverReads(kind: CacheNode.Kind) throws {
        let proxy = try RunningProxy.before(2, kind)
        let value = String(repeating: "v", count: 1000)
        let writer = try proxy.client()
        let request: [UInt8]
        switch kind {
        case .redis:
            #expect(try writer.command("SET", "k", value) == .ok)
            request = Bytes.command(["GET", "k"])
        case .memcached:
            #expect(try writer.ask("set k 0 0 1000\r\n\(value)") == "STORED")
            request = Array("get k\r\n".utf8)
        }
        let requests = Array(repeating: request, count: 10_000).flatMap { $0 }
        var largest = 0
        try amongNeighbours(of: proxy, Neighbours.storing(kind)) {
            let client = try Flood(port: proxy.port())
            var sent = 0
            // The kernel's buffers and the proxy's bound are full long before the million is sent.
            _ = try always(for: 3) {
                sent += client.push(requests)
                largest = max(largest, try proxy.residentBytes())
                return true
            }
            #expect(sent < 100 * requests.count)
        }
        #expect(largest < 100 << 20)
    }

    /// One who reads them all gets them all, and the others do not wait for that.
    @Test func aMillionRequestsInOnePipeline() throws {
        let proxy = try RunningProxy.before(2, .redis)
        let requests = Array(
            repeating: Array(repeating: Bytes.command(["PING"]), count: 99).flatMap { $0 }
                + Bytes.command(["EXISTS", "nothing"]), count: 10_000
        ).flatMap { $0 }
        let replies = Array(
            String(repeating: String(repeating: "+PONG\r\n", count: 99) + ":0\r\n", count: 10_000)
                .utf8)
        try amongNeighbours(of: proxy, Neighbours.storing(.redis)) {
            let client = try proxy.client(timeout: 60)
            try client.send(requests)
            #expect(Bytes.equal(try client.read(replies.count), replies))
        }
    }

    @Test func oneWhoReadsAByteASecond() throws {
        let proxy = try RunningProxy.before(2, .redis)
        let writer = try proxy.client()
        #expect(try writer.command("SETRANGE", "big", "5000000", "x") == .integer(5_000_001))
        var largest = 0
        try amongNeighbours(of: proxy, Neighbours.storing(.redis)) {
            let readers = try (0..<20).map { _ in
                let reader = try proxy.client()
                reader.limitReceiveBuffer(to: 4096)
                try reader.send((0..<3).flatMap { _ in Bytes.command(["GET", "big"]) })
                return reader
            }
            for _ in 0..<4 {
                _ = try always(for: 1) {
                    largest = max(largest, try proxy.residentBytes())
                    return true
                }
                // Those who were in the way of others have been closed.
                for reader in readers { _ = try? reader.readSome(1) }
            }
        }
        #expect(largest < 300 << 20)
    }

    // MARK: - Crowds

    @Test func aStormOfConnections() throws {
        let proxy = try RunningProxy.before(2, .redis, workers: 2)
        try amongNeighbours(of: proxy, Neighbours.storing(.redis)) {
            _ = try onThreads(8) { thread in
                for number in 0..<500 {
                    let client = try proxy.client()
                    switch number % 4 {
                    case 0: client.reset()
                    case 1: client.close()
                    case 2: try client.send("PI")
                    default: #expect(try client.command("PING") == .simple("PONG"))
                    }
                }
            }
        }
        #expect(try eventually { try proxy.stats().number("alpha", "client_connections") == 0 })
    }

    /// The proxy keeps descriptors for itself, says once a second that it has no more for clients,
    /// and lets people in as soon as others leave.
    @Test func twentyThousandClientsWithFewDescriptors() throws {
        let openFiles = 2000
        let proxy = try RunningProxy.before(
            2, .redis, options: ["backlog": "4096", "preconnect": "false"], workers: 2,
            openFiles: openFiles)
        let started = now()
        try amongNeighbours(of: proxy, Neighbours.storing(.redis)) {
            let crowd = try Crowd(of: 20_000, at: proxy.port())
            #expect(try eventually(timeout: 30) { try proxy.openDescriptors() > openFiles - 200 })
            #expect(eventually { proxy.log.contains("cannot accept") })
            // Statistics still have a descriptor, and so do connections to servers that are new.
            #expect(
                try always(for: 2) {
                    try proxy.stats().number("alpha", "client_connections") > 1000
                })
            #expect(try proxy.openDescriptors() < openFiles)
            crowd.leave()
            let client = try proxy.client()
            client.timeout = 20
            try client.send("HELLO 3\r\n")
            #expect(try client.readLine() == "%7")
        }
        let warnings = proxy.log.split(separator: "\n").count { $0.contains("cannot accept") }
        #expect(Double(warnings) <= now() - started + 1)
        #expect(!proxy.log.contains("ejected"))
        #expect(!proxy.log.contains("server 127.0.0.1"))
    }

    // MARK: - A huge reply

    /// Whoever asked reads as fast as it can, slowly, or not at all.
    enum Reading: String, CaseIterable, Sendable {
        case fast
        case slow
        case never
    }

    @Test(arguments: Reading.allCases)
    func aReplyOf512Megabytes(reading: Reading) throws {
        let size = 512 << 20
        let server = try FakeServer { try serveHugeValues(of: size, over: $0) }
        let proxy = try RunningProxy(
            pool: .redis(servers: [server.line], options: ["timeout": "20000"]))
        var largest = 0
        let client = try proxy.client(timeout: 60)
        if reading == .fast {
            // Before others can wait behind it, for whom the proxy would have to read on while the
            // machine has no time for this client: beyond `client_output_limit` it is closed.
            try client.sendCommand("GET", "huge")
            #expect(try client.readLine() == "$\(size)")
        }
        try amongNeighbours(of: proxy, Self.reading, within: 20) {
            if reading != .fast {
                client.limitReceiveBuffer(to: 4096)
                try client.sendCommand("GET", "huge")
            }
            switch reading {
            case .fast:
                var left = size + 2
                while left > 0 {
                    left -= try client.readSome(1 << 20).count
                    if left % 64 == 0 { largest = max(largest, try proxy.residentBytes()) }
                }
                #expect(try client.command("GET", "small") == .bulk("small"))
            case .slow, .never:
                _ = try always(for: 5) {
                    if reading == .slow { _ = try? client.readSome(65_536) }
                    largest = max(largest, try proxy.residentBytes())
                    return true
                }
            }
            largest = max(largest, try proxy.residentBytes())
        }
        #expect(largest < 256 << 20)
    }

    private static let reading: Neighbours.Round = { client, name, round in
        try client.command("GET", "\(name):\(round)") == .bulk("\(name):\(round)")
    }
}

/// Answers GET with the key, but `huge` with so many bytes.
private func serveHugeValues(of size: Int, over connection: FakeServer.Connection) throws {
    let piece = [UInt8](repeating: 120, count: 1 << 20)
    while true {
        let key = try connection.nextCommand().last ?? ""
        guard key == "huge" else {
            try connection.stream.send("$\(key.utf8.count)\r\n\(key)\r\n")
            continue
        }
        try connection.stream.send("$\(size)\r\n")
        for _ in 0..<size / piece.count { try connection.stream.send(piece) }
        try connection.stream.send("\r\n")
    }
}

/// A client that sends without ever reading.
private final class Flood {
    private let client: TestClient

    init(port: Int) throws {
        client = try TestClient(port: port)
        client.limitReceiveBuffer(to: 4096)
    }

    /// Sends what the kernel takes now.
    ///
    /// - Returns: how many bytes it took.
    func push(_ bytes: [UInt8]) -> Int { client.sendNow(bytes) }
}

/// Processes that open connections and hold them: one process may not have so many descriptors.
private final class Crowd {
    private static let processes = 4
    private let holders: [ChildProcess]

    init(of count: Int, at port: Int) throws {
        let share = count / Self.processes
        holders = try (0..<Self.processes).map { number in
            // Addresses of their own have ports of their own to connect from.
            try ChildProcess(
                "python3", ["-c", Self.script, "\(share)", "127.0.0.\(number + 2)", "\(port)"])
        }
    }

    func leave() { for holder in holders { holder.kill() } }

    private static let script = """
        import resource, signal, socket, sys
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        count, source, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        held = []
        for _ in range(count):
            link = socket.socket()
            link.setblocking(False)
            link.bind((source, 0))
            link.connect_ex(("127.0.0.1", port))
            held.append(link)
        # Until it is killed; not for ever if its parent is.
        signal.alarm(120)
        signal.pause()
        """
}
