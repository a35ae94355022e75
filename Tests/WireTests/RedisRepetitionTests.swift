import Testing

@testable import Wire

@Suite struct RedisRepetitionTests {
    @Test(arguments: [
        ("GET k", RedisRepetition.reads), ("MGET a b", .reads), ("EVAL_RO s 0", .reads),
        ("SET k v", .same), ("set k v ex 10", .same), ("SET k v KEEPTTL", .same),
        ("SET k v PX 10 NX", .again), ("SET k v xx", .again), ("SET k v Get", .again),
        ("SETEX k 1 v", .same), ("MSET a 1 b 2", .same), ("SUNIONSTORE a a b", .same),
        ("DEL k", .sameData), ("HSET k f v", .sameData), ("EXPIRE k 5", .sameData),
        ("ZADD k 1 m", .sameData), ("ZADD k -1.5 m", .sameData), ("ZADD k INCR 1 m", .again),
        ("ZADD k NX 1 m", .again), ("GEOADD k 1 2 m", .sameData), ("GEOADD k CH 1 2 m", .again),
        ("INCR k", .again), ("APPEND k v", .again), ("LPUSH k v", .again), ("GETDEL k", .again),
        ("GETSET k v", .again), ("SPOP k", .again), ("EVAL s 0", .again), ("RENAME a b", .again),
        // A destination may be a source.
        ("ZUNIONSTORE d 2 d x", .again), ("BITOP XOR d d x", .again), ("LTRIM k 1 -1", .again),
    ])
    func knowsWhatASecondRunDoes(line: String, expected: RedisRepetition) throws {
        let words = line.split(separator: " ")
        let text = words.reduce("*\(words.count)\r\n") { $0 + "$\($1.utf8.count)\r\n\($1)\r\n" }
        let frame = Array(text.utf8)
        var parser = RedisRequestParser()
        guard case .request(let request) = parser.parse(frame.span) else {
            Issue.record("not a request")
            return
        }

        let found = request.repetition(in: frame.span)
        #expect(found == expected)
        #expect(request.repetition == nil || request.repetition == expected)
    }

    @Test(arguments: [
        ("-READONLY You can't write against a read only replica.\r\n", false),
        (
            "-READONLY You can't write against a read only replica. script: c9, on @user_script:1.\r\n",
            true
        ), (" script: ", false), ("- script: x", true), ("", false),
    ])
    func knowsTheErrorOfAScript(reply: String, expected: Bool) {
        #expect(RedisReply.isFromScript(Array(reply.utf8).span) == expected)
    }

    @Test(arguments: [
        ("-READONLY You can't write against a read only replica.\r\n", true),
        ("-LOADING Redis is loading the dataset in memory\r\n", true),
        ("-MASTERDOWN Link with MASTER is down\r\n", true),
        ("-NOREPLICAS Not enough good replicas to write.\r\n", true),
        ("-ERR no\r\n", false), ("-READONLYX y\r\n", false), ("-READONLY", false),
        ("+READONLY \r\n", false), ("-BUSY Redis is busy\r\n", false), ("", false),
    ])
    func knowsWhatWasNotExecuted(reply: String, expected: Bool) {
        #expect(RedisReply.isNotExecuted(Array(reply.utf8).span) == expected)
    }
}
