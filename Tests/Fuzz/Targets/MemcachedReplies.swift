import Wire

/// Memcached replies: the same values and ends however the bytes arrive, and those that a plain
/// reader of lines finds.
func exercise(_ input: [UInt8]) {
    // A run brings a VALUE line near its limit of 2 KiB, or any other near its 64 KiB.
    let isShort = input.count > 1 && input[input.count - 2] & 1 == 0
    let pieces = Pieces(input, runLength: (isShort ? 2 << 10 : 64 << 10) - 16)
    let conversation = meaning(of: pieces) {
        var scanner = MemcachedReplyScanner()
        return { bytes in step(scanner.scan(bytes), of: bytes) }
    }

    checkPassing(pieces.stream, conversation)

    var start = 0
    var dataLength: Int?
    for entry in conversation.entries {
        if let dataLength {
            start += dataLength
            let end = pieces.stream[start...].prefix(2)
            check(end.elementsEqual([13, 10]), "a value's data does not end in CRLF")
            start += 2
        }
        if entry.frame == .complete(.metaValue) {
            checkMetaValue(pieces.stream[start..<entry.end])
            dataLength = nil
            start = entry.end
            continue
        }
        let line = pieces.stream[start..<entry.end]
        check(line.suffix(2).elementsEqual([13, 10]), "a line without CRLF")
        check(line.firstIndex(of: 10) == entry.end - 1, "more than one line")
        dataLength = checkLine(line.dropLast(2), entry.frame)
        start = entry.end
    }
}

/// Whoever passes over the VALUEs that have come whole sees the same values and ends.
private func checkPassing(_ stream: [UInt8], _ conversation: Conversation<Frame>) {
    var scanner = MemcachedReplyScanner()
    var frames: [Frame] = []
    var at = 0
    reading: while at < stream.count {
        let key = key(in: stream, at: at)
        if !key.isEmpty, scanner.isBetweenValues {
            let length = MemcachedReplyScanner.plainValue(
                at: at, keyLength: key.count, in: stream.span)
            if length > 0 {
                scanner.passedValues()
                frames.append(.value(key: Array(key)))
                at += length
                continue
            }
        }
        let rest = stream.span.extracting(at..<stream.count)
        let scan = scanner.scan(rest)
        switch step(scan, of: rest) {
        case .frame(let frame, let length):
            frames.append(frame)
            at += length
        case .more, .end: break reading
        }
    }
    check(frames == conversation.entries.map(\.frame), "passed over: \(frames)")
}

/// The key of a VALUE line that stands at an offset, if a client may ask for it.
private func key(in stream: [UInt8], at offset: Int) -> ArraySlice<UInt8> {
    let key = stream[offset...].dropFirst(6).prefix { $0 > 32 && $0 != 127 }
    return key.count <= 250 ? key : []
}

private enum Frame: Equatable {
    case value(key: [UInt8])
    case statistic
    case complete(MemcachedReplyKind)
    case malformed
}

private func step(_ scan: MemcachedScan, of bytes: Span<UInt8>) -> Step<Frame> {
    switch scan.state {
    case .value(let offset, let length):
        check(offset + length <= scan.consumed, "a key that is not consumed")
        let key = (offset..<offset + length).map { bytes[$0] }
        return .frame(.value(key: key), length: scan.consumed)
    case .statistic: return .frame(.statistic, length: scan.consumed)
    case .complete(let kind): return .frame(.complete(kind), length: scan.consumed)
    case .incomplete:
        return .more(consumed: scan.consumed, needed: bytes.count - scan.consumed + 1)
    case .malformed: return .end(.malformed)
    }
}

/// Checks what the scanner said about a line, and returns the bytes of data that follow it; nil if
/// it ends the reply.
private func checkLine(_ line: ArraySlice<UInt8>, _ frame: Frame) -> Int? {
    let words = line.split(separator: 32)
    switch frame {
    case .value(let key):
        check(words.count == 4 || words.count == 5, "a VALUE line of \(words.count) words")
        check(words[0].elementsEqual("VALUE".utf8), "a value without VALUE")
        check(words[1] == key[...], "another key")
        check(!line.contains { $0 < 32 || $0 == 127 }, "a control character in a VALUE line")
        return Int(String(decoding: words[3], as: UTF8.self))
    case .statistic:
        check(line.starts(with: "STAT ".utf8) && line.count > 5, "a statistic without STAT")
        // Another line follows, whatever its kind.
        return nil
    case .complete(let kind):
        check(expectedKind(of: line) == kind, "\(kind) is not what the line says")
        return nil
    case .malformed:
        fatalError("a frame cannot be malformed")
    }
}

/// A reply that is one line and its data.
private func checkMetaValue(_ reply: ArraySlice<UInt8>) {
    let line = reply.prefix { $0 != 10 }
    check(line.last == 13, "a VA line without CRLF")
    let words = line.dropLast().split(separator: 32)
    check(words[0].elementsEqual("VA".utf8), "a meta value without VA")
    let length = Int(String(decoding: words[1], as: UTF8.self)) ?? -1
    check(reply.count == line.count + 1 + length + 2, "another length of the value")
    check(reply.suffix(2).elementsEqual([13, 10]), "a meta value does not end in CRLF")
}

/// Lines that stand alone.
private let kinds: [[UInt8]: MemcachedReplyKind] = [
    Array("END".utf8): .end, Array("STORED".utf8): .stored, Array("NOT_STORED".utf8): .notStored,
    Array("EXISTS".utf8): .exists, Array("NOT_FOUND".utf8): .notFound,
    Array("DELETED".utf8): .deleted, Array("TOUCHED".utf8): .touched, Array("OK".utf8): .ok,
    Array("RESET".utf8): .reset,
]

/// Words behind which the line goes on.
private let openKinds: [[UInt8]: MemcachedReplyKind] = [
    Array("ERROR".utf8): .error, Array("CLIENT_ERROR".utf8): .clientError,
    Array("SERVER_ERROR".utf8): .serverError, Array("VERSION".utf8): .version,
    Array("HD".utf8): .metaDone, Array("EN".utf8): .metaEnd, Array("NF".utf8): .metaNotFound,
    Array("NS".utf8): .metaNotStored, Array("EX".utf8): .metaExists, Array("ME".utf8): .metaDebug,
]

private func expectedKind(of line: ArraySlice<UInt8>) -> MemcachedReplyKind {
    let word = Array(line.prefix { $0 != 32 })
    if let kind = openKinds[word] ?? kinds[Array(line)] { return kind }
    let isNumber = word.allSatisfy { (48...57).contains($0) }
    return isNumber && UInt64(String(decoding: word, as: UTF8.self)) != nil ? .number : .other
}
