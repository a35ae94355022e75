import TestKit
import Testing

/// Every command of memcached's text protocol, right and wrong: what the server answers, and
/// twemproxy passes on, arrives here byte for byte; where twemproxy closes, there is an answer
/// here.
@Suite(.serialized) struct CompatibilityMemcachedTests {
    private let node: CacheNode
    private let control: TestClient
    private let wires: ComparedWires

    init() throws {
        node = try CacheNode.memcached()
        let control = try node.client()
        self.control = control
        // No request of ours is answered by these two lines, and no request changes them.
        let answer = try control.ask("version") + "\r\nNOT_FOUND\r\n"
        wires = try ComparedWires(
            node: node, pool: .memcached([node]),
            probe: Array("version\r\ndelete probe\r\n".utf8), answer: Array(answer.utf8)
        ) {
            try control.send(Self.fill)
            let lines = try (0..<4).map { _ in try control.readLine() }
            guard lines == ["OK"] + Array(repeating: "STORED", count: 3) else {
                throw KitError("the server could not be filled: \(lines)")
            }
        }
    }

    private static let fill =
        "flush_all\r\nset a 5 0 5\r\nvalue\r\n"
        + "set n 0 0 2\r\n10\r\nset empty 4294967295 0 0\r\n\r\n"

    private static let longKey = String(repeating: "k", count: 250)
    private static let tooLongKey = String(repeating: "k", count: 251)

    // MARK: - Requests

    /// Lines without data; each is ended by CRLF. `{cas}` stands for the unique number of `a`.
    private static let lines = [
        "get a", "get empty", "get none", "get a n none", "get none none", "get a a", "get  a",
        " get a", "get a ", "get", "get ", "get \(longKey)", "get \(tooLongKey)", "get a\u{1}b",
        "get schlüssel", "get a \(tooLongKey)", "Get a", "GET a",
        "gets a", "gets a n", "gets none", "gets", "gets a a none empty",
        "incr n 1", "incr n 18446744073709551615", "incr n 18446744073709551616", "incr n -1",
        "incr n x", "incr n", "incr", "incr none 1", "incr a 1", "incr n 1 noreply",
        "incr n 1 2", "incr n 1 noreply 2", "incr n 001", "incr \(tooLongKey) 1",
        "decr n 1", "decr n 9", "decr n 100", "decr n x", "decr n", "decr none 1", "decr a 1",
        "decr n 1 noreply", "decr n 1 2",
        "touch a 0", "touch a 100", "touch a -1", "touch a x", "touch a", "touch", "touch none 0",
        "touch a 0 noreply", "touch a 0 1", "touch a 99999999999", "touch a 2147483647",
        "delete a", "delete none", "delete", "delete a 0", "delete a 1", "delete a noreply",
        "delete a 0 noreply", "delete a b", "delete \(tooLongKey)", "delete \(longKey)",
        "version", "version 1", " version",
        "gat 100 a", "gat 100 a none n", "gat 100", "gat", "gat x a", "gats 100 a", "gats 100",
        "flush_all", "flush_all 0", "flush_all noreply", "flush_all x", "flush_all 0 noreply",
        "verbosity 1", "verbosity", "verbosity 1 noreply", "verbosity x",
        "stats", "stats items", "slabs reassign 1 2", "lru tune 1 2 3", "cache_memlimit 64",
        "watch", "shutdown now", "refresh_certs", "misbehave", "mn", "mg a v", "mg a", "ma n",
        "md a", "me a", "foo", "foo a b c", "", " ", "a",
    ]

    /// What follows each storage command: its line and its data.
    private static let items = [
        "a 0 0 1\r\nx", "a 0 0 0\r\n", "new 0 0 1\r\nx", "a 4294967295 0 1\r\nx",
        "a 4294967296 0 1\r\nx", "a 0 100 1\r\nx", "a 0 2592001 1\r\nx", "a 0 -1 1\r\nx",
        "a -1 0 1\r\nx", "a x 0 1\r\nx", "a 0 x 1\r\nx", "a 0 0 1 noreply\r\nx",
        "a 0 0 12\r\nget b\r\nget c", "schlüssel 0 0 1\r\nx", "a  0  0  1\r\nx",
        "\(longKey) 0 0 1\r\nx", "\(tooLongKey) 0 0 1\r\nx", "a 0 0 2\r\nx\r\n", "a 0 0 -1\r\nx",
        "a 0 0 1\r\nxy", "a 0 0 1 2\r\nx",
        "a 0 0 \(70_000)\r\n" + String(repeating: "x", count: 70_000),
    ]

    /// What follows `cas`.
    private static let casItems = [
        "a 0 0 1 {cas}\r\nx", "a 0 0 1 1\r\nx", "none 0 0 1 1\r\nx", "a 0 0 1 {cas} noreply\r\nx",
        "a 0 0 1 x\r\nx", "a 0 0 1\r\nx", "a 0 0 1 -1\r\nx", "\(tooLongKey) 0 0 1 1\r\nx",
        "a 0 0 1 {cas} 2\r\nx",
    ]

