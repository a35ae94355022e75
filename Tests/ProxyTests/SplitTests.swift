import Configuration
import Reactor
import Testing
import Wire

@testable import Proxy

@Suite struct SplitTests {
    /// A split of its own in a pool that has no connections.
    private final class Setting {
        let pool: Pool
        let split = Split()
        var blocks: BlockPool { pool.worker.blocks }

        /// - Parameter lengths: of the keys, with the space before each; of one letter if not given.
        init(
            _ cacheProtocol: CacheProtocol, _ merge: Split.Merge, keysOf fragments: [Int],
            lengths: [Int]? = nil
        ) throws {
            pool = try Pool.unconnected(cacheProtocol)
            let plan = SplitPlan()
            let count = (fragments.max() ?? 0) + 1
            plan.begin(servers: count, keys: fragments.count, from: blocks)
            for (key, server) in fragments.enumerated() {
                plan.addKey(at: 0, length: lengths?[key] ?? 2, from: blocks)
                plan.assignNext(to: server, from: blocks)
            }
            split.begin(merge, by: plan, headLength: 3, from: blocks)
            plan.end(to: blocks)
            plan.release(to: blocks)
        }

        deinit { split.clear(to: blocks) }

        /// A whole reply for a fragment, in pieces of so many bytes.
        func reply(_ text: String, for fragment: Int, inPiecesOf size: Int = .max) {
            var rest = text[...]
            while !rest.isEmpty {
                split.collect(String(rest.prefix(size)), for: fragment, from: blocks)
                rest = rest.dropFirst(size)
            }
            if let error = split.error(in: fragment, isRedis: pool.isRedis, blocks) {
                split.fail(with: error)
            }
            split.finish(fragment)
        }

        /// A whole reply for a fragment, as a scanner has seen it.
        ///
        /// - Returns: bytes of it that were taken.
        func scannedReply(_ text: String, for fragment: Int) -> Int {
            let lengths = RedisElementLengths()
            var scanner = RedisReplyScanner(allowsRESP3: true)
            let reply = Array(text.utf8)
            #expect(scanner.scan(reply.span, noting: lengths).state == .complete)
            let taken = unsafe reply.withRawBytes {
                unsafe split.collect(elements: $0, for: fragment, noted: lengths, from: blocks)
            }
            #expect(lengths.count == 0)
            split.finish(fragment)
            return taken
        }

        /// The beginning of a reply to a fragment's line comes by.
        func findPlain(_ text: String, in fragment: Int, line: String) -> Int {
            unsafe Array(text.utf8).withRawBytes { bytes in
                unsafe Array(line.utf8).withRawBytes { line in
                    unsafe split.findPlain(in: bytes, fragment, line: line)
                }
            }
        }

        /// A VALUE comes by in the reply to a fragment's line.
        func find(_ key: String, _ length: Int, in fragment: Int, line: String) -> Bool {
            unsafe Array(key.utf8).withRawBytes { key in
                unsafe Array(line.utf8).withRawBytes { line in
                    unsafe split.find(key, length: length, in: fragment, line: line)
                }
            }
        }

        var merged: String {
            var output = ByteList()
            split.moveMerged(to: &output, for: pool)
            defer { output.removeAll(to: blocks) }
            return String(decoding: output.all, as: UTF8.self)
        }
    }

    // MARK: - Redis

    @Test func elementsKeepTheOrderOfTheKeys() throws {
        let setting = try Setting(.redis, .elements, keysOf: [0, 1, 1, 0])

        setting.reply("*2\r\n$1\r\nc\r\n$-1\r\n", for: 1)
        #expect(setting.split.missing == 1)
        setting.reply("*2\r\n$1\r\na\r\n$1\r\nd\r\n", for: 0)

        #expect(setting.split.missing == 0)
        #expect(setting.merged == "*4\r\n$1\r\na\r\n$1\r\nc\r\n$-1\r\n$1\r\nd\r\n")
    }

