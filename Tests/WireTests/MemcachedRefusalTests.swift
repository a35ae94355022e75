import Testing
import Wire

@Suite struct MemcachedRefusalTests {
    private static let badLine = "CLIENT_ERROR bad command line format"
    private static let badDelete =
        "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]"
    private static let badTime = "CLIENT_ERROR invalid exptime argument"
    private static let badDelta = "CLIENT_ERROR invalid numeric delta argument"
    private static let badKey = "CLIENT_ERROR error decoding key"
    private static let longKey = String(repeating: "k", count: 251)

    /// Lines that memcached 1.6.18 refuses in these very words.
    static let asMemcached: [(String, String)] = [
        ("", "ERROR"), (" ", "ERROR"), ("g", "ERROR"), ("foo", "ERROR"), ("GET a", "ERROR"),
        ("get", "ERROR"), ("gets ", "ERROR"), ("gat", "ERROR"), ("getx a", "ERROR"),
        ("\rget k", "ERROR"), ("get \(longKey)", badLine), ("get a \(longKey) noreply", badLine),
        ("gat x k", badTime), ("gat 1.5 k", badTime), ("gat 0 \(longKey)", badLine),
        ("set", "ERROR"), ("set k", "ERROR"), ("set k 0 0", "ERROR"),
        ("set k 0 0 1 x y", "ERROR"), ("cas k 0 0 1", "ERROR"), ("set k 0 0 x", badLine),
        ("set k 0 0 -1", badLine), ("delete", "ERROR"), ("delete k 1", badDelete),
        ("delete k 0 x", badDelete), ("delete k 0 0 0", "ERROR"), ("delete \(longKey)", badLine),
        ("touch k", "ERROR"), ("touch k x", badTime), ("touch k 1.5", badTime),
        ("touch \(longKey) x", badLine), ("touch k 0 a b", "ERROR"), ("incr k", "ERROR"),
        ("incr k -1", badDelta), ("decr k x", badDelta), ("incr k 18446744073709551616", badDelta),
        ("incr k 1 x y", "ERROR"), ("incr \(longKey) 1", badLine), ("verbosity", "ERROR"),
        ("verbosity a", badLine), ("verbosity 0 x y", "ERROR"), ("flush_all x", badTime),
        ("flush_all 1 2 3", "ERROR"), ("mg", "ERROR"), ("mg ", "ERROR"), ("md", "ERROR"),
        ("ma", "ERROR"), ("me", badLine), ("mg \(longKey)", badLine), ("mg YQ b", badKey),
        ("ma Y!== b q", badKey), ("mg ==== b", badKey),
        ("mg a v q k q", "CLIENT_ERROR duplicate flag"),
        ("mg YQ== b bx", "CLIENT_ERROR duplicate flag"), ("ms k", badLine), ("ms k x", badLine),
        ("ms k -1", badLine), ("ms k S1", badLine),
    ]

    /// Lines that memcached 1.6.18 takes: it reads other bytes than stand there, or runs a
    /// command that a client of the proxy is not to run.
    static let stricter: [(String, String)] = [
        ("get a\tb", badLine), ("get a\u{1}", badLine), ("get a\0b", badLine),
        ("get a\rb", badLine), ("get a\r", badLine), ("get a\u{7f}", badLine),
        ("get a b\0", badLine), ("delete k\0", badLine), ("incr k 1\0", badLine),
        ("\0get k", badLine), ("touch k 99999999999", badTime), ("touch k 2147483648", badTime),
        ("touch k -2147483649", badTime), ("touch k +1", badTime), ("gat 99999999999 k", badTime),
        ("gat -x k", badTime), ("gat - k", badTime), ("gat 0", "ERROR"), ("gat noreply", "ERROR"),
        ("touch k 0 x", "ERROR"),
        ("incr k +1", badDelta), ("incr k 1 x", "ERROR"), ("flush_all 0 x", "ERROR"),
        ("verbosity 0 x", "ERROR"), ("verbosity 4294967296", badLine),
        ("quit x", "ERROR"), ("bget k", "ERROR"),
        ("stats detail on", "ERROR"), ("mg Y!Q== b", badKey), ("mg YQ==YQ== b", badKey),
        ("mg a\u{1} v", badLine), ("mg a O\0", badLine),
    ]

