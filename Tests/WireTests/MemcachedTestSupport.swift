@testable import Wire

/// What a parser said, comparable and with its offsets turned into text.
enum MemcachedFrame: Equatable {
    case request(String)
    case refused(length: Int, String, isSilent: Bool)
    case malformed(String)
    case incomplete

    init(_ parse: MemcachedParse, of bytes: [UInt8]) {
        switch parse {
        case .request(let request): self = .request(Self.describe(request, in: bytes))
        case .refused(let length, let refusal, let isSilent):
            self = .refused(length: length, memcachedLine(refusal.reply), isSilent: isSilent)
        case .malformed(let refusal): self = .malformed(memcachedLine(refusal.reply))
        case .incomplete: self = .incomplete
        }
    }

    /// `name keys… +data !time quiet /kept`, with only those parts that the request has.
    private static func describe(_ request: MemcachedRequest, in bytes: [UInt8]) -> String {
        var words = [request.command.name]
        var keys = MemcachedKeys(request)
        while let key = keys.next(in: bytes.span) {
            words.append(memcachedText(bytes[key.offset..<key.offset + key.length]))
        }
        if request.dataLength > 0 {
            words.append(
                "+" + memcachedText(bytes[request.lineLength..<request.length].dropLast(2)))
        }
        if request.exptimeLength > 0 {
            let end = request.exptimeOffset + request.exptimeLength
            words.append("!" + memcachedText(bytes[request.exptimeOffset..<end]))
        }
        if request.hasNoreply { words.append("quiet") }
        if request.hasBase64Key { words.append("base64") }
        if !request.quietFlag.isEmpty {
            words.append("-" + memcachedText(bytes[request.quietFlag]))
        }
        words.append("/" + memcachedText(bytes[..<request.noreplyOffset]))
        return words.joined(separator: " ")
    }
}

/// Bytes as text, high bytes replaced.
func memcachedText(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
}

/// A reply's line without its CRLF.
func memcachedLine(_ reply: [UInt8]) -> String {
    memcachedText(reply.dropLast(2))
}

/// Parses one request that arrives whole.
func memcachedParse(_ text: String, limits: MemcachedLimits = .init()) -> MemcachedFrame {
    var parser = MemcachedRequestParser(limits: limits)
    let bytes = Array(text.utf8)
    return MemcachedFrame(parser.parse(bytes.span), of: bytes)
}

/// Parses one request that arrives in two pieces, once for every place of the cut.
func memcachedParseInPieces(
    _ text: String, limits: MemcachedLimits = .init()
) -> [MemcachedFrame] {
    let bytes = Array(text.utf8)
    return (0...bytes.count).map { cut in
        var parser = MemcachedRequestParser(limits: limits)
        let first = parser.parse(bytes.span.extracting(..<cut))
        guard case .incomplete(let needed) = first else { return MemcachedFrame(first, of: bytes) }
        guard needed > cut, needed <= bytes.count else { return .incomplete }
        return MemcachedFrame(parser.parse(bytes.span), of: bytes)
    }
}

/// Parses a stream of requests that arrives in pieces of the given lengths, over and over.
func memcachedFrames(_ stream: [UInt8], pieces: [Int]) -> [MemcachedFrame] {
    var parser = MemcachedRequestParser()
    var frames: [MemcachedFrame] = []
    var start = 0
    var end = 0
    var turn = 0
    while start < stream.count {
        let bytes = Array(stream[start..<end])
        let parse = parser.parse(bytes.span)
        switch parse {
        case .incomplete:
            if end == stream.count { return frames + [.incomplete] }
            end = min(stream.count, end + pieces[turn % pieces.count])
            turn += 1
        case .request(let request):
            frames.append(MemcachedFrame(parse, of: bytes))
            start += request.length
        case .refused(let length, _, _):
            frames.append(MemcachedFrame(parse, of: bytes))
            start += length
            end = max(start, end)
        case .malformed:
            return frames + [MemcachedFrame(parse, of: bytes)]
        }
    }
    return frames
}

/// What a scanner said about a whole stream of replies: keys and kinds in order.
enum MemcachedEvent: Equatable {
    case value(String)
    case statistic
    case complete(MemcachedReplyKind)
    case malformed
    case incomplete
}

/// Scans a stream of replies that arrives in pieces of the given lengths, over and over.
func memcachedEvents(_ stream: [UInt8], pieces: [Int]) -> [MemcachedEvent] {
    var scanner = MemcachedReplyScanner()
    var events: [MemcachedEvent] = []
    var start = 0
    var end = 0
    var turn = 0
    while true {
        let bytes = Array(stream[start..<end])
        let scan = scanner.scan(bytes.span)
        start += scan.consumed
        switch scan.state {
        case .value(let offset, let length):
            events.append(.value(memcachedText(bytes[offset..<offset + length])))
        case .statistic:
            events.append(.statistic)
        case .complete(let kind):
            events.append(.complete(kind))
            if start == stream.count { return events }
        case .malformed:
            return events + [.malformed]
        case .incomplete:
            if end == stream.count { return events + [.incomplete] }
            end = min(stream.count, end + pieces[turn % pieces.count])
            turn += 1
        }
    }
}

/// The VALUE block at an offset: a span cannot pass through an expectation.
func memcachedValue(at offset: Int, in bytes: [UInt8]) -> MemcachedValue? {
    MemcachedValue(at: offset, in: bytes.span)
}

extension MemcachedReplyScanner {
    /// Scans a text.
    mutating func scan(text: String) -> MemcachedScan {
        scan(array: Array(text.utf8))
    }

    /// Scans the bytes of an array: a span cannot pass through an expectation.
    mutating func scan(array: [UInt8]) -> MemcachedScan {
        scan(array.span)
    }
}

/// A generator whose sequence is fixed by its seed (SplitMix64, Steele, Lea and Flood 2014).
struct MemcachedRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
