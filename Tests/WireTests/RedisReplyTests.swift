import Testing
import Wire

struct RedisReplyTests {
    @Test func elementsOfAnArrayAreFoundOneByOne() throws {
        let bytes = utf8("*4\r\n$1\r\na\r\n$-1\r\n:7\r\n*1\r\n+x\r\n")

        let header = try #require(arrayHeader(in: bytes))

        #expect(header.count == 4)
        var lengths: [Int] = []
        var offset = header.headerLength
        while let length = elementLength(at: offset, in: bytes) {
            lengths.append(length)
            offset += length
        }
        #expect(lengths == [7, 5, 4, 8])
        #expect(offset == bytes.count)
    }

    @Test(arguments: [
        ("$1\r\na\r\n", 7), ("$0\r\n\r\n", 6), ("$12\r\n", 19), ("$400\r\nabc", 408),
        ("$123456\r\n", 123_467), ("$-1\r\n", 5), ("$-1\r\n$1\r\n", 5), ("_\r\n", 3),
        ("", 0), ("$", 0), ("$1", 0), ("$12\r", 0), ("$-1\r", 0), ("_\r", 0), ("$-2\r\nabcd", 0),
        (":1\r\n", 0), ("*1\r\n$1\r\na\r\n", 0), ("+OK\r\n+OK\r\n", 0),
    ])
    func bulksAreAsLongAsTheirHeadersSay(reply: String, length: Int) {
        #expect(RedisReply.bulkLength(in: utf8(reply).span) == length)
    }

    @Test(arguments: ["", "*", "*2", "*2\r", "*-1\r\n", "$1\r\na\r\n", ":1\r\n", "*x\r\n"])
    func otherRepliesHaveNoArrayHeader(reply: String) {
        #expect(arrayHeader(in: utf8(reply)) == nil)
    }

    @Test(arguments: [
        (":0\r\n", 0), (":-12\r\n", -12), (":9223372036854775807\r\n", Int.max),
        (":-9223372036854775808\r\n", .min),
        (":\r\n", nil), (":1\r", nil), (":01\r\n", nil), (":1 \r\n", nil), ("+1\r\n", nil),
        (":9223372036854775808\r\n", nil),
        ("", nil), (":1\r\n:2\r\n", nil),
    ])
    func integersAreReadStrictly(reply: String, value: Int?) {
        #expect(integer(in: utf8(reply)) == value)
    }

    @Test func errorsBeginWithADash() {
        #expect(isError(utf8("-ERR x\r\n")))
        #expect(!isError(utf8("+OK\r\n")))
        #expect(!isError([]))
    }

    @Test func builtRepliesAreExact() {
        #expect(text(RedisReply.ok) == "+OK\r\n")
        #expect(text(RedisReply.pong) == "+PONG\r\n")
        #expect(text(RedisReply.nullBulk) == "$-1\r\n")
        #expect(text(RedisReply.emptyArray) == "*0\r\n")
        #expect(text(RedisReply.integer(-5)) == ":-5\r\n")
        #expect(text(RedisReply.bulk("hi")) == "$2\r\nhi\r\n")
        #expect(text(RedisReply.arrayHeader(count: 3)) == "*3\r\n")
        #expect(text(RedisReply.error("ERR a\r\n+OK\u{1}b\u{7F}")) == "-ERR a  +OK b \r\n")
    }

    @Test(arguments: [
        (["FOO"], "'FOO', with args beginning with: "),
        (["FOO", "a", "b"], "'FOO', with args beginning with: 'a' 'b' "),
        (["FOO", "a\r\nbc"], "'FOO', with args beginning with: 'a  bc' "),
        (["F\0O", ""], "'F', with args beginning with: '' "),
        (["FOO", "a\0b", "c"], "'FOO', with args beginning with: 'a' 'c' "),
        ([""], "'', with args beginning with: "),
        (
            [String(repeating: "n", count: 300), "x"],
            "'\(String(repeating: "n", count: 128))', with args beginning with: 'x' "
        ),
        (
            ["FOO", String(repeating: "x", count: 100), String(repeating: "y", count: 100), "z"],
            "'FOO', with args beginning with: "
                + "'\(String(repeating: "x", count: 100))' '\(String(repeating: "y", count: 25))' "
        ),
        (
            ["FOO"] + Array(repeating: "x", count: 100),
            "'FOO', with args beginning with: " + String(repeating: "'x' ", count: 32)
        ),
    ])
    func unknownCommandsAreQuotedAsRedisDoes(arguments: [String], words: String) throws {
        let bytes = resp(arguments)
        let found = try #require(request(in: bytes))

        let reply = RedisReply.unknownCommand(found, in: bytes.span)

        #expect(text(reply) == "-ERR unknown command \(words)\r\n")
    }

    @Test func wrongArityNamesTheCommandInLowerCase() throws {
        let get = try #require(command(named: "GET"))

        #expect(
            text(RedisReply.wrongArity(get))
                == "-ERR wrong number of arguments for 'get' command\r\n")
    }
}
