import Wire

/// Redis requests that would be forwarded, before a real redis-server: it reads each as exactly one
/// command, whose keys are those that the request was routed by.
func exercise(_ input: [UInt8]) {
    let frames = forwarded(Pieces(input, runLength: 256).stream)
    guard !frames.isEmpty else { return }
    var bytes = command(["FLUSHDB"])
    for frame in frames {
        bytes +=
            frame.bytes + sentinel
            + command([Array("COMMAND".utf8), Array("GETKEYS".utf8)] + frame.words)
    }
    server.send(bytes)

    check(reply() == Array("+OK\r\n".utf8), "no FLUSHDB")
    for frame in frames {
        let first = reply()
        let second = reply()
        check(
            second == sentinelReply,
            "\(text(frame.bytes)) got \(text(first)) and then \(text(second))")
        compareKeys(frame, reply())
    }
}

private let server = RealServer("MARTLET_FUZZ_REDIS")

/// A request as a server gets it.
private struct Frame {
    let bytes: [UInt8]
    let words: [[UInt8]]
    let keys: [[UInt8]]
}

/// What a server would get of this stream: at most a dozen requests, since one is as good as many.
private func forwarded(_ stream: [UInt8]) -> [Frame] {
    var frames: [Frame] = []
    var parser = RedisRequestParser()
    var start = 0
    while frames.count < 12 {
        let rest = Array(stream[start...])
        switch parser.parse(rest.span) {
        case .request(let request):
            frames += framesOf(request, Array(rest[..<request.length]))
            start += request.length
        case .inline(let length):
            frames += framesOfLine(Array(rest[..<length]))
            start += length
        case .empty(let length):
            start += length
        case .incomplete, .malformed:
            return frames
        }
    }
    return frames
}

private func framesOfLine(_ line: [UInt8]) -> [Frame] {
    guard let encoded = RedisInline.encode(line.span) else { return [] }
    var parser = RedisRequestParser()
    guard case .request(let request) = parser.parse(encoded.span) else { return [] }
    return framesOf(request, encoded)
}

/// The request, if it is forwarded; if its keys may be on several servers, a part of it, too.
private func framesOf(_ request: RedisRequest, _ bytes: [UInt8]) -> [Frame] {
    guard let command = request.command.command,
        command.accepts(argumentCount: request.argumentCount),
        !isUnfit(command.name, request), let keys = keys(of: request, bytes)
    else { return [] }
    let whole = Frame(bytes: bytes, words: words(of: request, bytes), keys: keys)
    switch command.handling {
    case .forward: return [whole]
    // What waits, watches or concerns a server as a whole is no question to one that all share.
    case .blocking, .watch, .publish, .everywhere, .scan, .subcommands, .onlyServer: return []
    case .mget, .sum: return [whole, part(of: request, bytes, step: 1)]
    case .mset: return [whole, part(of: request, bytes, step: 2)]
    case .anyServer: return [whole]
    case .local, .refused: return []
    }
}

/// Commands that can keep a server busy for ever, or make it say more than it has memory for.
private func isUnfit(_ name: String, _ request: RedisRequest) -> Bool {
    switch name {
    case "eval", "eval_ro": true
    case "srandmember", "hrandfield", "zrandmember": request.argumentCount > 2
    default: false
    }
}

private func words(of request: RedisRequest, _ bytes: [UInt8]) -> [[UInt8]] {
    var cursor = RedisArguments(request)
    var words: [[UInt8]] = []
    while let word = cursor.next(in: bytes.span) { words.append(Array(bytes[word.range])) }
    return words
}

/// Nil if the request gets an error for them.
private func keys(of request: RedisRequest, _ bytes: [UInt8]) -> [[UInt8]]? {
    guard var cursor = try? RedisKeys(request, in: bytes.span) else { return nil }
    var keys: [[UInt8]] = []
    while let key = cursor.next(in: bytes.span) { keys.append(Array(bytes[key.range])) }
    return keys
}

/// What one of several servers gets: every second key, made of the client's own bytes.
private func part(of request: RedisRequest, _ bytes: [UInt8], step: Int) -> Frame {
    var cursor = RedisArguments(request)
    guard let name = cursor.next(in: bytes.span) else { fatalError("a request without a name") }
    var pieces = Array(bytes[name.headerOffset..<name.end])
    var words = [Array(bytes[name.range])]
    var keys: [[UInt8]] = []
    var number = 0
    while let key = cursor.next(in: bytes.span) {
        var end = key.end
        let value = step == 2 ? cursor.next(in: bytes.span) : nil
        if let value { end = value.end }
        defer { number += 1 }
        guard number % 2 == 0 else { continue }
        pieces += bytes[key.headerOffset..<end]
        words.append(Array(bytes[key.range]))
        if let value { words.append(Array(bytes[value.range])) }
        keys.append(Array(bytes[key.range]))
    }
    return Frame(bytes: Array("*\(words.count)\r\n".utf8) + pieces, words: words, keys: keys)
}

/// The server's own opinion on the keys; its order differs for commands that store.
private func compareKeys(_ frame: Frame, _ reply: [UInt8]) {
    guard reply.first == UInt8(ascii: "*") else {
        // Without an opinion where the arguments are wrong, but it knows commands without keys.
        let hasNone = text(reply).contains("no key arguments")
        check(!hasNone || frame.keys.isEmpty, "\(text(frame.bytes)) has no keys")
        return
    }
    guard let (arguments, _) = ReferenceRedis.request(reply[...]) else {
        fatalError("COMMAND GETKEYS says \(text(reply))")
    }
    let keys = arguments.map { Array(reply[$0.offset..<$0.offset + $0.length]) }
    check(sorted(keys) == sorted(frame.keys), "\(text(frame.bytes)) has the keys \(keys.map(text))")
}

private func sorted(_ keys: [[UInt8]]) -> [[UInt8]] {
    keys.sorted { $0.lexicographicallyPrecedes($1) }
}

// MARK: - Words of the protocol

private let sentinelWord = Array("the end of the request".utf8)
private let sentinel = command([Array("ECHO".utf8), sentinelWord])
private let sentinelReply = Array("$\(sentinelWord.count)\r\n".utf8) + sentinelWord + [13, 10]

private func reply() -> [UInt8] {
    server.take { bytes in
        var scanner = RedisReplyScanner()
        let scan = scanner.scan(bytes.span)
        check(scan.state != .malformed, "no reply: \(text(bytes))")
        return scan.state == .complete ? scan.consumed : nil
    }
}

private func command(_ words: [String]) -> [UInt8] { command(words.map { Array($0.utf8) }) }

private func command(_ words: [[UInt8]]) -> [UInt8] {
    words.reduce(into: Array("*\(words.count)\r\n".utf8)) { bytes, word in
        bytes += Array("$\(word.count)\r\n".utf8) + word + [13, 10]
    }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(500), as: UTF8.self) }
