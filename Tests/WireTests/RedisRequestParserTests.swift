import Testing
import Wire

struct RedisRequestParserTests {
    @Test(arguments: [
        (resp("GET", "key:1"), [RedisFrame.request(["GET", "key:1"])]),
        (resp("PING"), [.request(["PING"])]),
        (resp("SET", "k", ""), [.request(["SET", "k", ""])]),
        (resp("", "a"), [.request(["", "a"])]),
        (
            resp("SET", "a\r\nb", "*1\r\n$4\r\nPING\r\n"),
            [.request(["SET", "a\r\nb", "*1\r\n$4\r\nPING\r\n"])]
        ),
        (resp("ECHO", "0123456789abc"), [.request(["ECHO", "0123456789abc"])]),
        (utf8("*0\r\n"), [.empty]),
        (utf8("*-1\r\n"), [.empty]),
        (utf8("*-9223372036854775808\r\n"), [.empty]),
        (utf8("\r\n"), [.empty]),
        (utf8("\n"), [.empty]),
        (utf8("PING\r\n"), [.inline("PING\r\n")]),
        (utf8("  get a\n"), [.inline("  get a\n")]),
        (utf8("POSTX\r\n"), [.inline("POSTX\r\n")]),
        (
            utf8("\r\n*0\r\nPING\r\n") + resp("GET", "a") + utf8("*-1\r\n") + resp("DEL", "a", "b"),
            [
                .empty, .empty, .inline("PING\r\n"), .request(["GET", "a"]), .empty,
                .request(["DEL", "a", "b"]),
            ]
        ),
    ])
    func framesAreTheSameAtEverySplit(bytes: [UInt8], frames: [RedisFrame]) {
        expectFramesAtEverySplit(of: bytes, frames) { requestParser() }
    }

    @Test(arguments: [
        ("*\r\n", RedisProtocolError.invalidMultibulkLength),
        ("*x\r\n", .invalidMultibulkLength),
        ("*01\r\n$4\r\nPING\r\n", .invalidMultibulkLength),
        ("*+1\r\n", .invalidMultibulkLength),
        ("* 1\r\n", .invalidMultibulkLength),
        ("*1 \r\n", .invalidMultibulkLength),
        ("*-0\r\n", .invalidMultibulkLength),
        ("*-\r\n", .invalidMultibulkLength),
        ("*1048577\r\n", .invalidMultibulkLength),
        ("*4294967298\r\n", .invalidMultibulkLength),
        ("*99999999999999999999\r\n", .invalidMultibulkLength),
        ("*-9223372036854775809\r\n", .invalidMultibulkLength),
        ("*1\n$4\r\nPING\r\n", .invalidMultibulkLength),
        ("*1\rx$4\r\nPING\r\n", .invalidMultibulkLength),
        ("*-1\rx$4\r\nPING\r\n", .invalidMultibulkLength),
        ("*1\r\nx4\r\nPING\r\n", .expectedBulk(got: UInt8(ascii: "x"))),
        ("*1\r\n\r\nPING\r\n", .expectedBulk(got: UInt8(ascii: "\r"))),
        ("*3\r\n$3\r\nGET\r\n$1\r\na\r\n*0\r\n", .expectedBulk(got: UInt8(ascii: "*"))),
        ("*1\r\n$\r\n", .invalidBulkLength),
        ("*1\r\n$-1\r\n", .invalidBulkLength),
        ("*1\r\n$04\r\nPING\r\n", .invalidBulkLength),
        ("*1\r\n$00\r\n\r\n", .invalidBulkLength),
        ("*1\r\n$4 \r\nPING\r\n", .invalidBulkLength),
        ("*1\r\n$+4\r\nPING\r\n", .invalidBulkLength),
        ("*1\r\n$4\rxPING\r\n", .invalidBulkLength),
        ("*1\r\n$4\nPING\r\n", .invalidBulkLength),
        ("*1\r\n$536870913\r\n", .invalidBulkLength),
        ("*1\r\n$4294967297\r\nP\r\n", .invalidBulkLength),
        ("*1\r\n$18446744073709551620\r\nPING\r\n", .invalidBulkLength),
        ("*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n", .missingLineEnd),
        ("*1\r\n$4\r\nPING\n\r", .missingLineEnd),
        ("*1\r\n$4\r\nPING\rx", .missingLineEnd),
        ("POST / HTTP/1.1\r\n", .crossProtocol),
        ("host: example.org\r\n", .crossProtocol),
    ])
    func malformedRequestsAreNamedAtEverySplit(bytes: String, error: RedisProtocolError) {
        expectErrorAtEverySplit(of: utf8(bytes), "\(error)") { requestParser() }
    }

    @Test(arguments: [
        (RedisProtocolError.invalidMultibulkLength, "invalid multibulk length"),
        (.invalidBulkLength, "invalid bulk length"),
        (.expectedBulk(got: UInt8(ascii: "x")), "expected '$', got 'x'"),
        (.expectedBulk(got: UInt8(ascii: "\n")), "expected '$', got ' '"),
        (.multibulkHeaderTooLong, "too big mbulk count string"),
        (.bulkHeaderTooLong, "too big bulk count string"),
        (.inlineTooLong, "too big inline request"),
        (.unbalancedQuotes, "unbalanced quotes in request"),
    ])
    func errorsHaveTheWordsOfRedis(error: RedisProtocolError, words: String) {
        #expect(text(error.message) == "-ERR Protocol error: \(words)\r\n")
    }

