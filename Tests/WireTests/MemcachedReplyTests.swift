import Testing

@testable import Wire

@Suite struct MemcachedReplyTests {
    @Test func findsAValueBlock() throws {
        let bytes = Array("END\r\nVALUE key 7 5 99\r\nhello\r\nEND\r\n".utf8)

        let value = try #require(memcachedValue(at: 5, in: bytes))

        #expect(memcachedText(bytes[value.keyOffset..<value.keyOffset + value.keyLength]) == "key")
        #expect(value.lineLength == 18)
        #expect(value.dataLength == 7)
        #expect(memcachedText(bytes[5 + value.length..<bytes.count]) == "END\r\n")
        #expect(memcachedValue(at: 0, in: bytes) == nil)
        #expect(memcachedValue(at: bytes.count, in: bytes) == nil)
        #expect(memcachedValue(at: 5, in: Array(bytes[..<20])) == nil)
    }

    @Test func aValueMayReachBeyondTheBytes() throws {
        let bytes = Array("VALUE k 0 1000\r\nabc".utf8)

        let value = try #require(memcachedValue(at: 0, in: bytes))

        #expect(value.length == 16 + 1002)
    }

    @Test(arguments: [
        ("VALUE k 0 1\r\nx\r\nEND\r\n", true), ("END\r\n", true), ("ERROR\r\n", false),
        ("CLIENT_ERROR x\r\n", false), ("SERVER_ERROR x\r\n", false), ("", false), ("E", false),
    ])
    func retrievalsBeginWithAValueOrEnd(reply: String, isOne: Bool) {
        #expect(MemcachedReply.isRetrieved(in: Array(reply.utf8).span) == isOne)
    }

    @Test func blanksControlCharacters() {
        #expect(
            memcachedText(MemcachedReply.serverError("a\r\nb\u{7f}\0c"))
                == "SERVER_ERROR a  b  c\r\n")
        #expect(memcachedText(MemcachedReply.clientError("é\t")) == "CLIENT_ERROR é \r\n")
        #expect(memcachedText(MemcachedReply.version("1.0")) == "VERSION 1.0\r\n")
    }

    @Test func repliesAreOfTheirKind() {
        let replies: [([UInt8], MemcachedReplyKind)] = [
            (MemcachedReply.end, .end), (MemcachedReply.error, .error),
            (MemcachedReply.stored, .stored), (MemcachedReply.notStored, .notStored),
            (MemcachedReply.exists, .exists), (MemcachedReply.notFound, .notFound),
            (MemcachedReply.deleted, .deleted), (MemcachedReply.touched, .touched),
            (MemcachedReply.ok, .ok), (MemcachedReply.serverError("x"), .serverError),
            (MemcachedReply.clientError("x"), .clientError),
            (MemcachedReply.version("x"), .version),
        ]
        for (reply, kind) in replies {
            var scanner = MemcachedReplyScanner()
            #expect(scanner.scan(array: reply).state == .complete(kind))
        }
        for refusal in MemcachedRefusal.allCases {
            var scanner = MemcachedReplyScanner()
            guard case .complete(let kind) = scanner.scan(text: memcachedText(refusal.reply)).state
            else {
                Issue.record("\(refusal) has no reply")
                continue
            }
            #expect(kind.isError)
        }
    }

    /// Every kind that is no error, with the commands to which it can be the answer.
    @Test(arguments: [
        (MemcachedReplyKind.end, "get gets gat gats stats"), (.reset, "stats"),
        (.metaValue, "mg ma"), (.metaDone, "mg ms md ma"), (.metaEnd, "mg me"),
        (.metaNotFound, "mg ms md ma"), (.metaNotStored, "ms ma"), (.metaExists, "ms md ma"),
        (.metaDebug, "me"),
        (.stored, "set add replace append prepend cas"),
        (.notStored, "set add replace append prepend cas"),
        (.exists, "cas"), (.notFound, "cas incr decr touch delete"), (.deleted, "delete"),
        (.touched, "touch"), (.ok, "verbosity flush_all"), (.number, "incr decr"),
        (.version, "version"), (.other, ""),
    ])
    func knowsWhichCommandsAKindAnswers(kind: MemcachedReplyKind, names: String) {
        let answered = MemcachedCommand.allCases.filter { kind.answers($0) }.map(\.name)

        #expect(answered.joined(separator: " ") == names)
    }

    @Test func errorsAnswerEveryCommand() {
        for command in MemcachedCommand.allCases {
            for kind in MemcachedReplyKind.allCases where kind.isError {
                #expect(kind.answers(command))
            }
        }
    }
}
