import Wire

/// Redis requests: the same frames however they arrive, and accepted ones read twice alike.
func exercise(_ input: [UInt8]) {
    let pieces = Pieces(input, runLength: (64 << 10) - 16)
    let hasTightLimits = pieces.choice & 1 != 0
    let limits = hasTightLimits ? tightLimits : RedisLimits()
    let conversation = meaning(of: pieces) {
        var parser = RedisRequestParser(limits: limits)
        return { step(parser.parse($0)) }
    }

    var start = 0
    for entry in conversation.entries {
        let frame = pieces.stream[start..<entry.end]
        switch entry.frame {
        case .request(let request):
            check(request.length <= limits.maxRequestLength, "a request above the limit")
            check(request.argumentCount <= limits.maxArguments, "too many arguments")
            compare(request, frame)
        case .inline: checkInline(frame)
        case .empty, .incomplete, .malformed: break
        }
        start = entry.end
    }
    comparePlain(pieces.stream, conversation.entries.map { ($0.frame, $0.end) }, limits)
    let rest = pieces.stream[conversation.position...]
    if case .malformed(let error) = conversation.failure {
        // Redis hangs up on a browser without a word; everyone else is told in one line.
        let message = error.message
        check(message.isEmpty == (error == .crossProtocol), "the wrong one gets no words")
        check(message.isEmpty || message.firstIndex(of: 10) == message.count - 1, "not one line")
    }
    check(hasTightLimits || ReferenceRedis.request(rest) == nil, "a good request was not taken")
}

/// Limits that short inputs reach.
private let tightLimits: RedisLimits = {
    var limits = RedisLimits()
    limits.maxArguments = 6
    limits.maxBulkLength = 24
    limits.maxRequestLength = 64
    limits.maxLineLength = 24
    return limits
}()

private func step(_ parse: RedisParse) -> Step<RedisParse> {
    switch parse {
    case .request(let request): .frame(parse, length: request.length)
    case .empty(let length), .inline(let length): .frame(parse, length: length)
    case .incomplete(let needed): .more(consumed: 0, needed: needed)
    case .malformed: .end(parse)
    }
}

/// Who remembers how requests begin finds the same ones, or none.
private func comparePlain(
    _ stream: [UInt8], _ entries: [(frame: RedisParse, end: Int)], _ limits: RedisLimits
) {
    var parser = RedisPlainParser(limits: limits)
    var run = [RedisKeyedRequest](repeating: RedisKeyedRequest(), count: 4)
    var start = 0
    for entry in entries {
        let found = parser.parse(stream.span.extracting(start..<stream.count))
        check(found.length == 0 || entry.frame == .request(found), "another plain request")
        var places = run.mutableSpan
        let count = parser.parse(stream.span, from: start, into: &places)
        if count > 0 {
            guard case .request(let request) = entry.frame else { fatalError("a run of none") }
            check(run[0].offset == start && run[0].length == request.length, "another frame")
            check(run[0].keyOffset == start + request.firstArgumentOffset, "another key")
            check(run[0].keyLength == request.firstArgumentLength, "a longer key")
            check(run[0].command == request.command, "another command")
            check(run[0].repetition == request.repetition, "another repetition")
        }
        start = entry.end
    }
}

private func compare(_ request: RedisRequest, _ frame: ArraySlice<UInt8>) {
    guard let (expected, length) = ReferenceRedis.request(frame) else {
        fatalError("accepted what is no request")
    }
    check(request.length == length, "length \(request.length), not \(length)")
    check(request.argumentCount == expected.count, "a wrong number of arguments")
    check(request.argumentsOffset == expected[0].header, "a wrong place of the arguments")
    check(request.nameOffset == expected[0].offset, "a wrong place of the name")
    check(request.nameLength == expected[0].length, "a wrong length of the name")
    let first = expected.count > 1 ? expected[1] : .init(header: 0, offset: -1, length: 0)
    check(request.firstArgumentOffset == first.offset, "a wrong place of the first argument")
    check(request.firstArgumentLength == first.length, "a wrong length of the first argument")

    let bytes = Array(frame)
    var cursor = RedisArguments(request)
    for argument in expected {
        check(cursor.next(in: bytes.span).map(Argument.init) == argument, "not \(argument)")
    }
    check(cursor.next(in: bytes.span) == nil, "an argument too many")
    compareKeys(request, bytes, expected)
}

private typealias Argument = ReferenceRedis.Argument

extension Argument {
    fileprivate init(_ argument: RedisArgument) {
        self.init(header: argument.headerOffset, offset: argument.offset, length: argument.length)
    }
}

/// Keys are arguments, in ascending order, and those that the command's page in Redis' manual
/// names.
private func compareKeys(_ request: RedisRequest, _ bytes: [UInt8], _ arguments: [Argument]) {
    guard let command = request.command.command else { return }
    guard command.accepts(argumentCount: arguments.count) else { return }
    let words = arguments.map { bytes[$0.offset..<$0.offset + $0.length] }
    let expected = expectedKeys(of: command.name, words)
    do {
        var cursor = try RedisKeys(request, in: bytes.span)
        var indices: [Int] = []
        while let key = cursor.next(in: bytes.span) {
            guard let index = arguments.firstIndex(of: Argument(key)) else {
                fatalError("a key that is no argument")
            }
            check(index > indices.last ?? 0, "keys out of order")
            indices.append(index)
        }
        check(expected == nil || expected == indices, "keys \(indices) of \(command.name)")
    } catch {
        check(expected == nil, "\(command.name) has keys, and none were found")
    }
}

/// Which arguments are keys, for a few commands of each kind; nil where this does not know.
private func expectedKeys(of name: String, _ words: [ArraySlice<UInt8>]) -> [Int]? {
    switch name {
    case "get", "set", "incr", "hset", "zadd", "expire": return [1]
    case "mget", "del", "exists", "touch", "unlink", "sinter": return Array(1..<words.count)
    case "mset", "msetnx": return Array(stride(from: 1, to: words.count, by: 2))
    case "ping", "echo": return []
    case "rename", "smove", "lmove": return [1, 2]
    case "eval", "evalsha":
        return counted(words, at: 2, from: 0).map { Array(3..<3 + $0) }
    case "zunionstore", "zinterstore":
        return counted(words, at: 2, from: 1).map { [1] + Array(3..<3 + $0) }
    default: return nil
    }
}

/// The small number that the word at `index` says, if so many words follow.
private func counted(_ words: [ArraySlice<UInt8>], at index: Int, from least: Int) -> Int? {
    guard let count = Int(String(decoding: words[index], as: UTF8.self)) else { return nil }
    guard words[index].elementsEqual(String(count).utf8) else { return nil }
    return count >= least && count <= words.count - index - 1 ? count : nil
}

private func checkInline(_ frame: ArraySlice<UInt8>) {
    check(frame.firstIndex(of: 10) == frame.endIndex - 1, "a line that is not one line")
}
