import Testing
import Wire

@Suite struct MemcachedMetaReplyTests {
    @Test func readsAValueAndItsFlags() throws {
        let bytes = Array("VA 5 f4294967295 kfoo c18446744073709551615 t-1 O7\r\nhello\r\n".utf8)

        let reply = try #require(metaReply(bytes))

        #expect(reply.kind == .metaValue)
        #expect(memcachedText(bytes[reply.value]) == "hello")
        #expect(reply.itemFlags == 4_294_967_295)
        #expect(reply.unique == .max)
    }

    @Test(arguments: [
        ("HD\r\n", MemcachedReplyKind.metaDone, 0), ("HD c5\r\n", .metaDone, 5),
        ("EN\r\n", .metaEnd, 0), ("NF O1\r\n", .metaNotFound, 0), ("EX c0\r\n", .metaExists, 0),
        ("NS\r\n", .metaNotStored, 0), ("CLIENT_ERROR c5\r\n", .clientError, 0),
        ("SERVER_ERROR x\r\n", .serverError, 0),
    ])
    func readsALine(text: String, kind: MemcachedReplyKind, unique: UInt64) throws {
        let bytes = Array(text.utf8)

        let reply = try #require(metaReply(bytes))

        #expect(reply.kind == kind)
        #expect(reply.unique == unique)
        #expect(reply.value.isEmpty)
    }

    /// As memcached 1.6.18 does: what is expected is hidden, and nothing else.
    @Test func quietCommandsHideOneAnswerEach() throws {
        for command in MemcachedCommand.allCases where command.isMeta {
            for word in ["HD", "EN", "NF", "NS", "EX", "ERROR"] {
                let bytes = Array("\(word)\r\n".utf8)
                let reply = try #require(metaReply(bytes))
                let isHidden = reply.isHidden(from: command)
                switch command {
                case .metaGet: #expect(isHidden == (word == "EN"))
                case .metaDebug: #expect(!isHidden)
                default: #expect(isHidden == (word == "HD"))
                }
            }
        }
    }
}

/// A span cannot pass through an expectation.
private func metaReply(_ bytes: [UInt8]) -> MemcachedMetaReply? { MemcachedMetaReply(bytes.span) }