    /// Lines on which memcached 1.6.18 keeps silent, because their last word is `noreply`.
    static let silent: [(String, String)] = [
        ("set k 0 0 x noreply", badLine), ("set k 0 0 noreply", badLine),
        ("touch k x noreply", badTime), ("touch k noreply", badTime),
        ("incr k x noreply", badDelta), ("incr k noreply", badDelta),
        ("delete \(longKey) noreply", badLine), ("delete k 1 noreply", badDelete),
        ("verbosity noreply", badLine), ("verbosity a noreply", badLine),
        ("flush_all x noreply", badTime),
    ]

    @Test(arguments: asMemcached + stricter)
    func refusesALine(line: String, words: String) {
        let text = line + "\r\n"
        for frame in memcachedParseInPieces(text) {
            #expect(
                frame == .refused(length: text.utf8.count, words, isSilent: false), "\(line)")
        }
    }

    /// memcached would take each for a whole line; behind a proxy, what follows a LF in a key that
    /// nobody checked must not become a command.
    @Test(arguments: [
        "get a\nflush_all\r\n", "delete b\nget a\r\n", "set k 0 0 1\nx\r\n", "\n", "foo\n",
    ])
    func closesOnALineThatEndsInALineFeedAlone(text: String) {
        for frame in memcachedParseInPieces(text) {
            #expect(frame == .malformed(Self.badLine), "\(text)")
        }
    }

    @Test(arguments: silent)
    func keepsSilentWhereMemcachedDoes(line: String, words: String) {
        for frame in memcachedParseInPieces(line + "\r\n") {
            #expect(
                frame == .refused(length: line.utf8.count + 2, words, isSilent: true), "\(line)")
        }
    }

    /// memcached reads the data block of such a line as commands; the proxy skips it.
    @Test(arguments: [
        "set k x 0 5", "set k -1 0 5", "set k 4294967296 0 5", "set k 0 x 5",
        "set k 0 4294967296 5", "set k 0 99999999999999999999 5", "set k\ta 0 0 5",
        "set k\0 0 0 5", "set \(longKey) 0 0 5", "cas k 0 0 5 x", "cas k 0 0 5 -1",
        "cas k 0 0 5 18446744073709551616", "add k 0\t 0 5",
    ])
    func skipsTheDataOfABadLine(line: String) {
        let text = line + "\r\nhello\r\n"
        for frame in memcachedParseInPieces(text) {
            #expect(frame == .refused(length: text.utf8.count, Self.badLine, isSilent: false))
        }
    }

    @Test(arguments: [
        ("set k 0 0 1\r\nxy\r\n", 16, false), ("set k 0 0 2\r\nx\r\nget a\r\n", 17, false),
        ("set k 0 0 5\r\nxxxxxyyget q\r\n", 20, false), ("set k 0 0 0\r\nab\r\n", 15, false),
        ("set k 0 0 1\r\nx\n\n", 16, false), ("set k 0 0 1\r\nx\r\r\n", 16, false),
        ("add k 0 0 1 noreply\r\nxy\r\n", 24, true),
    ])
    func refusesDataOfAnotherLength(text: String, length: Int, isSilent: Bool) {
        let words = "CLIENT_ERROR bad data chunk"
        for frame in memcachedParseInPieces(text) {
            #expect(frame == .refused(length: length, words, isSilent: isSilent))
        }
    }

    @Test(arguments: [
        "set k 0 0 2147483646", "set k 0 0 4294967297", "set k 0 0 99999999999999999999",
    ])
    func closesOnALengthThatCannotBeCounted(line: String) {
        #expect(memcachedParse(line + "\r\nx\r\n") == .malformed(Self.badLine))
    }

    @Test func closesOnTheBinaryProtocol() {
        let request: [UInt8] = [0x80, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 13, 10, 0]
        for length in 1...request.count {
            var parser = MemcachedRequestParser()
            let parse = parser.parse(request.span.extracting(..<length))
            #expect(MemcachedFrame(parse, of: request) == .malformed("ERROR"))
        }
    }

    @Test func goesOnBehindWhatItRefused() {
        let stream = Array(
            "get\r\nset k x 0 3\r\nget\r\nset k 0 0 1\r\nxyzget a\r\nfoo\r\nget b\r\n".utf8)

        for piece in 1...stream.count {
            #expect(
                memcachedFrames(stream, pieces: [piece]) == [
                    .refused(length: 5, "ERROR", isSilent: false),
                    .refused(length: 18, Self.badLine, isSilent: false),
                    .refused(length: 16, "CLIENT_ERROR bad data chunk", isSilent: false),
                    .request("get a /get a"),
                    .refused(length: 5, "ERROR", isSilent: false),
                    .request("get b /get b"),
                ])
        }
    }
}
