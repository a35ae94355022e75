import Testing
import Wire

struct RedisReplyScannerTests {
    /// Collects what the scanner consumes, reply by reply.
    private func scanner(allowsRESP3: Bool = false) -> Parse<String> {
        var scanner = RedisReplyScanner(allowsRESP3: allowsRESP3)
        var collected: [UInt8] = []
        return { bytes in
            let scan = scanner.scan(bytes)
            collected += (0..<scan.consumed).map { bytes[$0] }
            switch scan.state {
            case .complete:
                #expect(scan.kind == collected[0])
                #expect(scanner.kind == 0)
                #expect(scanner.bodyRemaining == 0)
                defer { collected = [] }
                return .frame(text(collected), consumed: scan.consumed)
            case .incomplete: return .more(consumed: scan.consumed)
            case .malformed: return .malformed("malformed")
            }
        }
    }

    @Test(arguments: [
        "+OK\r\n", "+\r\n", "-ERR no such key\r\n", ":0\r\n", ":-42\r\n",
        ":9223372036854775807\r\n",
        "$5\r\nhello\r\n", "$0\r\n\r\n", "$-1\r\n", "$13\r\n*1\r\n$1\r\na\r\n\r\n\r\n", "*-1\r\n",
        "*0\r\n",
        "*2\r\n$1\r\na\r\n$-1\r\n", "*3\r\n:1\r\n*2\r\n+a\r\n*0\r\n-ERR x\r\n",
        "*1\r\n*1\r\n*1\r\n*-1\r\n",
        "*2\r\n*2\r\n:1\r\n:2\r\n*2\r\n$2\r\n\r\n\r\n*1\r\n$0\r\n\r\n",
        "*6\r\n$1\r\na\r\n$-1\r\n$12\r\nabcdefghijkl\r\n:1\r\n$0\r\n\r\n$-1\r\n",
        "*2\r\n*2\r\n$8\r\nabcdefgh\r\n$8\r\nabcdefgh\r\n$8\r\nabcdefgh\r\n",
    ])
    func repliesEndAtTheSamePlaceAtEverySplit(reply: String) {
        expectFramesAtEverySplit(of: utf8(reply), [reply]) { scanner() }
        #expect(elementLength(at: 0, in: utf8(reply + "+x")) == reply.utf8.count)
        for length in 0..<reply.utf8.count {
            let part = Array(utf8(reply).prefix(length))
            #expect(elementLength(at: 0, in: part) == nil)
        }
    }

    /// One byte other than in the bulk before, each byte in turn, with each value.
    @Test func whatDiffersInAByteIsNotTakenForTheBulkBefore() {
        for bulk in ["$3\r\nabc\r\n", "$12\r\nabcdefghijkl\r\n", "$0\r\n\r\n", "$1\r\n\n\r\n"] {
            var known = RedisReplyScanner()
            _ = known.scan(utf8(bulk).span)
            var others = utf8(bulk + "+OK\r\n")
            for index in bulk.utf8.indices.enumerated().map(\.offset) {
                let byte = others[index]
                for other in UInt8.min...UInt8.max {
                    others[index] = other
                    var (copy, fresh) = (known, RedisReplyScanner())
                    #expect(copy.scan(others.span) == fresh.scan(others.span))
                }
                others[index] = byte
            }
            for length in 0..<bulk.utf8.count {
                let part = Array(utf8(bulk).prefix(length))
                var (copy, fresh) = (known, RedisReplyScanner())
                #expect(copy.scan(part.span) == fresh.scan(part.span))
            }
        }
    }

    @Test(arguments: [
        "x", "\r\n", "HTTP/1.1 400 Bad Request\r\n", "+OK\n", "+OK\rx", "-ERR a\nb\r\n", ":\r\n",
        ":1x\r\n", ":+1\r\n",
        ":99999999999999999999\r\n", "$-2\r\n", "$01\r\n", "$x\r\n", "$5\rx", "$1\r\nabc",
        "$1\r\na\rx", "$0\r\nx",
        "*-2\r\n", "*x\r\n", "*1\r\nx", "*1\r\n$1\r\nab", "$1111111111111111111111111", "_\r\n",
        "#t\r\n", "%1\r\n",
        "*1\n:1\r\n", "$-1\rx", "*2\r\n$8\r\nabcdefghi\r\n$1\r\na\r\n",
        "*2\r\n$1\r\na\r\n$8\r\nabcdefgh\n\r", "*2\r\n$8\r\nabcdefgh\r\n$-2\r\n",
    ])
    func malformedRepliesAreFoundAtEverySplit(reply: String) {
        expectErrorAtEverySplit(of: utf8(reply), "malformed") { scanner() }
    }

    /// Types of RESP3, on a connection that agreed to it.
    @Test(arguments: [
        "_\r\n", "#t\r\n", ",3.14\r\n", ",inf\r\n", "(123456789012345678901234567890\r\n",
        "!5\r\nERR x\r\n", "=7\r\ntxt:abc\r\n", "~2\r\n+a\r\n+b\r\n", "~0\r\n", "%0\r\n",
        "%2\r\n+a\r\n:1\r\n$1\r\nb\r\n*1\r\n_\r\n", "|1\r\n+ttl\r\n:9\r\n$1\r\nx\r\n",
        "*2\r\n|1\r\n+k\r\n+v\r\n:1\r\n:2\r\n",
    ])
    func repliesOfRESP3EndAtTheSamePlaceAtEverySplit(reply: String) {
        expectFramesAtEverySplit(of: utf8(reply), [reply]) { scanner(allowsRESP3: true) }
        #expect(elementLength(at: 0, in: utf8(reply + "+x")) == reply.utf8.count)
        for length in 0..<reply.utf8.count {
            let part = Array(utf8(reply).prefix(length))
            #expect(elementLength(at: 0, in: part) == nil)
        }
        expectErrorAtEverySplit(of: utf8(reply), "malformed") { scanner() }
    }

