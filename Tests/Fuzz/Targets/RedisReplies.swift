import Wire

/// Redis replies, RESP2 and RESP3: the same ends however the bytes arrive, and the ends that a
/// recursive reader finds.
func exercise(_ input: [UInt8]) {
    let pieces = Pieces(input, runLength: (64 << 10) - 16)
    for allowsRESP3 in [false, true] {
        let conversation = meaning(of: pieces) {
            var scanner = RedisReplyScanner(allowsRESP3: allowsRESP3)
            let lengths = RedisElementLengths()
            return { bytes in
                let scan = scanner.scan(bytes, noting: lengths)
                checkLengths(lengths, scan, bytes)
                return step(scan, of: bytes.count)
            }
        }
        compare(conversation, pieces.stream, allowsRESP3: allowsRESP3)
    }
}

/// What is known of the elements is so, and only of an array that was shown whole.
private func checkLengths(
    _ lengths: RedisElementLengths, _ scan: RedisScan, _ bytes: Span<UInt8>
) {
    guard scan.kind == UInt8(ascii: "*"), lengths.count > 0 else { return }
    check(scan.state == .complete, "elements of a part of an array are known")
    check(lengths.replyLength == scan.consumed, "elements of another array are known")
    let header = RedisReply.arrayHeader(in: bytes)
    check(header?.count == lengths.count, "another number of elements")
    check(header?.headerLength == lengths.headerLength, "another header")
    var at = lengths.headerLength
    for index in 0..<lengths.count {
        let length = Int(lengths[index])
        check(
            RedisReply.elementLength(at: at, in: bytes) == length, "an element of another length")
        at += length
    }
    check(at == scan.consumed, "elements that do not fill the array")
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
