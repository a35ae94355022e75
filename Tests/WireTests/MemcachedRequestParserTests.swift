import Testing
import Wire

@Suite struct MemcachedRequestParserTests {
    /// Requests that pass, and what is read in them.
    static let requests: [(String, String)] = [
        ("get k\r\n", "get k /get k"),
        ("get  k\r\n", "get k /get  k"),
        ("get noreply\r\n", "get noreply /get noreply"),
        ("  get  a   b \r\n", "get a b /  get  a   b"),
        ("get ключ é\r\n", "get ключ é /get ключ é"),
        ("gets a b c\r\n", "gets a b c /gets a b c"),
        ("gat 10 a b\r\n", "gat a b !10 /gat 10 a b"),
        ("gats -1 a\r\n", "gats a !-1 /gats -1 a"),
        ("gat 0 noreply\r\n", "gat noreply !0 /gat 0 noreply"),
        ("set k 0 0 5\r\nhello\r\n", "set k +hello /set k 0 0 5"),
        ("set k 0 0 0\r\n\r\n", "set k + /set k 0 0 0"),
        (
            "set k 4294967295 2147483647 02\r\n\r\n\r\n",
            "set k +\r\n /set k 4294967295 2147483647 02"
        ),
        ("set  k 0 -2147483648  1  noreply \r\nx\r\n", "set k +x quiet /set  k 0 -2147483648  1"),
        ("add k 1 2 1\r\nx\r\n", "add k +x /add k 1 2 1"),
        ("replace k 0 0 1 noreply\r\nx\r\n", "replace k +x quiet /replace k 0 0 1"),
        ("append k 0 0 4\r\n\0\n\r \r\n", "append k +\0\n\r  /append k 0 0 4"),
        ("prepend k 0 0 1\r\nx\r\n", "prepend k +x /prepend k 0 0 1"),
        (
            "cas k 0 0 1 18446744073709551615\r\nx\r\n",
            "cas k +x /cas k 0 0 1 18446744073709551615"
        ),
        ("cas k 0 0 1 7 noreply\r\nx\r\n", "cas k +x quiet /cas k 0 0 1 7"),
        ("incr k 18446744073709551615\r\n", "incr k /incr k 18446744073709551615"),
        ("decr k 0001 noreply\r\n", "decr k quiet /decr k 0001"),
        ("touch k -1\r\n", "touch k /touch k -1"),
        ("touch k 0 noreply\r\n", "touch k quiet /touch k 0"),
        ("delete k\r\n", "delete k /delete k"),
        ("delete noreply\r\n", "delete noreply /delete noreply"),
        ("delete k 0\r\n", "delete k /delete k 0"),
        ("delete k  noreply\r\n", "delete k quiet /delete k"),
        ("delete k 0 noreply\r\n", "delete k quiet /delete k 0"),
        ("version\r\n", "version /version"),
        ("  version  \r\n", "version /  version"),
        ("verbosity 1\r\n", "verbosity /verbosity 1"),
        ("verbosity 1 noreply\r\n", "verbosity quiet /verbosity 1"),
        ("flush_all\r\n", "flush_all /flush_all"),
        ("flush_all noreply\r\n", "flush_all quiet /flush_all"),
        ("flush_all -1\r\n", "flush_all /flush_all -1"),
        ("flush_all 10 noreply\r\n", "flush_all quiet /flush_all 10"),
        ("quit\r\n", "quit /quit"),
    ]

    @Test(arguments: requests)
    func readsARequestWhereverItIsCut(text: String, described: String) {
        for frame in memcachedParseInPieces(text) {
            #expect(frame == .request(described))
        }
    }

    @Test(arguments: requests)
    func leavesWhatFollowsAlone(text: String, described: String) {
        #expect(memcachedParse(text + "get next\r\n") == .request(described))
    }

    @Test func saysHowManyBytesItNeeds() {
        var parser = MemcachedRequestParser()
        let bytes = Array("set k 0 0 100\r\nab".utf8)

        guard case .incomplete(let forLine) = parser.parse(bytes.span.extracting(..<5)) else {
            Issue.record("no line, yet not incomplete")
            return
        }
        #expect(forLine == 6)
        guard case .incomplete(let forData) = parser.parse(bytes.span) else {
            Issue.record("no data, yet not incomplete")
            return
        }
        #expect(forData == 15 + 102)
    }

