import Wire

/// Inline commands: what `RedisInline` makes of a line is one request with the words that Redis
/// would split it into.
func exercise(_ input: [UInt8]) {
    let words = ReferenceRedis.words(text(of: input))
    guard let encoded = RedisInline.encode(input.span) else {
        check(words == nil, "refused the words \(words ?? [])")
        return
    }
    guard let words else { fatalError("took quotes that do not pair up") }
    guard !words.isEmpty else {
        check(encoded.isEmpty, "made a request of nothing")
        return
    }

    var parser = RedisRequestParser()
    guard case .request(let request) = parser.parse(encoded.span) else {
        fatalError("what was encoded is no request")
    }
    check(request.length == encoded.count, "more than one request")
    var cursor = RedisArguments(request)
    for word in words {
        let argument = cursor.next(in: encoded.span)
        check(argument.map { encoded[$0.range] == word[...] } ?? false, "not the word \(word)")
    }
    check(cursor.next(in: encoded.span) == nil, "a word too many")
}

/// The line without its LF or CRLF.
private func text(of line: [UInt8]) -> ArraySlice<UInt8> {
    var text = line[...]
    if text.last == 10 { text.removeLast() }
    if text.last == 13 { text.removeLast() }
    return text
}
