import Testing
import Wire

@Suite struct MemcachedReplyScannerTests {
    static let replies: [(String, [MemcachedEvent])] = [
        ("END\r\n", [.complete(.end)]),
        ("VA 5\r\nhello\r\n", [.complete(.metaValue)]),
        ("VA 0 f5 c12 kYQ== b O1\r\n\r\n", [.complete(.metaValue)]),
        ("VA 6 v\r\nEN\r\nHD\r\n", [.complete(.metaValue)]),
        ("HD\r\n", [.complete(.metaDone)]), ("HD kx O1\r\n", [.complete(.metaDone)]),
        ("EN\r\n", [.complete(.metaEnd)]), ("NF O2\r\n", [.complete(.metaNotFound)]),
        ("NS\r\n", [.complete(.metaNotStored)]), ("EX c0\r\n", [.complete(.metaExists)]),
        ("ME a exp=-1 la=0 cas=1\r\n", [.complete(.metaDebug)]),
        ("RESET\r\n", [.complete(.reset)]),
        (
            "STAT pid 1\r\nSTAT inter \r\nEND\r\n",
            [.statistic, .statistic, .complete(.end)]
        ),
        ("VALUE k 0 5\r\nhello\r\nEND\r\n", [.value("k"), .complete(.end)]),
        ("VALUE k 0 0 77\r\n\r\nEND\r\n", [.value("k"), .complete(.end)]),
        (
            "VALUE a 1 1\r\nx\r\nVALUE b 4294967295 5\r\nEND\r\n\r\nEND\r\n",
            [.value("a"), .value("b"), .complete(.end)]
        ),
        (
            "VALUE a 1 1\r\nx\r\nSERVER_ERROR out of memory writing get response\r\n",
            [.value("a"), .complete(.serverError)]
        ),
        ("STORED\r\n", [.complete(.stored)]),
        ("NOT_STORED\r\n", [.complete(.notStored)]),
        ("EXISTS\r\n", [.complete(.exists)]),
        ("NOT_FOUND\r\n", [.complete(.notFound)]),
        ("DELETED\r\n", [.complete(.deleted)]),
        ("TOUCHED\r\n", [.complete(.touched)]),
        ("OK\r\n", [.complete(.ok)]),
        ("0\r\n", [.complete(.number)]),
        ("18446744073709551615\r\n", [.complete(.number)]),
        ("99   \r\n", [.complete(.number)]),
        ("VERSION 1.6.18\r\n", [.complete(.version)]),
        ("ERROR\r\n", [.complete(.error)]),
        ("ERROR Too many open connections\r\n", [.complete(.error)]),
        ("CLIENT_ERROR bad data chunk\r\n", [.complete(.clientError)]),
        ("SERVER_ERROR out of memory\r\n", [.complete(.serverError)]),
        ("STORED x\r\n", [.complete(.other)]),
        ("ENDE\r\n", [.complete(.other)]),
        ("ZZT_STORED\r\n", [.complete(.other)]),
        ("ZOT_FOUND\r\n", [.complete(.other)]),
        ("CLZENT_ERROR bad\r\n", [.complete(.other)]),
        ("ZZZZER_ERROR bad\r\n", [.complete(.other)]),
        ("stored\r\n", [.complete(.other)]),
        ("MN\r\n", [.complete(.other)]),
        ("-1\r\n", [.complete(.other)]),
        ("\r\n", [.complete(.other)]),
    ]

