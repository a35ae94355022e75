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

        init(_ cacheProtocol: CacheProtocol, _ merge: Split.Merge, keysOf fragments: [Int]) throws {
            pool = try Pool.unconnected(cacheProtocol)
            let plan = SplitPlan()
            let count = (fragments.max() ?? 0) + 1
            plan.begin(servers: count, keys: fragments.count, from: blocks)
            for server in fragments { plan.addKey(at: 0, length: 1, of: server, from: blocks) }
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
        setting.reply("*1\r\n$1\r\na\r\n", for: 0)
        setting.split.collect("*1\r\n$100\r\nunfin", for: 1, from: setting.blocks)
        #expect(setting.split.heldCount == 26)
        #expect(setting.blocks.bytesTaken > 0)

        setting.split.clear(to: setting.blocks)

        #expect(setting.blocks.bytesTaken == 0)
        #expect(setting.split.heldCount == 0)
    }
}
