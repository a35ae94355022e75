import Testing
import Wire

struct RedisKeysTests {
    private func keys(of arguments: [String]) throws -> [String] {
        let bytes = resp(arguments)
        let found = try #require(request(in: bytes))
        return try allKeys(of: found, in: bytes).map { text(bytes.span, $0.range) }
    }

    private func words(_ line: String) -> [String] {
        line.split(separator: " ").map(String.init)
    }

    @Test(arguments: [
        ("PING", ""), ("GET a", "a"), ("SET a b EX 1", "a"), ("MGET a b c", "a b c"),
        ("DEL a", "a"),
        ("MSET a 1 b 2", "a b"), ("MSETNX a 1 b 2 c 3", "a b c"), ("RENAME a b", "a b"),
        ("COPY a b DB 1", "a b"),
        ("BITOP AND d a b", "d a b"), ("PFMERGE d a b", "d a b"), ("BLPOP a b 0", "a b"),
        ("OBJECT ENCODING a", "a"), ("OBJECT HELP", ""), ("XINFO STREAM s FULL", "s"),
        ("XADD s * f v", "s"),
        ("EVAL return 0", ""), ("EVAL return 0 x", ""), ("EVAL return 2 a b x", "a b"),
        ("FCALL f 1 a x", "a"),
        ("EVALSHA abc 1 a", "a"), ("LMPOP 2 a b LEFT", "a b"), ("SINTERCARD 2 a b LIMIT 1", "a b"),
        ("ZUNION 2 a b WEIGHTS 1 2", "a b"), ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", "d a b"),
        ("ZDIFFSTORE d 1 a", "d a"), ("SORT a", "a"), ("SORT a DESC STORE d", "a d"),
        ("SORT a BY store GET store LIMIT 0 1 store d ALPHA", "a d"),
        ("SORT a STORE x STORE d", "a d"),
        ("SORT a STORE", "a"), ("GEORADIUS g 1 2 3 m", "g"),
        ("GEORADIUS g 1 2 3 m COUNT 1 STORE d", "g d"),
        ("GEORADIUSBYMEMBER g m 3 m STOREDIST d", "g d"), ("GEORADIUSBYMEMBER g store 3 m", "g"),
        ("GEOSEARCHSTORE d s FROMMEMBER m BYRADIUS 1 m", "d s"), ("XREAD STREAMS a b 0 0", "a b"),
        ("XREAD COUNT 2 streams streams 0", "streams"), ("XREAD BLOCK 0 STREAMS a 0", "a"),
        ("XREADGROUP GROUP g streams NOACK STREAMS a >", "a"),
    ])
    func keysAreFoundInOrder(line: String, expected: String) throws {
        #expect(try keys(of: words(line)) == words(expected))
    }

    @Test(arguments: [
        ("EVAL s 0a", "ERR value is not an integer or out of range"),
        ("EVAL s 01 a", "ERR value is not an integer or out of range"),
        ("EVAL s 99999999999999999999 a", "ERR value is not an integer or out of range"),
        ("EVAL s -1", "ERR Number of keys can't be negative"),
        ("EVAL s 3 a", "ERR Number of keys can't be greater than number of args"),
        ("FCALL f x a", "ERR Bad number of keys provided"),
        ("FCALL f -1 a", "ERR Number of keys can't be negative"),
        ("FCALL f 3 a", "ERR Number of keys can't be greater than number of args"),
        ("ZUNION x a", "ERR value is not an integer or out of range"),
        ("ZUNION 0 a", "ERR at least 1 input key is needed for 'zunion' command"),
        ("ZUNION 3 a", "ERR syntax error"),
        ("ZUNIONSTORE d 0 a", "ERR at least 1 input key is needed for 'zunionstore' command"),
        ("ZUNIONSTORE d 9999999999 a", "ERR syntax error"),
        ("SINTERCARD x a", "ERR numkeys should be greater than 0"),
        ("SINTERCARD 3 a", "ERR Number of keys can't be greater than number of args"),
        ("LMPOP 0 a LEFT", "ERR numkeys should be greater than 0"),
        ("LMPOP 3 a LEFT", "ERR syntax error"),
        ("XREAD COUNT 1 a", "ERR syntax error"),
        ("XREAD foo a 0 0", "ERR syntax error"),
        (
            "XREAD STREAMS a b 0",
            "ERR Unbalanced XREAD list of streams: "
                + "for each stream key an ID or '$' must be specified."
        ),
    ])
    func wrongCountsAreRefusedInRedisWords(line: String, words: String) throws {
        let bytes = resp(self.words(line))
        let found = try #require(request(in: bytes))
        let command = try #require(found.command.command)

        do throws(RedisKeyError) {
            _ = try allKeys(of: found, in: bytes)
            Issue.record("accepted")
        } catch {
            #expect(text(error.reply(to: command)) == "-\(words)\r\n")
        }
    }

    @Test func keysKnowWhereTheyStand() throws {
        let bytes = resp("MGET", "aa", "b")
        let found = try #require(request(in: bytes))

        let key = try #require(try allKeys(of: found, in: bytes).first)

        #expect(key.headerOffset == 14)
        #expect(key.offset == 18)
        #expect(key.length == 2)
        #expect(key.end == 22)
    }
}