    static let malformed: [(String, [MemcachedEvent])] = [
        ("END\n", [.malformed]),
        ("\n", [.malformed]),
        ("VALUE \r\n", [.malformed]),
        ("VALUE k\r\n", [.malformed]),
        ("VALUE k 0\r\n", [.malformed]),
        ("VALUE k 0 x\r\n", [.malformed]),
        ("VALUE k 0 -1\r\n", [.malformed]),
        ("VALUE k x 1\r\n", [.malformed]),
        ("VALUE k 0 99999999999999999999\r\n", [.malformed]),
        ("VALUE k 0 1 x\r\n", [.malformed]),
        ("VALUE k 0 1 2 3\r\n", [.malformed]),
        ("VALUE k\0 0 1\r\n", [.malformed]),
        ("VALUE k 0 1\r\nxyz", [.value("k"), .malformed]),
        ("VALUE k 0 1\r\nx\n\n", [.value("k"), .malformed]),
        ("VALUE k 0 1\r\nx\r\r", [.value("k"), .malformed]),
        ("VALUE k 0 1\r\nx\r\nSTORED\r\n", [.value("k"), .malformed]),
        ("VALUE k 0 1\r\nx\r\nVA 1\r\nx\r\n", [.value("k"), .malformed]),
        ("VALUE k 0 1\r\nx\r\nSTAT a 1\r\n", [.value("k"), .malformed]),
        ("VA 1\r\nxy\r\n", [.malformed]), ("VA 2 f1\r\nxy\n\r\n", [.malformed]),
        ("VALUE k 0 1\r\nx\r\nVERSION 1\r\n", [.value("k"), .malformed]),
    ]

    @Test(arguments: replies + malformed)
    func readsAReplyInAnyPieces(text: String, events: [MemcachedEvent]) {
        let stream = Array(text.utf8)
        for first in 1...stream.count {
            for rest in [1, 2, stream.count] {
                #expect(memcachedEvents(stream, pieces: [first, rest]) == events, "\(text)")
            }
        }
    }

    @Test func readsTheSameRepliesFromAnyPieces() {
        var random = MemcachedRandom(seed: 21)
        for _ in 0..<200 {
            let picks = (0..<20).map { _ in Self.replies.randomElement(using: &random)! }
            let stream = Array(picks.map(\.0).joined().utf8)
            let pieces = (0..<7).map { _ in Int.random(in: 1...40, using: &random) }

            #expect(memcachedEvents(stream, pieces: pieces) == picks.flatMap(\.1))
        }
    }

    @Test func consumesLinesWholeAndDataInPieces() {
        var scanner = MemcachedReplyScanner()

        #expect(scanner.scan(text: "VALUE k 0 10\r").consumed == 0)
        let line = scanner.scan(text: "VALUE k 0 10\r\nabc")
        #expect(line.consumed == 14)
        #expect(line.state == .value(keyOffset: 6, keyLength: 1))
        #expect(scanner.bodyRemaining == 12)

        let data = scanner.scan(text: "abc")
        #expect(data.consumed == 3)
        #expect(data.state == .incomplete)
        #expect(scanner.bodyRemaining == 9)

        let next = scanner.scan(text: "defghij\r\nVALUE second 0 0\r\n")
        #expect(next.consumed == 27)
        #expect(next.state == .value(keyOffset: 15, keyLength: 6))
    }

