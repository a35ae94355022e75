import TestKit
import Testing

/// Bytes that no client should send: each costs its sender only, and gets the protocol's own error.
@Suite(.serialized) struct HostileBytesTests {
    /// What a client sends, and what it hears.
    struct Bait: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// Everything that comes back; nil if the proxy may say anything.
        let answer: String?

        init(_ name: String, _ text: String, _ answer: String?) {
            self.init(name, bytes: Array(text.utf8), answer)
        }

        init(_ name: String, bytes: [UInt8], _ answer: String?) {
            self.name = name
            self.bytes = bytes
            self.answer = answer
        }

        var testDescription: String { name }
    }

    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static func refusal(_ words: String) -> String { "-ERR Protocol error: \(words)\r\n" }
    private static let badCount = refusal("invalid multibulk length")
    private static let badLength = refusal("invalid bulk length")

    static let redis: [Bait] = [
        Bait("a count that overflows 32 bits", "*4294967297\r\n$4\r\nPING\r\n", badCount),
        Bait("a count that overflows 64 bits", "*18446744073709551617\r\n$4\r\nPING\r\n", badCount),
        Bait(
            "a count of too many digits", "*" + text(70_000), refusal("too big mbulk count string")),
        Bait("a count above the limit", "*1048577\r\n", badCount),
        Bait("a count with leading zeros", "*01\r\n$4\r\nPING\r\n", badCount),
        Bait("a count with a plus", "*+1\r\n$4\r\nPING\r\n", badCount),
        Bait("a count with a space", "* 1\r\n$4\r\nPING\r\n", badCount),
        Bait("no count", "*\r\n$4\r\nPING\r\n", badCount),
        Bait("a count with a NUL", "*1\u{0}\r\n$4\r\nPING\r\n", badCount),
        Bait("a count behind minus zero", "*-0\r\n", badCount),
        Bait(
            "negative counts ask for nothing", "*-1\r\n*-9223372036854775808\r\n*0\r\nPING\r\n",
            "+PONG\r\n"),
        Bait(
            "a length that overflows 32 bits", "*2\r\n$3\r\nGET\r\n$4294967297\r\na\r\n", badLength),
        Bait(
            "a length that overflows 64 bits", "*2\r\n$3\r\nGET\r\n$18446744073709551617\r\na\r\n",
            badLength),
        Bait("a length above the limit", "*2\r\n$3\r\nGET\r\n$536870913\r\na\r\n", badLength),
        Bait("a negative length", "*2\r\n$3\r\nGET\r\n$-1\r\n", badLength),
        Bait("a length of minus zero", "*2\r\n$3\r\nGET\r\n$-0\r\n\r\n", badLength),
        Bait("a length with leading zeros", "*2\r\n$3\r\nGET\r\n$001\r\na\r\n", badLength),
        Bait("a length with a plus", "*2\r\n$3\r\nGET\r\n$+1\r\na\r\n", badLength),
        Bait("no length", "*2\r\n$3\r\nGET\r\n$\r\na\r\n", badLength),
        Bait("a length in letters", "*2\r\n$3\r\nGET\r\n$a\r\na\r\n", badLength),
        Bait(
            "a length of too many digits", "*1\r\n$" + text(70_000),
            refusal("too big bulk count string")),
        Bait(
            "a length too short", "*2\r\n$3\r\nGET\r\n$1\r\nabc\r\n",
            refusal("expected CRLF after bulk")),
        Bait(
            "an argument behind LF", "*2\r\n$3\r\nGET\n$1\r\na\r\n",
            refusal("expected CRLF after bulk")),
        Bait("a count behind LF", "*1\n$4\r\nPING\r\n", badCount),
        Bait("a count behind CR", "*1\r$4\r\nPING\r\n", badCount),
        Bait("nested arrays", "*2\r\n*1\r\n$4\r\nPING\r\n", refusal("expected '$', got '*'")),
        Bait(
            "deep nesting", String(repeating: "*1\r\n", count: 10_000),
            refusal("expected '$', got '*'")),
        Bait("a number as an argument", "*2\r\n:1\r\n", refusal("expected '$', got ':'")),
        Bait("RESP3 as a request", "%1\r\n+a\r\n:1\r\n", nil),
        Bait("a reply as a request", "+OK\r\n$-1\r\n", nil),
        Bait("a line without an end", text(70_000), refusal("too big inline request")),
        Bait("quotes that do not pair up", "GET \"a\r\n", refusal("unbalanced quotes in request")),
        Bait("a browser", "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nFLUSHALL\r\n", ""),
        Bait("a command smuggled by a quoted newline", "GET \"bait\\r\\nFLUSHALL\"\r\n", "$-1\r\n"),
        Bait(
            "a command smuggled in a key",
            "*2\r\n$3\r\nGET\r\n$18\r\nbait\r\n*1\r\n$8\r\nFLUSH\r\n",
            refusal("expected CRLF after bulk")),
        Bait(
            "a name of 100 KB", "*1\r\n$102400\r\n" + text(102_400) + "\r\n",
            "-ERR unknown command '\(text(128))', with args beginning with: \r\n"),
        Bait(
            "an empty name", "*1\r\n$0\r\n\r\n",
            "-ERR unknown command '', with args beginning with: \r\n"),
        Bait(
            "commands that need a connection",
            "SUBSCRIBE a\r\nMONITOR\r\nFLUSHALL\r\nDEBUG SLEEP 9\r\n", nil),
        Bait("a transaction", "MULTI\r\nDEL bait\r\nEXEC\r\n", nil),
        Bait("memcached's words", "get a\r\nset k 0 0 1\r\n1\r\n", nil),
        Bait("NUL", bytes: [UInt8](repeating: 0, count: 70_000), refusal("too big inline request")),
        Bait("TLS", bytes: [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 10, 10], nil),
    ]

    private static let badLine = "CLIENT_ERROR bad command line format\r\n"

    static let memcached: [Bait] = [
        Bait("a LF in a key", "get a\nflush_all\r\n", badLine),
        Bait("a CR in a key", "get a\rflush_all\r\n", badLine),
        Bait("a NUL in a key", "get a\u{0}b\r\n", badLine),
        Bait(
            "control characters in a key", "get a\u{1}b\u{1f}\r\nset a\u{7f}b 0 0 1\r\nx\r\n",
            badLine + badLine),
        Bait(
            "a key of 251 bytes", "get \(text(251))\r\ndelete \(text(251))\r\n", badLine + badLine),
        Bait("a key of 251 bytes to be set", "set \(text(251)) 0 0 9\r\nflush_all\r\n", badLine),
        Bait("a space for a key", "get \r\nget  \r\n", "ERROR\r\nERROR\r\n"),
        Bait("a length that overflows", "set k 0 99999999999999999999 1\r\nx\r\n", badLine),
        Bait(
            "a block that nobody can count", "set k 0 0 99999999999999999999\r\nflush_all\r\n",
            badLine),
        Bait("a block of 2 GB", "set k 0 0 2147483647\r\nflush_all\r\n", badLine),
        Bait("a negative length", "set k 0 0 -1\r\nget a\r\n", badLine + "END\r\n"),
        Bait("a length with a plus", "set k 0 0 +1\r\nget a\r\n", badLine + "END\r\n"),
        Bait("flags above 32 bits", "set k 4294967296 0 1\r\nx\r\n", badLine),
        Bait(
            "a unique number that overflows", "cas k 0 0 1 18446744073709551616\r\nx\r\n", badLine),
        Bait(
            "a step that overflows", "incr k 18446744073709551616\r\ndecr k -1\r\n",
            String(repeating: "CLIENT_ERROR invalid numeric delta argument\r\n", count: 2)),
        Bait(
            "a time that overflows", "touch k 99999999999\r\n",
            "CLIENT_ERROR invalid exptime argument\r\n"),
        Bait("a block that is too long", "set bait 0 0 1\r\nxyz\r\n", nil),
        Bait(
            "a block with another end", "set bait 0 0 3\r\nabcXY", "CLIENT_ERROR bad data chunk\r\n"
        ),
        Bait(
            "a refused block holds a command", "set a\u{1} 0 0 11\r\nflush_all\r\n\r\nget a\r\n",
            badLine + "END\r\n"),
        Bait("lines that end in LF", "get a\nget b\n", badLine),
        Bait("LF alone", "\n\n\n", nil),
        Bait(
            "a binary key longer than its body",
            bytes: [0x80, 0, 0, 1] + [UInt8](repeating: 0, count: 21), nil),
        Bait(
            "a binary body of 4 GB",
            bytes: [0x80, 1, 0, 1, 8, 0, 0, 0] + [UInt8](repeating: 255, count: 90), nil),
        Bait(
            "binary bytes behind text", bytes: Array("mn\r\n".utf8) + [0x80, 0, 0, 0],
            "MN\r\nERROR\r\n"),
        Bait(
            "a meta command with two quiet flags", "mg a q v q\r\nmn\r\n",
            "CLIENT_ERROR duplicate flag\r\nMN\r\n"),
        Bait(
            "a value of no meta command", "ms a 99999999999999999999 q\r\nflush_all\r\n",
            "CLIENT_ERROR bad command line format\r\n"),
        Bait(
            "a meta command without an end", "mg a " + String(repeating: "k ", count: 5_000),
            "CLIENT_ERROR line too long\r\n"),
        Bait("a line without an end", text(5_000), "CLIENT_ERROR line too long\r\n"),
        Bait("a name of 100 KB", text(102_400) + " a\r\n", "CLIENT_ERROR line too long\r\n"),
        Bait(
            "keys without an end", "get " + String(repeating: "k ", count: 600_000),
            "CLIENT_ERROR line too long\r\n"),
        Bait(
            "noreply in odd places", "get noreply\r\nset noreply 0 0 1\r\nx\r\ndelete noreply\r\n",
            nil),
        Bait("noreply on an error", "set a\u{1} 0 0 1 noreply\r\nx\r\nget a\r\n", "END\r\n"),
        Bait(
            "commands of an operator",
            "shutdown\r\nstats detail\r\nlru mode flat\r\nslabs reassign 1 2\r\n", nil),
        Bait("Redis' words", "*1\r\n$8\r\nFLUSHALL\r\n", nil),
        Bait("NUL", bytes: [UInt8](repeating: 0, count: 5_000), "CLIENT_ERROR line too long\r\n"),
    ]

    @Test func redisBytesCostTheirSenderOnly() throws {
        try throwBaits(Self.redis, to: .redis)
    }

    @Test func memcachedBytesCostTheirSenderOnly() throws {
        try throwBaits(Self.memcached, to: .memcached)
    }

    /// Sends each bait whole, then byte by byte if it is short, then breaking off in the middle.
    private func throwBaits(_ baits: [Bait], to kind: CacheNode.Kind) throws {
        let proxy = try RunningProxy.before(2, kind)
        try amongNeighbours(of: proxy, Neighbours.storing(kind)) {
            for bait in baits {
                let whole = try answer(to: [bait.bytes], proxy)
                #expect(bait.answer == nil || whole == bait.answer, "\(bait.name)")
                if bait.bytes.count < 100 {
                    let divided = try answer(to: bait.bytes.map { [$0] }, proxy)
                    #expect(divided == whole, "\(bait.name), byte by byte")
                }
                let half = try proxy.client()
                try half.send(Array(bait.bytes.prefix(bait.bytes.count / 2)))
                half.close()
            }
        }
    }

    private func answer(to pieces: [[UInt8]], _ proxy: RunningProxy) throws -> String {
        let client = try proxy.client()
        // The proxy may close before it has read everything.
        for piece in pieces { try? client.send(piece) }
        client.shutdownWrite()
        return String(decoding: try client.readToEnd(), as: UTF8.self)
    }
}

extension RunningProxy {
    /// A proxy of one worker before real servers, with the given directives.
    static func before(
        _ count: Int, _ kind: CacheNode.Kind, options: [String: String] = [:],
        global: [String: String] = [:],
        workers: Int = 1, openFiles: Int? = nil
    ) throws -> RunningProxy {
        let nodes = try CacheNode.several(count, kind)
        let options = ["timeout": "5000"].merging(options) { _, given in given }
        let pool: PoolSpecification =
            kind == .redis ? .redis(nodes, options: options) : .memcached(nodes, options: options)
        let lines = global.map { "  \($0.key): \($0.value)\n" }.joined()
        return try RunningProxy(
            pools: [pool], workers: workers, global: lines.isEmpty ? "" : "global:\n" + lines,
            openFiles: openFiles)
    }
}
