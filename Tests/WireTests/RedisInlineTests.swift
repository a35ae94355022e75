import Testing
import Wire

struct RedisInlineTests {
    @Test(arguments: [
        ("PING\r\n", ["PING"]),
        ("get a\n", ["get", "a"]),
        ("  get \t a  \r\n", ["get", "a"]),
        ("get a", ["get", "a"]),
        ("PING \"\"\r\n", ["PING", ""]),
        ("PING ''\r\n", ["PING", ""]),
        ("PING \"a b\"\r\n", ["PING", "a b"]),
        ("PING \"\\x41\\n\\q\\x4\"\r\n", ["PING", "A\nqx4"]),
        ("PING \"\\r\\t\\b\\a\\\\\\\"\"\r\n", ["PING", "\r\t\u{8}\u{7}\\\""]),
        ("PING 'a\\'b\\n'\r\n", ["PING", "a'b\\n"]),
        ("PING a\"b\"\r\n", ["PING", "ab"]),
        ("PING a'b' c\r\n", ["PING", "ab", "c"]),
        ("PING a\u{B}b\r\n", ["PING", "a\u{B}b"]),
        ("PING \"a\"\u{B}b\r\n", ["PING", "a", "b"]),
        ("PING a\rb\r\n", ["PING", "a", "b"]),
    ])
    func wordsAreSplitAsRedisDoes(line: String, words: [String]) throws {
        let encoded = try #require(encodeInline(line))

        #expect(text(encoded) == text(resp(words)))
        #expect(request(in: encoded)?.length == encoded.count)
    }

    @Test(arguments: ["", "\r\n", "   \r\n", "\t\n"])
    func linesWithoutWordsAskForNothing(line: String) {
        #expect(encodeInline(line) == [])
    }

    @Test(arguments: [
        "PING \"a\r\n", "PING 'a\r\n", "PING \"a\"b\r\n", "PING a\"b\"c\r\n", "PING 'a'b\r\n",
        "\"\r\n", "PING \"a\\\"\r\n",
        "PING \"\\",
    ])
    func quotesMustPairUp(line: String) {
        #expect(encodeInline(line) == nil)
    }
}