    /// Of one of several VALUEs, its key of two bytes.
    @Test(arguments: [
        ("VALUE ab 0 3\r\nxyz\r\n", 19), ("VALUE ab 4294967 0\r\n\r\n", 22),
        ("VALUE ab 07 10\r\n0123456789\r\n", 28), ("VALUE ab 0 3\r\nxyzz\r\n", 0),
        ("VALUE ab 0 3\r\nxyz\n\n", 0), ("VALUE a 0 3\r\nxyz\r\n", 0),
        ("VALUE abc 0 3\r\nxyz\r\n", 0), ("VALUE ab 0 3 9\r\nxyz\r\n", 0),
        ("VALUE ab  0 3\r\nxyz\r\n", 0), ("VALUE ab 0 3\nxyz\r\n", 0),
        ("VALUE ab 0 12345678\r\nxyz\r\n", 0), ("VALUE ab 42949672 3\r\nxyz\r\n", 0),
        ("VALUE ab 0 -3\r\nxyz\r\n", 0), ("VALUE ab 0!3\r\nxyz\r\n", 0),
        ("VALUES ab 0 3\r\nxyz\r\n", 0),
        ("VALUE ab / 3\r\nxyz\r\n", 0), ("VALUE ab : 3\r\nxyz\r\n", 0), ("END\r\n", 0),
    ])
    func passesOverPlainValues(text: String, length: Int) {
        for (start, behind) in [(0, "END\r\n"), (5, "VALUE b"), (5, "VALUE ab 0 1\r\n")] {
            let bytes = Array("xxxxx".utf8.prefix(start)) + Array((text + behind).utf8)
            #expect(
                MemcachedReplyScanner.plainValue(at: start, keyLength: 2, in: bytes.span) == length)
        }
        for count in 0..<text.utf8.count {
            let part = Array(text.utf8.prefix(count))
            #expect(MemcachedReplyScanner.plainValue(at: 0, keyLength: 2, in: part.span) == 0)
        }
    }

    /// What the scanner was not shown counts like what it was.
    @Test func knowsOfValuesThatWerePassed() {
        for (text, state) in [
            ("END\r\n", MemcachedScan.State.complete(.end)), ("STORED\r\n", .malformed),
            ("SERVER_ERROR x\r\n", .complete(.serverError)),
            ("VALUE k 0 1\r\n", .value(keyOffset: 6, keyLength: 1)), ("1\r\n", .malformed),
        ] {
            var scanner = MemcachedReplyScanner()
            #expect(scanner.isBetweenValues)
            scanner.passedValues()

            #expect(scanner.scan(text: text).state == state)
        }
    }

    @Test func isNotBetweenValuesInTheMiddleOfOne() {
        var scanner = MemcachedReplyScanner()
        _ = scanner.scan(text: "VALUE k 0")
        #expect(!scanner.isBetweenValues)

        _ = scanner.scan(text: "VALUE k 0 3\r\n")
        #expect(!scanner.isBetweenValues)

        _ = scanner.scan(text: "abc\r\n")
        #expect(scanner.isBetweenValues)
    }

    @Test func streamsALargeValueWithoutKeepingIt() {
        var scanner = MemcachedReplyScanner()
        let length = 64 << 20
        let piece = [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 20)
        _ = scanner.scan(text: "VALUE k 0 \(length)\r\n")

        for _ in 0..<64 {
            let scan = scanner.scan(array: piece)
            #expect(scan.consumed == piece.count)
            #expect(scan.state == .incomplete)
        }

        #expect(scanner.bodyRemaining == 2)
        #expect(scanner.scan(text: "\r\nEND\r\n").state == .complete(.end))
    }

    @Test func boundsLines() {
        let value = "VALUE k " + String(repeating: " ", count: 2040)
        let text = "SERVER_ERROR " + String(repeating: "x", count: 60_000)

        #expect(memcachedEvents(Array(value.utf8), pieces: [100]) == [.malformed])
        #expect(memcachedEvents(Array((value + "0 1\r\n").utf8), pieces: [9000]) == [.malformed])
        #expect(memcachedEvents(Array(text.utf8), pieces: [1000]) == [.incomplete])
        #expect(memcachedEvents(Array((text + text).utf8), pieces: [1000]) == [.malformed])
        #expect(
            memcachedEvents(Array((text + text + "\r\n").utf8), pieces: [200_000]) == [.malformed])
    }

    @Test func survivesNoise() {
        var random = MemcachedRandom(seed: 22)
        let alphabet = Array("VALUE k 0 1\r\nEND\r\nx".utf8)
        for _ in 0..<2000 {
            let length = Int.random(in: 1...60, using: &random)
            let noise = (0..<length).map { _ in alphabet.randomElement(using: &random)! }
            let stream = Array("VALUE k 0 3\r\n".utf8) + noise

            #expect(memcachedEvents(stream, pieces: [1]) == memcachedEvents(stream, pieces: [99]))
        }
    }
}
