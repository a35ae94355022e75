import Testing
import Wire

/// Whatever it remembers, it takes what `RedisRequestParser` takes, or leaves it alone.
struct RedisPlainParserTests {
    /// What somebody finds who remembers nothing.
    private func careful(_ bytes: [UInt8], _ limits: RedisLimits = RedisLimits()) -> RedisParse {
        var parser = RedisRequestParser(limits: limits)
        return parser.parse(bytes.span)
    }

    private func plain(_ parser: inout RedisPlainParser, _ bytes: [UInt8]) -> RedisParse? {
        let request = parser.parse(bytes.span)
        return request.length > 0 ? .request(request) : nil
    }

    /// The requests of a run, as bytes of their frames and of their keys.
    private func run(
        _ parser: inout RedisPlainParser, _ bytes: [UInt8], from start: Int = 0, places: Int = 16
    ) -> [(frame: Range<Int>, key: Range<Int>)] {
        var requests = [RedisKeyedRequest](repeating: RedisKeyedRequest(), count: places)
        var span = requests.mutableSpan
        let count = parser.parse(bytes.span, from: start, into: &span)
        return requests.prefix(count).map { request in
            let (frame, key) = (Int(request.offset), Int(request.keyOffset))
            guard case .request(let one) = careful(Array(bytes[frame...])) else {
                Issue.record("not a request")
                return (0..<0, 0..<0)
            }
            #expect(request.repetition == one.repetition)
            return (frame..<frame + Int(request.length), key..<key + Int(request.keyLength))
        }
    }

    private let known = [
        resp("GET", "a key of 20 letters."), resp("SET", "key", "and its value"),
        resp("HGET", "h", "field"), resp("MGET", "one", "two", "three"), resp("PING"),
        resp("GETRANGE", "key", "0", "-1"),
        resp("EXPIREAT", String(repeating: "k", count: 1000), "1"),
    ]

    @Test func readsTheSameAgainAndAgain() {
        var parser = RedisPlainParser()
        for _ in 0..<3 {
            for bytes in known { #expect(plain(&parser, bytes) == careful(bytes)) }
        }
    }

    /// More beginnings than it remembers, in any order.
    @Test func manyBeginningsDriveEachOtherOut() {
        var random = SeededGenerator(seed: 3)
        var parser = RedisPlainParser()
        for _ in 0..<5_000 {
            let key = String(repeating: "k", count: Int.random(in: 0...120, using: &random))
            let request = [
                ["GET", key], ["get", key], ["SET", key, "value"], ["INCRBY", key, "7"],
                ["MGET", key, "other"], ["HMGET", key, "a", "b", "c", "d", "e", "f", "g", "h"],
                ["ECHO", key], ["UNKNOWNCOMMAND", key],
            ].randomElement(using: &random)!
            let bytes = resp(request) + resp("GET", "x")
            #expect(plain(&parser, bytes) == careful(bytes))
        }
    }

    /// One byte other than in what is known, each byte in turn, with each value.
    @Test func whatDiffersInAByteIsNotTakenForKnown() {
        for bytes in known.dropLast() {
            var parser = RedisPlainParser()
            let behind = resp("GET", "something behind it")
            _ = parser.parse((bytes + behind).span)
            var others = bytes + behind
            for index in bytes.indices {
                for byte in UInt8.min...UInt8.max {
                    others[index] = byte
                    var copy = parser
                    guard let found = plain(&copy, others) else { continue }
                    #expect(found == careful(others), "byte \(byte) at \(index) of \(text(bytes))")
                }
                others[index] = bytes[index]
            }
        }
    }

    @Test func whatHasNotComeWholeIsLeftAlone() {
        for bytes in known {
            var parser = RedisPlainParser()
            _ = parser.parse(bytes.span)
            for length in 0..<bytes.count {
                #expect(parser.parse(bytes.span.extracting(0..<length)).length == 0)
                #expect(run(&parser, Array(bytes.prefix(length))).isEmpty)
            }
        }
    }

    @Test func limitsHoldForWhatIsKnown() {
        var limits = RedisLimits()
        limits.maxRequestLength = 64
        var parser = RedisPlainParser(limits: limits)
        let short = resp("SET", "key", String(repeating: "v", count: 35))
        let long = resp("SET", "key", String(repeating: "v", count: 36))

        #expect(short.count == 64)
        #expect(plain(&parser, short) == careful(short, limits))
        #expect(plain(&parser, long) == nil)
        #expect(run(&parser, long).isEmpty)
        #expect(careful(long, limits) == .malformed(.requestTooLarge))
    }

    @Test func aRunEndsBeforeWhatHasNotOneKey() {
        for other in [
            resp("MGET", "a", "b"), resp("PING"), resp("GET"), resp("GET", "a", "b"),
            utf8("GET inline\r\n"), utf8("*0\r\n"), utf8("*-1\r\n"),
            Array(resp("GET", "a").dropLast()),
            utf8("*2\r\n$3\r\nGET\r\n$1\r\nab\r\n"), resp("UNKNOWN", "key"), resp("OBJECT", "HELP"),
        ] {
            var parser = RedisPlainParser()
            for _ in 0..<2 {
                let requests = [resp("GET", "first"), resp("SET", "second", "2"), resp("TTL", "3")]
                let bytes = requests.joined() + other + resp("GET", "last")
                let found = run(&parser, Array(bytes))

                #expect(found.map { Array(bytes)[$0.frame] } == requests.map { $0[...] })
                #expect(
                    found.map { text(Array(Array(bytes)[$0.key])) } == ["first", "second", "3"])
                // As the beginning of what is known, too.
                _ = parser.parse(other.span)
            }
        }
    }

    @Test func aRunEndsBeforeALongKey() {
        var parser = RedisPlainParser(longestKey: 3)
        let requests = [resp("GET", "one"), resp("SET", "two", "a value"), resp("GET", "long")]
        let bytes = Array(requests.joined())

        for _ in 0..<2 {
            #expect(run(&parser, bytes).map(\.frame.count) == requests.prefix(2).map(\.count))
            // It is a plain request for all that, and is remembered as one.
            #expect(plain(&parser, requests[2]) == careful(requests[2]))
        }
    }

    @Test func aRunHasAsManyAsThereArePlaces() {
        var parser = RedisPlainParser()
        let request = resp("GET", "key")
        let bytes = Array([[UInt8]](repeating: request, count: 20).joined())

        #expect(run(&parser, bytes).count == 16)
        #expect(run(&parser, bytes, places: 0).isEmpty)
        #expect(
            run(&parser, bytes, from: request.count, places: 3).map(\.frame.lowerBound) == [
                request.count, request.count * 2, request.count * 3,
            ])
        #expect(run(&parser, bytes, from: request.count * 18).count == 2)
        #expect(run(&parser, bytes, from: bytes.count).isEmpty)
    }
}
