import Wire

/// Redis replies, RESP2 and RESP3: the same ends however the bytes arrive, and the ends that a
/// recursive reader finds.
func exercise(_ input: [UInt8]) {
    let pieces = Pieces(input, runLength: (64 << 10) - 16)
    for allowsRESP3 in [false, true] {
        let conversation = meaning(of: pieces) {
            var scanner = RedisReplyScanner(allowsRESP3: allowsRESP3)
            return { bytes in step(scanner.scan(bytes), of: bytes.count) }
        }
        compare(conversation, pieces.stream, allowsRESP3: allowsRESP3)
    }
}

/// A reply's first byte; of none, a wrong one's.
private typealias Kind = UInt8

private func step(_ scan: RedisScan, of count: Int) -> Step<Kind> {
    switch scan.state {
    case .complete: .frame(scan.kind, length: scan.consumed)
    case .incomplete: .more(consumed: scan.consumed, needed: count - scan.consumed + 1)
    case .malformed: .end(scan.kind)
    }
}

private func compare(_ conversation: Conversation<Kind>, _ stream: [UInt8], allowsRESP3: Bool) {
    var start = 0
    for entry in conversation.entries {
        let end = ReferenceRedis.replyEnd(stream, at: start, allowsRESP3: allowsRESP3)
        check(end == entry.end, "ends at \(entry.end), not at \(end ?? -1)")
        check(entry.frame == stream[start], "a wrong kind")
        let length = RedisReply.elementLength(at: start, in: stream.span)
        check(length == entry.end - start, "an element of another length")
        checkReading(Array(stream[start..<entry.end]))
        start = entry.end
    }
    let end = ReferenceRedis.replyEnd(stream, at: start, allowsRESP3: allowsRESP3)
    check(end == nil, "missed a reply's end at \(end ?? -1)")
}

/// What merging reads in a complete reply agrees with its bytes.
private func checkReading(_ reply: [UInt8]) {
    if let number = RedisReply.integer(in: reply.span) {
        check(reply.elementsEqual(":\(number)\r\n".utf8), "not the number \(number)")
    }
    if let (count, headerLength) = RedisReply.arrayHeader(in: reply.span) {
        check(reply.starts(with: "*\(count)\r\n".utf8), "not an array of \(count)")
        check(headerLength == "*\(count)\r\n".utf8.count, "a wrong header")
    }
}
