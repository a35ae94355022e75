import Testing

@testable import Wire

/// RESP2 replies as RESP3 has them.
struct RedisTranslationTests {
    private func translate(_ words: String, _ reply: String) -> String {
        let arguments = words.split(separator: " ").map { Array($0.utf8) }
        let request =
            Array("*\(arguments.count)\r\n".utf8)
            + arguments.flatMap { Array("$\($0.count)\r\n".utf8) + $0 + Array("\r\n".utf8) }
        var parser = RedisRequestParser(limits: RedisLimits())
        guard case .request(let parsed) = parser.parse(request.span) else { return "no request" }
        return translate(RedisShape.ofReply(to: parsed, in: request.span), reply)
    }

    private func translate(_ shape: RedisShape, _ reply: String) -> String {
        String(
            decoding: RedisTranslation.inRESP3(Array(reply.utf8).span, shape), as: UTF8.self)
    }

    @Test(arguments: [
        ("GET a", "$-1\r\n", "_\r\n"),
        ("GET a", "$3\r\n$-1\r\n", "$3\r\n$-1\r\n"),
        ("LPOP a 2", "*-1\r\n", "_\r\n"),
        (
            "EVAL s 0", "*3\r\n$-1\r\n*2\r\n*-1\r\n:1\r\n+OK\r\n",
            "*3\r\n_\r\n*2\r\n_\r\n:1\r\n+OK\r\n"
        ),
        ("HGETALL a", "*2\r\n$1\r\nf\r\n$-1\r\n", "%1\r\n$1\r\nf\r\n_\r\n"),
        ("HGETALL a", "-ERR no\r\n", "-ERR no\r\n"),
        ("SPOP a", "$1\r\nx\r\n", "$1\r\nx\r\n"),
        ("ZADD z 1 a", ":1\r\n", ":1\r\n"),
        ("ZADD z INCR 1 a", "$3\r\n1.5\r\n", ",1.5\r\n"),
        ("ZRANGE withscores 0 1", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
        (
            "ZRANGE z 0 1 withScores", "*2\r\n$1\r\na\r\n$1\r\n1\r\n",
            "*1\r\n*2\r\n$1\r\na\r\n,1\r\n"
        ),
        ("ZUNION 2 a withscores", "*1\r\n$1\r\na\r\n", "*1\r\n$1\r\na\r\n"),
        ("ZDIFF 1 a WITHSCORES", "*0\r\n", "*0\r\n"),
        ("ZPOPMIN z", "*0\r\n", "*0\r\n"),
        ("LOLWUT", "$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n"),
        ("XINFO HELP", "*1\r\n+a\r\n", "*1\r\n+a\r\n"),
        ("SCAN 0", "*2\r\n$1\r\n0\r\n*1\r\n$-1\r\n", "*2\r\n$1\r\n0\r\n*1\r\n_\r\n"),
        ("ZSCORE z a", "$5\r\n1\r\n:1\r\n", "$5\r\n1\r\n:1\r\n"),
        // None of these is what the command answers, so they stay as they are.
        ("HGETALL a", "*1\r\n$1\r\nf\r\n", "*1\r\n$1\r\nf\r\n"),
        ("XREAD STREAMS a 0", "*1\r\n*1\r\n$1\r\nf\r\n", "*1\r\n*1\r\n$1\r\nf\r\n"),
        ("NOSUCH", "*1\r\n$-1\r\n", "*1\r\n_\r\n"),
    ])
    func repliesAreShapedAsTheirCommandWants(request: String, reply: String, expected: String) {
        #expect(translate(request, reply) == expected)
    }

    @Test func aTransactionsRepliesAreEachShaped() {
        let requests = "*1\r\n$5\r\nMULTI\r\n*2\r\n$7\r\nHGETALL\r\n$1\r\nh\r\n*1\r\n$4\r\nEXEC\r\n"
        let shape = RedisShape.ofTransaction(Array(requests.utf8).span, limits: RedisLimits())

        #expect(translate(shape, "*1\r\n*0\r\n") == "*1\r\n%0\r\n")
        #expect(translate(shape, "*-1\r\n") == "_\r\n")
    }

    @Test func deepRepliesNeedNoStack() {
        let head = String(repeating: "*1\r\n", count: 200_000)

        for shape in [RedisShape.plain, .map(.plain), .array(.array(.double))] {
            // No message: the text is too long for one.
            #expect((translate(shape, head + "$-1\r\n") == head + "_\r\n") == true)
        }
    }

    @Test(arguments: [
        "", "$", "$5\r\nab\r\n", "*2\r\n:1\r\n", "*99\r\n", "$-2", "*9223372036854775807\r\n", ":1",
    ])
    func whatIsNoReplyStaysAsItIs(bytes: String) {
        for shape in [RedisShape.plain, .double, .array(.plain), .map(.plain), .mapOfPairs] {
            #expect(translate(shape, bytes) == bytes)
        }
    }
}