    @Test(arguments: [
        ">2\r\n+a\r\n+b\r\n", "$?\r\n", "%x\r\n", "~-1\r\n", "%9999999999999999999\r\n", "_\n",
    ])
    func malformedRESP3IsFoundAtEverySplit(reply: String) {
        expectErrorAtEverySplit(of: utf8(reply), "malformed") { scanner(allowsRESP3: true) }
    }

    /// Scripts return arrays as deep as they like.
    @Test func arraysNestToAnyDepth() {
        let opening = String(repeating: "*2\r\n:1\r\n", count: 100)
        let deep = opening + "$1\r\nx\r\n"
        expectFramesAtEverySplit(of: utf8(deep), [deep]) { scanner() }
        let deepest = String(repeating: "*1\r\n", count: 100_000) + ":1\r\n"
        #expect(elementLength(at: 0, in: utf8(deepest)) == deepest.utf8.count)
    }

    @Test func elementsAreNotCountedBeyondAllMeasure() {
        let most = "*999999999999999999\r\n"
        expectErrorAtEverySplit(of: utf8(String(repeating: most, count: 8)), "malformed") {
            scanner()
        }
    }

    /// A scanner that is shown one piece after another.
    private struct Stream {
        private(set) var scanner = RedisReplyScanner()

        /// What one more call said, such as "7 incomplete $".
        mutating func scan(_ bytes: String) -> String {
            let scan = scanner.scan(utf8(bytes).span)
            return "\(scan.consumed) \(scan.state) \(text([scan.kind]))"
        }
    }

    @Test func bodiesPassThroughInPieces() {
        var stream = Stream()
        let piece = String(repeating: "7", count: 1000)

        let header = stream.scan("$3000\r\n")
        #expect(header == "7 incomplete $")
        #expect(stream.scanner.bodyRemaining == 3002)
        #expect(stream.scanner.kind == UInt8(ascii: "$"))
        for remaining in [2002, 1002, 2] {
            let body = stream.scan(piece)
            #expect(body == "1000 incomplete $")
            #expect(stream.scanner.bodyRemaining == remaining)
        }
        let ends = [stream.scan("\r"), stream.scan("\n+OK\r\n"), stream.scan("+OK\r\n")]

        #expect(ends == ["1 incomplete $", "1 complete $", "5 complete +"])
    }

    @Test func headerLinesWaitUntilTheyAreWhole() {
        var stream = Stream()

        let pieces = [stream.scan("*2\r\n:1\r\n$10\r"), stream.scan("$10\r\n")]

        #expect(pieces == ["8 incomplete *", "5 incomplete *"])
        #expect(stream.scanner.bodyRemaining == 12)
    }

    /// Scripts return errors and statuses as long as they like; nothing else is a long line.
    @Test(arguments: [("+", true), ("-", true), (":", false)])
    func longLinesPassThroughInPieces(marker: String, isValid: Bool) {
        let bound = RedisReplyScanner.maxLineLength
        for length in [bound - 4, bound - 3, bound - 2, bound - 1, bound, bound * 3] {
            let line = marker + String(repeating: "a", count: length) + "\r\n"
            for step in [1000, 65_536, 65_537, 65_538, line.utf8.count] {
                let pieces = stride(from: step, to: line.utf8.count, by: step)
                let parsed = parseStream(utf8(line + "+OK\r\n"), piecesEndingAt: pieces, scanner())
                #expect((parsed.error == nil) == isValid, "\(length) in \(step)")
                #expect(
                    parsed.frames == (isValid ? [line, "+OK\r\n"] : []), "\(length) in \(step)")
            }
        }
        let broken = marker + String(repeating: "a", count: bound) + "\n\r\n"
        #expect(
            parseStream(utf8(broken), piecesEndingAt: stride(from: 1, to: 2, by: 1), scanner())
                .error != nil)
    }

    @Test func randomRepliesAreReadBackAsWritten() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let replies = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                randomReply(&random, depth: 0)
            }
            let bytes = utf8(replies.joined())
            let ends = (0..<4).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()

            let parsed = parseStream(bytes, piecesEndingAt: ends, scanner())

            #expect(parsed == ParsedStream(frames: replies), "\(text(bytes)) cut at \(ends)")
        }
    }

    private func randomReply(_ random: inout SeededGenerator, depth: Int) -> String {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &random) {
        case 0: return "+status \(Int.random(in: 0...999, using: &random))\r\n"
        case 1: return "-ERR \(Int.random(in: 0...999, using: &random))\r\n"
        case 2: return ":\(Int.random(in: .min...(.max), using: &random))\r\n"
        case 3:
            return ["$-1\r\n", "*-1\r\n", "*0\r\n", "$0\r\n\r\n"].randomElement(using: &random)
                ?? ""
        case 4, 5:
            let alphabet = Array("ab\0 $*:+-")
            let length = Int.random(in: 0...200, using: &random)
            let body = (0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" }
            return "$\(length)\r\n\(String(body))\r\n"
        default:
            let elements = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                randomReply(&random, depth: depth + 1)
            }
            return "*\(elements.count)\r\n\(elements.joined())"
        }
    }
}