    @Test func takesKeysUpToTheLimit() {
        let longest = String(repeating: "k", count: 250)

        #expect(memcachedParse("get \(longest)\r\n") == .request("get \(longest) /get \(longest)"))
        #expect(
            memcachedParse("get a \(longest)k b\r\n")
                == .refused(length: 261, "CLIENT_ERROR bad command line format", isSilent: false))
        #expect(
            memcachedParse("get long\r\n", limits: MemcachedLimits(maxKeyLength: 3))
                == .refused(length: 10, "CLIENT_ERROR bad command line format", isSilent: false))
    }

    @Test func takesManyKeysInOneLine() {
        let keys = (0..<5000).map { "key:\($0)" }.joined(separator: " ")
        let text = "get \(keys)\r\n"
        let stream = Array(text.utf8)

        for pieces in [[1000], [1, 4096, 17], [stream.count]] {
            #expect(
                memcachedFrames(stream, pieces: pieces) == [.request("get \(keys) /get \(keys)")])
        }
    }

    @Test func boundsLines() {
        let tooLong = MemcachedFrame.malformed("CLIENT_ERROR line too long")
        let limits = MemcachedLimits(maxLineLength: 4096)
        let key = String(repeating: "k ", count: 2100)

        #expect(memcachedParse("get \(key)", limits: limits) == tooLong)
        #expect(memcachedParse("get \(key)\r\n", limits: limits) == tooLong)
        #expect(memcachedParse("get \(key.prefix(4000))", limits: limits) == .incomplete)
        #expect(memcachedParse("incr \(key)") == tooLong)
        #expect(memcachedParse("incr \(key)\r\n") == tooLong)
        #expect(memcachedParse(String(repeating: "a", count: 2048)) == .incomplete)
        #expect(memcachedParse(String(repeating: "a", count: 2049)) == tooLong)
        #expect(memcachedParse(String(repeating: " ", count: 101) + "get " + key) == tooLong)
    }

    @Test func boundsALineThatHoldsOneKeyAndSpaces() {
        let spaces = String(repeating: " ", count: 2048)

        #expect(
            memcachedParse("get k\(spaces)\r\n")
                == .refused(length: 2055, "CLIENT_ERROR line too long", isSilent: false))
    }

    @Test func skipsDataBeyondTheLimitBeforeItArrives() {
        let limits = MemcachedLimits(maxValueLength: 10)

        #expect(
            memcachedParse("set k 0 0 11\r\nhel", limits: limits)
                == .refused(
                    length: 14 + 13, "SERVER_ERROR object too large for cache", isSilent: false))
        #expect(
            memcachedParse("set k 0 0 11 noreply\r\n", limits: limits)
                == .refused(
                    length: 22 + 13, "SERVER_ERROR object too large for cache", isSilent: true))
    }

    @Test func readsTheSameRequestsFromAnyPieces() {
        var random = MemcachedRandom(seed: 11)
        for _ in 0..<200 {
            let picks = (0..<20).map { _ in Self.requests.randomElement(using: &random)! }
            let stream = Array(picks.map(\.0).joined().utf8)
            let pieces = (0..<7).map { _ in Int.random(in: 1...30, using: &random) }

            #expect(
                memcachedFrames(stream, pieces: pieces)
                    == picks.map { MemcachedFrame.request($0.1) })
        }
    }

    @Test func survivesNoise() {
        var random = MemcachedRandom(seed: 12)
        let alphabet = Array("get set k 0 1 noreply\r\n\0\t".utf8) + [0x7f, 0x80, 0xff]
        for _ in 0..<2000 {
            let length = Int.random(in: 0...60, using: &random)
            let stream = (0..<length).map { _ in alphabet.randomElement(using: &random)! }

            #expect(
                memcachedFrames(stream, pieces: [1])
                    == memcachedFrames(stream, pieces: [length + 1])
            )
        }
    }
}