    private static let requests =
        lines.map { $0 + "\r\n" }
        + ["set", "add", "replace", "append", "prepend"].flatMap { command in
            items.map { "\(command) \($0)\r\n" }
        } + casItems.map { "cas \($0)\r\n" }

    // MARK: - Intended differences

    /// Requests that the server takes and this proxy refuses, with this proxy's reply.
    private static let refused = [
        "get a\u{1}b\r\n": badLine,
        "touch a 99999999999\r\n": "CLIENT_ERROR invalid exptime argument\r\n",
    ].merging(
        ["set", "add", "replace", "append", "prepend"].map { command in
            ("\(command) a 4294967296 0 1\r\nx\r\n", badLine)
        }, uniquingKeysWith: { first, _ in first })

    /// What two replies differ in, as the README's table names it.
    private static func difference(
        _ request: String, _ theirs: Answer, _ ours: Answer
    ) -> String? {
        if let reply = refused[request], ours == .kept(Array(reply.utf8)) { return "bad-lines" }
        guard theirs == .closed([]) else { return nil }
        if ours.text.isEmpty { return request.isSilent ? "more-commands" : nil }
        let isError = ["ERROR", "CLIENT_ERROR"].contains { ours.text.hasPrefix($0) }
        return isError ? "errors-answered" : "more-commands"
    }

    /// Requests that the server answers twice, as it takes the data for one more: twemproxy gives
    /// the surplus reply to whoever comes next. Here they are refused before they get there.
    private static let answeredTwice = [
        "cas a 0 0 1 18446744073709551616\r\nx\r\n", "set a 0 99999999999999999999 1\r\nx\r\n",
        "set a 99999999999999999999 0 1\r\nx\r\n",
    ]

    /// Whether data do not end where the line said. What is left of them is no request: twemproxy
    /// closes without a word, this proxy with several.
    private static func endsBadly(_ request: String) -> Bool {
        request.hasSuffix(" a 0 0 2\r\nx\r\n\r\n") || request.hasSuffix(" a 0 0 1\r\nxy\r\n")
    }

    private static let badLine = "CLIENT_ERROR bad command line format\r\n"

    // MARK: - Tests

    @Test func repliesAreTwemproxysOrIntendedOnes() throws {
        var forwarded = 0
        for request in Self.requests {
            let theirs = try reply(to: request, over: \.twemproxy)
            let ours = try reply(to: request, over: \.ours)
            if !theirs.isClosed {
                forwarded += 1
                #expect(try theirs == reply(to: request, over: \.direct), "\(shown(request))")
            }
            if theirs == ours { continue }
            IntendedDifference.expect(
                Self.difference(request, theirs, ours), "\(shown(request)): \(ours), not \(theirs)")
        }
        #expect(forwarded > 100)
    }

    @Test func whereTwemproxyClosesThereIsAnAnswer() throws {
        for request in Self.requests {
            let reply = try reply(to: request, over: \.ours)
            if Self.endsBadly(request) {
                #expect(reply.isClosed && reply.text.hasPrefix("CLIENT_ERROR bad data chunk\r\n"))
            } else {
                #expect(!reply.isClosed, "\(shown(request))")
                #expect(reply.text.isEmpty == request.isSilent, "\(shown(request))")
            }
        }
    }

    @Test func requestsThatTheServerAnswersTwiceAreRefused() throws {
        for request in Self.answeredTwice {
            #expect(try reply(to: request, over: \.ours).text == Self.badLine, "\(shown(request))")
        }
    }

    @Test func quitCloses() throws {
        #expect(try reply(to: "quit\r\n", over: \.twemproxy) == .closed([]))
        #expect(try reply(to: "quit\r\n", over: \.ours) == .closed([]))
    }

    /// The reply, with unique numbers counted from that of `a`: each filling gives it a new one.
    private func reply(to text: String, over wire: KeyPath<ComparedWires, Wire>) throws -> Answer {
        var unique = 0
        let answer = try wires.reply(
            to: {
                unique = try uniqueNumber()
                return Array(text.replacing("{cas}", with: "\(unique)").utf8)
            }(), over: wire)
        guard text.hasPrefix("gets") || text.hasPrefix("gats") else { return answer }
        // `n` and `empty` were filled in behind `a`.
        let reply = (0...2).reduce(answer.text) { reply, offset in
            reply.replacing(" \(unique + offset)\r\n", with: " {cas + \(offset)}\r\n")
        }
        return answer.isClosed ? .closed(Array(reply.utf8)) : .kept(Array(reply.utf8))
    }

    /// The unique number of `a`.
    private func uniqueNumber() throws -> Int {
        let line = try control.lines("gets a")[0]
        guard let number = Int(line.split(separator: " ").last ?? "") else {
            throw KitError("no unique number: \(line)")
        }
        return number
    }
}

extension String {
    /// Whether a memcached request says that it wants no reply.
    fileprivate var isSilent: Bool {
        prefix { $0 != "\r\n" }.hasSuffix(" noreply")
    }
}