    @Test func offsetsPointIntoTheFrame() throws {
        let found = try #require(request(in: resp("SeT", "key", "value")))

        #expect(found.length == 33)
        #expect(found.command.command?.name == "set")
        #expect(found.argumentCount == 3)
        #expect(found.argumentsOffset == 4)
        #expect(found.nameOffset == 8)
        #expect(found.nameLength == 3)
        #expect(found.firstArgumentOffset == 17)
        #expect(found.firstArgumentLength == 3)
    }

    @Test func requestWithoutArgumentsHasNoFirstArgument() throws {
        var parser = RedisRequestParser()
        _ = parser.parse(resp("GET", "a").span)

        let parsed = parser.parse(resp("PING").span)

        guard case .request(let found) = parsed else {
            Issue.record("no request: \(parsed)")
            return
        }
        #expect(found.firstArgumentOffset == -1)
        #expect(found.firstArgumentLength == 0)
    }

    @Test func argumentsKnowTheirHeaders() throws {
        let bytes = resp("SET", "key", "v")
        let found = try #require(request(in: bytes))

        let arguments = allArguments(of: found, in: bytes)
        let (name, key) = (arguments[0], arguments[1])

        #expect(name.headerOffset == 4)
        #expect(name.end == 13)
        #expect(key.headerOffset == 13)
        #expect(key.offset == 17)
        #expect(key.length == 3)
        #expect(key.end == 22)
    }

    @Test(arguments: [
        ("", 1), ("*", 2), ("*2\r\n", 5), ("*2\r\n$3\r\n", 13), ("*2\r\n$3\r\nGET\r\n$5\r\nke", 24),
    ])
    func incompleteFramesSayWhatTheyNeed(bytes: String, needed: Int) {
        var parser = RedisRequestParser()

        let parsed = parser.parse(utf8(bytes).span)

        #expect(parsed == .incomplete(needed: needed))
    }

    @Test func boundsHoldExactly() {
        var limits = RedisLimits()
        limits.maxArguments = 2
        limits.maxBulkLength = 3
        limits.maxRequestLength = 22
        limits.maxLineLength = 8

        let accepted: [[UInt8]] = [resp("GET", "abc"), utf8("PING  \r\n")]
        for bytes in accepted {
            let parsed = parseStream(bytes, piecesEndingAt: [], requestParser(limits: limits))
            #expect(parsed.error == nil)
            #expect(parsed.rest == 0)
        }
        let refused: [([UInt8], String)] = [
            (resp("A", "B", "C"), "invalidMultibulkLength"),
            (resp("GETX"), "invalidBulkLength"),
            (utf8("PING   \r\n"), "inlineTooLong"),
            (utf8("*11111111111"), "multibulkHeaderTooLong"),
            (utf8("*1\r\n$11111111111"), "bulkHeaderTooLong"),
        ]
        for (bytes, error) in refused {
            expectErrorAtEverySplit(of: bytes, error) { requestParser(limits: limits) }
        }
        limits.maxRequestLength = 21
        expectErrorAtEverySplit(of: resp("GET", "abc"), "requestTooLarge") {
            requestParser(limits: limits)
        }
    }

    @Test func linesOf64KiBWithoutAnEndAreRefused() {
        let filler = [UInt8](repeating: UInt8(ascii: "1"), count: 65536)
        let cases: [([UInt8], String)] = [
            (utf8("*") + filler, "multibulkHeaderTooLong"),
            (utf8("*1\r\n$") + filler, "bulkHeaderTooLong"),
            (utf8("1") + filler, "inlineTooLong"),
        ]
        for (bytes, error) in cases {
            let pieces = stride(from: 100, to: bytes.count, by: 100)
            #expect(parseStream(bytes, piecesEndingAt: pieces, requestParser()).error == error)
        }
    }

    /// If each piece were parsed from the beginning, this would read 16 GB.
    @Test func aMillionArgumentsInPiecesAreReadOnce() {
        let count = 1024 * 1024
        var bytes = utf8("*\(count)\r\n$4\r\nMGET\r\n")
        for _ in 1..<count { bytes += utf8("$1\r\na\r\n") }
        var parser = RedisRequestParser()

        var parsed = RedisParse.incomplete(needed: 0)
        for end in stride(from: 256, to: bytes.count, by: 256) {
            parsed = parser.parse(bytes.span.extracting(0..<end))
            guard case .incomplete = parsed else { break }
        }
        parsed = parser.parse(bytes.span)

        guard case .request(let found) = parsed else {
            Issue.record("no request: \(parsed)")
            return
        }
        #expect(found.argumentCount == count)
        #expect(found.length == bytes.count)
        #expect(found.command.command?.name == "mget")
    }

    @Test func randomRequestsAreReadBackAsWritten() {
        var random = SeededGenerator(seed: 20_220_427)
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            var expected: [RedisFrame] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let arguments = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                    randomArgument(&random)
                }
                bytes += resp(arguments)
                expected.append(.request(arguments))
            }
            let ends = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()

            let parsed = parseStream(bytes, piecesEndingAt: ends, requestParser())

            #expect(parsed == ParsedStream(frames: expected), "\(text(bytes)) cut at \(ends)")
        }
    }

    private func randomArgument(_ random: inout SeededGenerator) -> String {
        let alphabet = Array("abcXYZ019 \r\n*$-:\0")
        let length = Int.random(in: 0...Int.random(in: 0...120, using: &random), using: &random)
        return String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" })
    }
}
