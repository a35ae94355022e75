import Testing

@testable import Admin

struct AdminInputTests {
    private func question(_ text: String, limit: Int = 64) -> AdminInput.Question {
        var input = AdminInput(limit: limit)
        input.append(text.utf8)
        return input.question
    }

    @Test(arguments: ["\n", "\r\n", "get key\r\n", "*1\r\n", "GETX", "\u{0}", "stats", "PING\r\n"])
    func anythingButHTTPAsksForStats(_ text: String) {
        #expect(question(text) == .stats)
    }

    @Test(arguments: ["", "G", "GET", "P", "OPTION"])
    func aMethodsFirstLettersDecideNothing(_ text: String) {
        #expect(question(text) == .undecided)
    }

    @Test(arguments: ["GET ", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: x\r\n"])
    func aHeadNeedsItsEmptyLine(_ text: String) {
        #expect(question(text) == .incompleteHead)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\n\n", "PUT / HTTP/1.1\r\na: b\r\n\r\nbody",
    ])
    func anEmptyLineEndsAHead(_ text: String) {
        #expect(question(text) == .head)
    }

    @Test func everySplitGivesTheSame() {
        let head = Array("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        for split in 0...head.count {
            var input = AdminInput(limit: 64)
            input.append(head[..<split])
            #expect((input.question == .head) == (split == head.count))
            input.append(head[split...])
            #expect(input.question == .head)
            #expect(input.bytes == head)
        }
    }

    @Test func aHeadBeyondTheLimitIsRefused() {
        let head = "GET / HTTP/1.1\r\n\r\n"

        #expect(question(head, limit: head.utf8.count) == .head)
        #expect(question(head, limit: head.utf8.count - 1) == .oversizedHead)
    }
}
