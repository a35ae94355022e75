import Wire

/// Memcached requests that would be forwarded, before a real memcached: it reads each as exactly
/// one command, about the keys that the request was routed by.
func exercise(_ input: [UInt8]) {
    for frame in forwarded(Pieces(input, runLength: 256).stream) {
        for key in frame.keys { prepare(key) }
        server.send(frame.bytes + sentinel)
        let (values, kind) = reply(to: frame)
        check(line() == Array("MN\r\n".utf8), "\(text(frame.bytes)) got more than one reply")
        check(kind.answers(frame.command), "\(kind) is no answer to \(text(frame.bytes))")
        compareKeys(frame, values, kind)
    }
}

private let server = RealServer("MARTLET_FUZZ_MEMCACHED")

/// Meta no-op: the proxy answers it itself, so its answer comes from nobody else.
private let sentinel = Array("mn\r\n".utf8)

/// A request as a server gets it.
private struct Frame {
    let command: MemcachedCommand
    let bytes: [UInt8]
    let keys: [[UInt8]]
}

/// What servers would get of this stream, at most a dozen requests.
private func forwarded(_ stream: [UInt8]) -> [Frame] {
    var frames: [Frame] = []
    var parser = MemcachedRequestParser()
    var start = 0
    while frames.count < 12 {
        let rest = Array(stream[start...])
        switch parser.parse(rest.span) {
        case .request(let request):
            frames += framesOf(request, Array(rest[..<request.length]))
            start += request.length
        case .refused(let length, _, _):
            guard start + length <= stream.count else { return frames }
            start += length
        case .incomplete, .malformed:
            return frames
        }
    }
    return frames
}

/// The request without its noreply; if its keys may be on several servers, a part of it, too.
private func framesOf(_ request: MemcachedRequest, _ bytes: [UInt8]) -> [Frame] {
    var cursor = MemcachedKeys(request)
    var keys: [[UInt8]] = []
    var part = request.keyCount > 0 ? head(of: request, bytes) : []
    var partKeys: [[UInt8]] = []
    while let key = cursor.next(in: bytes.span) {
        keys.append(Array(bytes[key.offset..<key.offset + key.length]))
        guard keys.count % 2 == 1 else { continue }
        // The space before the key is the request's own.
        part += bytes[key.offset - 1..<key.offset + key.length]
        partKeys.append(keys[keys.count - 1])
    }
    switch request.command {
    // The proxy answers these, or asks what it likes.
    case .quit, .stats, .metaNoop:
        return []
    case .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug:
        let loud = bytes[..<request.quietFlag.lowerBound] + bytes[request.quietFlag.upperBound...]
        return [
            Frame(
                command: request.command, bytes: Array(loud),
                keys: request.hasBase64Key ? [] : keys)
        ]
    case .get, .gets, .gat, .gats:
        // Longer lines than a server takes are split.
        guard request.lineLength <= MemcachedLimits.serverLineLength else { return [] }
        return [
            Frame(command: request.command, bytes: bytes, keys: keys),
            Frame(command: request.command, bytes: part + [13, 10], keys: partKeys),
        ]
    case .set, .add, .replace, .append, .prepend, .cas, .incr, .decr, .touch, .delete, .version,
        .flushAll, .verbosity:
        let answered =
            request.hasNoreply
            ? bytes[..<request.noreplyOffset] + [13, 10] + bytes[request.lineLength...] : bytes[...]
        return [Frame(command: request.command, bytes: Array(answered), keys: keys)]
    }
}

/// The command, and the time of gat and gats, without the spaces that follow.
private func head(of request: MemcachedRequest, _ bytes: [UInt8]) -> [UInt8] {
    var end = request.keyOffset
    while bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
    return Array(bytes[..<end])
}

/// Makes the key known to the server, so that a command about it shows.
private func prepare(_ key: [UInt8]) {
    // What an earlier flush_all had in mind for later is forgotten by one that is now.
    server.send(Array("set ".utf8) + key + Array(" 0 0 1\r\n1\r\n".utf8))
    check(line() == Array("STORED\r\n".utf8), "cannot set \(text(key))")
}

private func compareKeys(_ frame: Frame, _ values: [[UInt8]], _ kind: MemcachedReplyKind) {
    switch frame.command {
    case .get, .gets:
        check(values == frame.keys, "\(text(frame.bytes)) got the values of \(values.map(text))")
    case .gat, .gats:
        // A time in the past has the first of two like keys end before the second is read.
        check(values.allSatisfy(frame.keys.contains), "a VALUE for another key")
        check(values.first == frame.keys.first, "no VALUE for the first key")
    case .incr, .decr, .touch, .delete, .replace, .append, .prepend, .cas:
        check(kind != .notFound, "\(text(frame.bytes)) is about another key")
    case .add:
        check(kind != .stored, "\(text(frame.bytes)) is about another key")
    case .set:
        check(kind != .stored || isStored(frame), "\(text(frame.bytes)) is about another key")
    case .flushAll:
        // One with a delay would make items vanish later.
        server.send(Array("flush_all\r\n".utf8))
        check(line() == Array("OK\r\n".utf8), "no flush_all")
    case .verbosity:
        server.send(Array("verbosity 0\r\n".utf8))
        check(line() == Array("OK\r\n".utf8), "no verbosity")
    case .metaGet, .metaDelete, .metaArithmetic, .metaDebug:
        // A key in base64 was not made known.
        check(
            frame.keys.isEmpty || (kind != .metaEnd && kind != .metaNotFound),
            "\(text(frame.bytes)) is about another key")
    case .version, .quit, .stats, .metaSet, .metaNoop:
        break
    }
}

/// Whether the key now has the request's value; true also if it has none, since it may be meant to
/// end at once.
private func isStored(_ frame: Frame) -> Bool {
    server.send(Array("get ".utf8) + frame.keys[0] + [13, 10])
    let head = line()
    guard head.starts(with: "VALUE ".utf8) else { return head == Array("END\r\n".utf8) }
    let length = head.dropLast(2).split(separator: 32).last.flatMap { Int(text(Array($0))) } ?? 0
    let body = server.take { $0.count >= length + 7 ? length + 7 : nil }
    return frame.bytes.suffix(length + 2) == body.prefix(length + 2)
        && body.suffix(5) == Array("END\r\n".utf8)
}

// MARK: - Replies

/// One reply: the keys of its values, and how it ended.
private func reply(to frame: Frame) -> (values: [[UInt8]], kind: MemcachedReplyKind) {
    var scanner = MemcachedReplyScanner()
    var values: [[UInt8]] = []
    while true {
        var found: MemcachedReplyKind?
        let piece = server.take { bytes in
            guard !bytes.isEmpty else { return nil }
            let scan = scanner.scan(bytes.span)
            switch scan.state {
            case .value(let offset, let length):
                values.append(Array(bytes[offset..<offset + length]))
            case .statistic: fatalError("\(text(frame.bytes)) got \(text(bytes))")
            case .complete(let kind): found = kind
            case .incomplete: if scan.consumed == 0 { return nil }
            case .malformed: fatalError("\(text(frame.bytes)) got \(text(bytes))")
            }
            return scan.consumed
        }
        if let found { return (values, found) }
        check(!piece.isEmpty, "nothing was read")
    }
}

private func line() -> [UInt8] {
    server.take { bytes in bytes.firstIndex(of: 10).map { $0 + 1 } }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(500), as: UTF8.self) }
