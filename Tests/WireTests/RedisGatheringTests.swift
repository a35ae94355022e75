import Testing

@testable import Wire

/// Replies of several servers, put together.
struct RedisGatheringTests {
    private func merge(
        _ gathering: RedisGathering, _ replies: String...,
        in circumstances: RedisGathering.Circumstances = .init()
    ) -> String {
        let merged = gathering.merge(
            replies.map { Array($0.utf8) }, isRESP3: false, in: circumstances)
        return String(decoding: merged, as: UTF8.self)
    }

    private func cursor(_ text: String, _ servers: Int) -> ScanCursor? {
        ScanCursor(Array(text.utf8).span, servers: servers)
    }

    private func push(_ bytes: [UInt8]) -> RedisPush? { RedisPush(bytes.span) }

    @Test func oneSuccessIsEnoughForAKill() {
        #expect(merge(.success, "-NOTBUSY no\r\n", "+OK\r\n") == "+OK\r\n")
        #expect(merge(.success, "-NOTBUSY no\r\n", "-NOTBUSY no\r\n") == "-NOTBUSY no\r\n")
    }

    @Test func anErrorSpeaksForAll() {
        #expect(merge(.sum, ":1\r\n", "-LOADING wait\r\n") == "-LOADING wait\r\n")
    }

    @Test func elementsAreCountedOnce() {
        #expect(
            merge(.union, "*2\r\n+a\r\n+b\r\n", "*2\r\n+b\r\n+c\r\n")
                == "*3\r\n+a\r\n+b\r\n+c\r\n")
        #expect(merge(.union, "~1\r\n+a\r\n", "*0\r\n") == "*1\r\n+a\r\n")
    }

    @Test func keysAreJoined() {
        #expect(
            merge(.join, "*2\r\n+a\r\n+b\r\n", "*0\r\n", "*1\r\n$1\r\nc\r\n")
                == "*3\r\n+a\r\n+b\r\n$1\r\nc\r\n")
        #expect(merge(.join, "*0\r\n", "*0\r\n") == "*0\r\n")
        #expect(merge(.join, "*0\r\n", ":1\r\n").hasPrefix("-ERR servers' replies do not fit"))
    }

    @Test func patternsAreCountedOnce() {
        #expect(merge(.maximum, ":2\r\n", ":3\r\n", ":3\r\n") == ":3\r\n")
    }

    @Test(arguments: [
        "", "*", "*2\r\n+a\r\n", "*9999999999\r\n", ":1\r\n", "$3\r\nabc\r\n", "*1\r\n*1\r\n",
    ])
    func whatIsNoArrayDoesNotFit(reply: String) {
        #expect(merge(.union, reply).hasPrefix("-ERR servers' replies do not fit together"))
        #expect(merge(.minimum, reply).hasPrefix("-ERR"))
        #expect(merge(.sumByName, reply).hasPrefix("-ERR"))
    }

    @Test func slowRequestsOfSeveralServersHaveNumbersOfTheirOwn() {
        func entry(_ id: Int, _ time: Int) -> String {
            "*3\r\n:\(id)\r\n:\(time)\r\n*1\r\n$4\r\nPING\r\n"
        }

        let merged = merge(
            .newest(2), "*2\r\n" + entry(5, 70) + entry(4, 50), "*1\r\n" + entry(5, 60),
            in: .init(places: [0, 2], servers: 3))

        #expect(merged == "*2\r\n" + entry(15, 70) + entry(17, 60))
        #expect(merge(.newest(10), "*1\r\n" + entry(5, 60)) == "*1\r\n" + entry(5, 60))
    }

    @Test func cursorsOfManyServersAreApart() throws {
        for servers in 1...5 {
            for number: UInt64 in [0, 1, 7, 1 << 40] {
                let text = "\(number)"
                let cursor = try #require(self.cursor(text, servers))
                #expect(cursor.cursor * UInt64(servers) + UInt64(cursor.server) == number)
            }
        }
    }

    @Test func aCursorThatIsTooLargeIsAnError() throws {
        let cursor = try #require(self.cursor("1", 3))
        #expect(
            merge(.scan(cursor), "*2\r\n$20\r\n18446744073709551615\r\n*0\r\n")
                == "-ERR the server's cursor is too large for this proxy\r\n")
        #expect(merge(.scan(cursor), "*2\r\n+x\r\n*0\r\n").hasPrefix("-ERR"))
    }

    @Test(arguments: [
        ("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n", "c"),
        (">3\r\n$9\r\nsubscribe\r\n$2\r\nab\r\n:1\r\n", "ab"),
        ("*4\r\n$8\r\npmessage\r\n$2\r\na*\r\n$1\r\na\r\n$0\r\n\r\n", "a*"),
        ("*2\r\n$4\r\npong\r\n$0\r\n\r\n", ""),
    ])
    func pushesAreRead(text: String, name: String) throws {
        let bytes = Array(text.utf8)
        let push = try #require(self.push(bytes))
        #expect(bytes[push.name].elementsEqual(name.utf8))
        // What is cut short is none, or has no name.
        for length in 0..<bytes.count {
            let part = self.push(Array(bytes[..<length]))
            if let part { #expect(part.name.upperBound <= length) }
        }
    }
}
