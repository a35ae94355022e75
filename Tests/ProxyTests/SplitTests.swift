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

        init(_ cacheProtocol: CacheProtocol, _ merge: Split.Merge) throws {
            pool = try Pool.unconnected(cacheProtocol)
            split.begin(merge)
        }

        deinit { split.clear(to: blocks) }

        /// Which fragment each key belongs to; creates the fragments.
        func keys(_ fragments: [Int]) {
            for _ in 0...(fragments.max() ?? 0) { _ = split.addFragment() }
            for fragment in fragments { split.addKey(to: fragment) }
        }

        /// The keys' places in a memcached request.
        func names(in request: String, _ names: [String]) {
            unsafe Array(request.utf8).withUnsafeBytes {
                unsafe split.keepKeys($0, from: blocks)
            }
            var offset = 4
            for name in names {
                split.addKeyRange(offset: offset, length: name.utf8.count)
                offset += name.utf8.count + 1
            }
        }

        /// A whole reply for a fragment, in pieces of so many bytes.
        func reply(_ text: String, for fragment: Int, inPiecesOf size: Int = .max) {
            var rest = text[...]
            while !rest.isEmpty {
                split.collect(String(rest.prefix(size)), for: fragment, from: blocks)
                rest = rest.dropFirst(size)
            }
            split.makeContiguous(fragment, using: blocks)
            if let error = split.error(in: fragment, isRedis: pool.isRedis) {
                split.fail(with: error)
            }
            split.finish(fragment)
        }

        var merged: String {
            var output = ByteList()
            split.appendMerged(to: &output, for: pool)
            defer { output.removeAll(to: blocks) }
            return String(decoding: output.all, as: UTF8.self)
        }
    }

    // MARK: - Redis

    @Test func elementsKeepTheOrderOfTheKeys() throws {
        let setting = try Setting(.redis, .elements)
        setting.keys([0, 1, 1, 0])

        setting.reply("*2\r\n$1\r\nc\r\n$-1\r\n", for: 1)
        #expect(setting.split.missing == 1)
        setting.reply("*2\r\n$1\r\na\r\n$1\r\nd\r\n", for: 0)

        #expect(setting.split.missing == 0)
        #expect(setting.merged == "*4\r\n$1\r\na\r\n$1\r\nc\r\n$-1\r\n$1\r\nd\r\n")
    }

    @Test func replyInManyBlocksIsMerged() throws {
        let setting = try Setting(.redis, .elements)
        let value = String(repeating: "v", count: 40_000)
        setting.keys([0, 1])

        setting.reply("*1\r\n$40000\r\n\(value)\r\n", for: 0, inPiecesOf: 1_000)
        setting.reply("*1\r\n$1\r\nb\r\n", for: 1, inPiecesOf: 1)

        #expect(setting.merged == "*2\r\n$40000\r\n\(value)\r\n$1\r\nb\r\n")
    }

    @Test func firstErrorSpeaksForTheRequest() throws {
        let setting = try Setting(.redis, .elements)
        setting.keys([0, 1, 2])

        setting.reply("*1\r\n$1\r\na\r\n", for: 0)
        setting.reply("-LOADING first\r\n", for: 2)
        setting.reply("-ERR second\r\n", for: 1)

        #expect(setting.merged == "-LOADING first\r\n")
    }

    @Test(arguments: ["*1\r\n$1\r\na\r\n", "*-1\r\n", "+OK\r\n", "$1\r\na\r\n"])
    func arrayOfAnotherLengthIsAnError(reply: String) throws {
        let setting = try Setting(.redis, .elements)
        setting.keys([0, 0, 1])
        setting.reply("*1\r\n$1\r\nc\r\n", for: 1)

        setting.reply(reply, for: 0)

        #expect(setting.merged == "-ERR a server sent an array of another length\r\n")
    }

    @Test func numbersAreAddedUp() throws {
        let setting = try Setting(.redis, .sum)
        setting.keys([0, 1, 2])

        for (fragment, number) in [3, 0, 4].enumerated() {
            setting.split.add(number)
            setting.split.finish(fragment)
        }

        #expect(setting.merged == ":7\r\n")
    }

    @Test func lostFragmentFailsTheRequest() throws {
        let setting = try Setting(.redis, .sum)
        setting.keys([0, 1])

        setting.split.lose(0, RedisReply.error("ERR gone"))
        setting.split.add(1)
        setting.split.finish(1)

        #expect(setting.split.missing == 0)
        #expect(setting.merged == "-ERR gone\r\n")
    }

    @Test func acknowledgementIsTheProtocolsOwn() throws {
        let redis = try Setting(.redis, .acknowledgement)
        redis.keys([0])
        let memcached = try Setting(.memcached, .acknowledgement)
        memcached.keys([0])

        #expect(redis.merged == "+OK\r\n")
        #expect(memcached.merged == "OK\r\n")
    }

    // MARK: - memcached

    @Test func valuesKeepTheOrderOfTheKeys() throws {
        let setting = try Setting(.memcached, .values)
        setting.keys([0, 1, 0, 1])
        setting.names(in: "get a b c d\r\n", ["a", "b", "c", "d"])

        setting.reply("VALUE b 0 1\r\nB\r\nVALUE d 0 1\r\nD\r\nEND\r\n", for: 1)
        setting.reply("VALUE c 7 1\r\nC\r\nEND\r\n", for: 0)

        #expect(setting.split.findValues(of: 0))
        #expect(setting.split.findValues(of: 1))
        #expect(
            setting.merged
                == "VALUE b 0 1\r\nB\r\nVALUE c 7 1\r\nC\r\nVALUE d 0 1\r\nD\r\nEND\r\n")
    }

    @Test func keyAskedTwiceIsAnsweredTwice() throws {
        let setting = try Setting(.memcached, .values)
        setting.keys([0, 1, 0])
        setting.names(in: "get a b a\r\n", ["a", "b", "a"])

        setting.reply("VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\nEND\r\n", for: 0)
        setting.reply("END\r\n", for: 1)

        #expect(setting.split.findValues(of: 0))
        #expect(setting.merged == "VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\nEND\r\n")
    }

    @Test(arguments: [
        "VALUE b 0 1\r\nB\r\nEND\r\n", "VALUE x 0 1\r\nX\r\nEND\r\n",
        "VALUE c 0 1\r\nC\r\nVALUE a 0 1\r\nA\r\nEND\r\n",
        "VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\nEND\r\n",
    ])
    func valueOfAnotherKeyIsSeen(reply: String) throws {
        let setting = try Setting(.memcached, .values)
        setting.keys([0, 1, 0])
        setting.names(in: "get a b c\r\n", ["a", "b", "c"])

        setting.reply(reply, for: 0)

        #expect(!setting.split.findValues(of: 0))
    }

    @Test(arguments: ["SERVER_ERROR out of memory\r\n", "ERROR\r\n"])
    func errorOfAServerSpeaksForTheRequest(error: String) throws {
        let setting = try Setting(.memcached, .values)
        setting.keys([0, 1])
        setting.names(in: "get a b\r\n", ["a", "b"])

        setting.reply("VALUE a 0 1\r\nA\r\nEND\r\n", for: 0)
        setting.reply(error, for: 1)

        #expect(setting.merged == error)
    }

    // MARK: - Memory

    @Test func clearGivesEverythingBack() throws {
        let setting = try Setting(.redis, .elements)
        setting.keys([0, 1])
        setting.reply("*1\r\n$1\r\na\r\n", for: 0)
        setting.split.collect("*1\r\n$100\r\nunfin", for: 1, from: setting.blocks)
        #expect(setting.split.heldCount == 26)
        #expect(setting.blocks.bytesTaken > 0)

        setting.split.clear(to: setting.blocks)

        #expect(setting.blocks.bytesTaken == 0)
        #expect(setting.split.heldCount == 0)
    }
}
