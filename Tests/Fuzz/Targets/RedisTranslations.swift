import Wire

/// Replies of RESP2 in RESP3: whatever shape is expected, one reply becomes one reply, and bytes
/// that are none do no harm.
func exercise(_ input: [UInt8]) {
    var scanner = RedisReplyScanner()
    let scan = scanner.scan(input.span)
    let isReply = scan.state == .complete
    let reply = isReply ? Array(input[..<scan.consumed]) : input
    for shape in shapes {
        let translated = RedisTranslation.inRESP3(reply.span, shape)
        guard isReply else { continue }
        let length = RedisReply.elementLength(at: 0, in: translated.span)
        check(length == translated.count, "one reply became something else")
        let again = RedisTranslation.inRESP3(translated.span, .plain)
        check(again == translated, "there are nulls of RESP2 left")
    }
}

// Made anew each time: the leak detector does not see what an indirect case points to.
private var shapes: [RedisShape] {
    [
        .plain, .double, .verbatim, .array(.double), .array(.array(.double)), .set(.plain),
        .map(.plain), .pairs(.double), .mapOfPairs,
        .tuple([.plain, .array(.tuple([.plain, .double]))]),
        .array(.fields(["a": .array(.map(.plain)), "b": .set(.plain)])),
    ]
}