    /// Headers come to stand in two blocks, or an element is no bulk.
    @Test(arguments: [1, 7, 500, 16_000])
    func anyElementsInAnyBlocksAreMerged(pieceSize: Int) throws {
        let fragments = (0..<600).map { $0 % 3 }
        let setting = try Setting(.redis, .elements, keysOf: fragments)
        var replies = Array(repeating: "*200\r\n", count: 3)
        var merged = "*600\r\n"
        for (key, fragment) in fragments.enumerated() {
            let element =
                switch key % 11 {
                case 3: "$-1\r\n"
                case 5 where fragment == 1: "*2\r\n:1\r\n$1\r\na\r\n"
                case 7 where fragment == 1: ":12\r\n"
                case 8: "_\r\n"
                default: "$\(key * 3)\r\n\(String(repeating: "x", count: key * 3))\r\n"
                }
            replies[fragment] += element
            merged += element
        }

        for fragment in 0..<3 {
            setting.reply(replies[fragment], for: fragment, inPiecesOf: pieceSize)
        }

        #expect(setting.merged == merged)
    }

    /// Fragments fit in one block together, each, or not at all.
    @Test(arguments: [(6, 3), (60, 3), (100, 40), (60, 90), (600, 3)])
    func notedElementsAreMerged(count: Int, factor: Int) throws {
        let fragments = (0..<count).map { $0 % 3 }
        let setting = try Setting(.redis, .elements, keysOf: fragments)
        var replies = (0..<3).map { fragment in
            "*\(fragments.count { $0 == fragment })\r\n"
        }
        var merged = "*\(count)\r\n"
        for (key, fragment) in fragments.enumerated() {
            let size = key * factor
            let element =
                key % 5 == 3
                ? "$-1\r\n" : "$\(size)\r\n\(String(repeating: "x", count: size))\r\n"
            replies[fragment] += element
            merged += element
        }

        for fragment in [1, 2, 0] {
            let reply = replies[fragment]
            let taken = setting.scannedReply(reply, for: fragment)
            #expect(taken == reply.utf8.count - reply.prefix { $0 != "\r\n" }.utf8.count - 2)
        }

        #expect(setting.split.heldCount == merged.utf8.count - "*\(count)\r\n".utf8.count)
        #expect(setting.merged == merged)
    }

