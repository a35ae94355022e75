import Wire

/// Memcached's binary requests: the same frames however they arrive, and what is forwarded of each
/// is one meta command about its key, with its value.
func exercise(_ input: [UInt8]) {
    let pieces = Pieces(input, runLength: 256)
    let limits =
        pieces.choice & 1 == 0
        ? MemcachedLimits() : MemcachedLimits(maxKeyLength: 8, maxValueLength: 6)
    let conversation = meaning(of: pieces) { { step(MemcachedBinaryParse.read($0, limits)) } }

    var start = 0
    for entry in conversation.entries {
        if case .request(let request) = entry.frame {
            checkForwarded(request.value, Array(pieces.stream[start..<entry.end]), limits)
        }
        start = entry.end
    }
}

/// What the parser said, comparable.
private enum Frame: Equatable {
    case request(Request)
    case refused(UInt8, MemcachedBinaryStatus)
    case malformed(UInt8, MemcachedBinaryStatus)
    case noRequest
}

private struct Request: Equatable {
    let value: MemcachedBinaryRequest

    static func == (one: Request, other: Request) -> Bool {
        one.value.header.opcode == other.value.header.opcode
            && one.value.header.opaque == other.value.header.opaque
            && one.value.key == other.value.key && one.value.value == other.value.value
    }
}

private func step(_ parse: MemcachedBinaryParse) -> Step<Frame> {
    switch parse {
    case .request(let request): .frame(.request(Request(value: request)), length: request.length)
    case .refused(let length, let header, let status):
        .frame(.refused(header.opcode, status), length: length)
    case .incomplete(let needed): .more(consumed: 0, needed: needed)
    case .malformed(let header, let status): .end(.malformed(header.opcode, status))
    case .noRequest: .end(.noRequest)
    }
}

private func checkForwarded(
    _ request: MemcachedBinaryRequest, _ frame: [UInt8], _ limits: MemcachedLimits
) {
    check(request.length == frame.count, "a wrong length")
    check(request.key.count <= limits.maxKeyLength, "a key above the limit")
    check(request.value.count <= limits.maxValueLength, "a value above the limit")
    guard request.operation.command.isMeta else { return }

    var line: [UInt8] = []
    guard request.writeLine(of: frame.span, to: &line) else {
        check(request.key.count > 186, "a key that could be written")
        return
    }
    let hasData = request.operation.command == .metaSet
    let bytes = hasData ? line + frame[request.value] + [13, 10] : line
    var parser = MemcachedRequestParser()
    guard case .request(let meta) = parser.parse(bytes.span) else {
        fatalError("\(String(decoding: line, as: UTF8.self)) is no request")
    }
    check(meta.length == bytes.count, "more than one request")
    check(meta.command == request.operation.command, "another command")
    check(!meta.hasNoreply, "one that may not be answered")
    let key = Array(bytes[meta.keyOffset..<meta.keyOffset + meta.keyLength])
    var decoded: [UInt8] = []
    if meta.hasBase64Key { Base64.decode(key.span, to: &decoded) } else { decoded = key }
    check(decoded == Array(frame[request.key]), "another key")
}