    /// One server's reply came in pieces, one's has other elements than bulks, one was noted.
    @Test func elementsAreMergedHoweverTheyCame() throws {
        let setting = try Setting(.redis, .elements, keysOf: [0, 1, 2, 0, 1, 2])

        setting.reply("*2\r\n$1\r\na\r\n$1\r\nd\r\n", for: 0, inPiecesOf: 3)
        let other = setting.scannedReply("*2\r\n_\r\n*1\r\n:5\r\n", for: 1)
        let noted = setting.scannedReply("*2\r\n$1\r\nc\r\n$1\r\nf\r\n", for: 2)

        #expect([other, noted] == [11, 14])
        #expect(
            setting.merged
                == "*6\r\n$1\r\na\r\n_\r\n$1\r\nc\r\n$1\r\nd\r\n*1\r\n:5\r\n$1\r\nf\r\n")
    }

    @Test(arguments: ["*1\r\n$1\r\na\r\n", "*-1\r\n", "+OK\r\n", "$1\r\na\r\n", "-ERR x\r\n"])
    func whatIsNotTheElementsIsNotTaken(reply: String) throws {
        let setting = try Setting(.redis, .elements, keysOf: [0, 0])

        var scanner = RedisReplyScanner()
        let lengths = RedisElementLengths()
        let bytes = Array(reply.utf8)
        _ = scanner.scan(bytes.span, noting: lengths)
        let taken = unsafe bytes.withRawBytes {
            unsafe setting.split.collect(
                elements: $0, for: 0, noted: lengths, from: setting.blocks)
        }

        #expect(taken == 0)
        #expect(setting.split.heldCount == 0)
    }

    @Test func replyInManyBlocksIsMerged() throws {
        let value = String(repeating: "v", count: 40_000)
        let setting = try Setting(.redis, .elements, keysOf: [0, 1])

        setting.reply("*1\r\n$40000\r\n\(value)\r\n", for: 0, inPiecesOf: 1_000)
        setting.reply("*1\r\n$1\r\nb\r\n", for: 1, inPiecesOf: 1)

        #expect(setting.merged == "*2\r\n$40000\r\n\(value)\r\n$1\r\nb\r\n")
    }

    @Test func firstErrorSpeaksForTheRequest() throws {
        let setting = try Setting(.redis, .elements, keysOf: [0, 1, 2])

        setting.reply("*1\r\n$1\r\na\r\n", for: 0)
        setting.reply("-LOADING first\r\n", for: 2)
        setting.reply("-ERR second\r\n", for: 1)

        #expect(setting.merged == "-LOADING first\r\n")
    }

    @Test(arguments: ["*1\r\n$1\r\na\r\n", "*-1\r\n", "+OK\r\n", "$1\r\na\r\n"])
    func arrayOfAnotherLengthIsAnError(reply: String) throws {
        let setting = try Setting(.redis, .elements, keysOf: [0, 0, 1])
        setting.reply("*1\r\n$1\r\nc\r\n", for: 1)

        setting.reply(reply, for: 0)

        #expect(setting.merged == "-ERR a server sent an array of another length\r\n")
    }

    @Test func numbersAreAddedUp() throws {
        let setting = try Setting(.redis, .sum, keysOf: [0, 1, 2])

        for (fragment, number) in [3, 0, 4].enumerated() {
            setting.split.add(number)
            setting.split.finish(fragment)
        }

        #expect(setting.merged == ":7\r\n")
    }

    @Test func lostFragmentFailsTheRequest() throws {
        let setting = try Setting(.redis, .sum, keysOf: [0, 1])

        setting.split.lose(0, RedisReply.error("ERR gone"))
        setting.split.add(1)
        setting.split.finish(1)

        #expect(setting.split.missing == 0)
        #expect(setting.merged == "-ERR gone\r\n")
    }

    @Test func acknowledgementIsTheProtocolsOwn() throws {
        let redis = try Setting(.redis, .acknowledgement, keysOf: [0])
        let memcached = try Setting(.memcached, .acknowledgement, keysOf: [0])

        #expect(redis.merged == "+OK\r\n")
        #expect(memcached.merged == "OK\r\n")
    }

    // MARK: - memcached

    @Test func valuesKeepTheOrderOfTheKeys() throws {
        let setting = try Setting(.memcached, .values, keysOf: [0, 1, 0, 1])

        #expect(setting.find("b", 16, in: 1, line: "get b d\r\n"))
        #expect(setting.find("d", 16, in: 1, line: "get b d\r\n"))
        setting.reply("VALUE b 0 1\r\nB\r\nVALUE d 0 1\r\nD\r\nEND\r\n", for: 1)
        #expect(setting.find("c", 16, in: 0, line: "get a c\r\n"))
        setting.reply("VALUE c 7 1\r\nC\r\nEND\r\n", for: 0)

        #expect(
            setting.merged
                == "VALUE b 0 1\r\nB\r\nVALUE c 7 1\r\nC\r\nVALUE d 0 1\r\nD\r\nEND\r\n")
    }

    /// Of "get a bb c c" and a longer one, so that numbers are never the bytes' last ones.
    @Test(arguments: [
        ("VALUE a 0 1\r\nA\r\nVALUE bb 0 2\r\nBB\r\nVALUE c 0 0\r\n\r\n", 49),
        ("VALUE bb 12 2\r\nBB\r\nVALUE c 0 1\r\nC\r\nVALUE c 0 1\r\nC\r\n", 51),
        ("VALUE c 0 1\r\nC\r\nVALUE c 0 1\r\nC\r\nVALUE c 0 1\r\nC\r\n", 32),
        ("VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\n", 16),
        ("VALUE bb 0 1\r\nB\r\nVALUE a 0 1\r\nA\r\n", 17),
        ("VALUE b 0 1\r\nB\r\n", 0), ("VALUE bbb 0 1\r\nB\r\n", 0), ("VALUE  a 0 1\r\nA\r\n", 0),
        ("VALUE a 0 1 5\r\nA\r\n", 0), ("VALUE a 0 1\r\nAA\r\n", 0), ("VALUE a 0 x\r\nA\r\n", 0),
        ("VALUE a 0 1\nA\r\n", 0), ("VALUE a 0 -1\r\nA\r\n", 0), ("VALUE a 0 12345678\r\nA\r\n", 0),
        ("value a 0 1\r\nA\r\n", 0), ("ERROR\r\n", 0), ("SERVER_ERROR x\r\n", 0), ("", 0),
    ])
    func valuesAreFoundAsFarAsTheyAreAsUsual(reply: String, passed: Int) throws {
        let line = "get a bb c c\r\n"

        let size = reply.utf8.count
        for length in 0...size {
            let setting = try Setting(
                .memcached, .values, keysOf: [0, 1, 0, 0, 0], lengths: [2, 9, 3, 2, 2])
            let part = String(decoding: reply.utf8.prefix(length), as: UTF8.self)
            let end = length == size ? "END\r\n" : ""
            let found = setting.findPlain(part + end, in: 0, line: line)
            let noted = (0..<5).reduce(0) { $0 + Int(setting.split.replyLengths[$1]) }

            #expect(found <= min(length, passed))
            #expect(length < size || found == passed)
            #expect(noted == found)
            #expect(setting.split.replyLengths[4] == 0)
        }
    }

    /// One VALUE by itself, one as the scanner sees it, and one by itself again.
    @Test func valuesFoundInAnyWayAreMerged() throws {
        let setting = try Setting(.memcached, .values, keysOf: [0, 1, 0, 0, 1])
        let line = "get a c d\r\n"
        let values = ["a", "c", "d"].map { "VALUE \($0) 0 1\r\nX\r\n" }
        let other = "VALUE e 0 1\r\nE\r\n"

        #expect(setting.findPlain(values[0] + "VALUE c", in: 0, line: line) == 16)
        #expect(setting.find("c", 16, in: 0, line: line))
        #expect(setting.findPlain(values[2] + "END\r\n", in: 0, line: line) == 16)
        setting.reply(values.joined() + "END\r\n", for: 0, inPiecesOf: 11)
        #expect(setting.findPlain(other + "END\r\n", in: 1, line: "get b e\r\n") == 16)
        unsafe Array((other + "END\r\n").utf8).withRawBytes {
            unsafe setting.split.collect(whole: $0, for: 1, from: setting.blocks)
        }
        setting.split.finish(1)

        #expect(setting.merged == values.joined() + other + "END\r\n")
    }

    @Test func keyAskedTwiceIsAnsweredTwice() throws {
        let setting = try Setting(.memcached, .values, keysOf: [0, 1, 0])

        #expect(setting.find("a", 16, in: 0, line: "get a a\r\n"))
        #expect(setting.find("a", 16, in: 0, line: "get a a\r\n"))
        setting.reply("VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\nEND\r\n", for: 0)
        setting.reply("END\r\n", for: 1)

        #expect(setting.merged == "VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\nEND\r\n")
    }

    @Test(arguments: [
        ["b"], ["ab"], ["c", "a"], ["a", "a"], ["abc", "c", "c"], ["", "x"],
    ])
    func valueOfAnotherKeyIsSeen(keys: [String]) throws {
        let setting = try Setting(.memcached, .values, keysOf: [0, 1, 0, 0])
        let line = "get a abc c\r\n"

        for key in keys.dropLast() where key != "" {
            #expect(setting.find(key, 16, in: 0, line: line))
        }

        #expect(!setting.find(keys[keys.count - 1], 16, in: 0, line: line))
    }

    @Test func keyBeginningLikeAnotherIsNoOther() throws {
        let setting = try Setting(.memcached, .values, keysOf: [0, 0, 0])

        #expect(setting.find("a", 16, in: 0, line: "get aa ab a\r\n"))
        setting.reply("VALUE a 0 1\r\nA\r\nEND\r\n", for: 0)

        #expect(setting.merged == "VALUE a 0 1\r\nA\r\nEND\r\n")
    }

    @Test(arguments: ["SERVER_ERROR out of memory\r\n", "ERROR\r\n"])
    func errorOfAServerSpeaksForTheRequest(error: String) throws {
        let setting = try Setting(.memcached, .values, keysOf: [0, 1])

        setting.reply("VALUE a 0 1\r\nA\r\nEND\r\n", for: 0)
        setting.reply(error, for: 1)

        #expect(setting.merged == error)
    }

    // MARK: - Memory

    @Test func clearGivesEverythingBack() throws {
        let setting = try Setting(.redis, .elements, keysOf: [0, 1])
        _ = setting.scannedReply("*1\r\n$1\r\na\r\n", for: 0)
        setting.split.collect("*1\r\n$100\r\nunfin", for: 1, from: setting.blocks)
        #expect(setting.split.heldCount == 22)
        #expect(setting.blocks.bytesTaken > 0)

        setting.split.clear(to: setting.blocks)

        #expect(setting.blocks.bytesTaken == 0)
        #expect(setting.split.heldCount == 0)
    }
}
