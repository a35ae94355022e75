import Wire

/// Memcached requests: the same frames however they arrive, and accepted ones are a single command
/// to any server.
func exercise(_ input: [UInt8]) {
    let pieces = Pieces(input, runLength: MemcachedLimits.serverLineLength - 16)
    let limits = pieces.choice & 1 == 0 ? MemcachedLimits() : tightLimits
    let conversation = meaning(of: pieces) {
        var parser = MemcachedRequestParser(limits: limits)
        return { step(parser.parse($0)) }
    }

    var start = 0
    for entry in conversation.entries {
        if case .request(let request) = entry.frame {
            let frame = Array(pieces.stream[start..<entry.end])
            checkOneCommand(request, frame, limits)
            checkAnswered(request, frame, limits)
        }
        start = entry.end
    }
}

/// Limits that short inputs reach.
private let tightLimits = MemcachedLimits(maxKeyLength: 8, maxLineLength: 2080, maxValueLength: 6)

/// What the parser said, comparable.
private enum Frame: Equatable {
    case request(Request)
    case refused(MemcachedRefusal, isSilent: Bool)
    case malformed(MemcachedRefusal)
}

private struct Request: Equatable {
    let command: MemcachedCommand
    let hasNoreply: Bool
    let keyOffset: Int
    let keyLength: Int
    let keyCount: Int
    let exptimeOffset: Int
    let exptimeLength: Int
    let noreplyOffset: Int
    let hasBase64Key: Bool
    let quietFlag: Range<Int>
    let lineLength: Int
    let dataLength: Int
    let keys: MemcachedKeys

    init(_ request: MemcachedRequest) {
        command = request.command
        hasNoreply = request.hasNoreply
        keyOffset = request.keyOffset
        keyLength = request.keyLength
        keyCount = request.keyCount
        exptimeOffset = request.exptimeOffset
        exptimeLength = request.exptimeLength
        noreplyOffset = request.noreplyOffset
        hasBase64Key = request.hasBase64Key
        quietFlag = request.quietFlag
        lineLength = request.lineLength
        dataLength = request.dataLength
        keys = MemcachedKeys(request)
    }

    /// Everything but `keys`, which follow from it.
    private var fields: [Int] {
        [
            Int(command.rawValue), hasNoreply ? 1 : 0, keyOffset, keyLength, keyCount,
            exptimeOffset, exptimeLength, noreplyOffset, lineLength, dataLength,
            hasBase64Key ? 1 : 0, quietFlag.lowerBound, quietFlag.upperBound,
        ]
    }

    static func == (one: Request, other: Request) -> Bool { one.fields == other.fields }
}

private func step(_ parse: MemcachedParse) -> Step<Frame> {
    switch parse {
    case .request(let request): .frame(.request(Request(request)), length: request.length)
    case .refused(let length, let refusal, let isSilent):
        .frame(.refused(refusal, isSilent: isSilent), length: length)
    case .incomplete(let needed): .more(consumed: 0, needed: needed)
    case .malformed(let refusal): .end(.malformed(refusal))
    }
}

/// The frame is one line of the command's own words, and a data block if it announces one.
private func checkOneCommand(_ request: Request, _ frame: [UInt8], _ limits: MemcachedLimits) {
    check(frame.count == request.lineLength + request.dataLength, "a wrong length")
    let line = frame[..<(request.lineLength - 2)]
    check(frame[line.endIndex...].starts(with: [13, 10]), "the line does not end in CRLF")
    check(!line.contains { $0 < 32 || $0 == 127 }, "a control character in the line")
    check(request.dataLength == 0 || frame.suffix(2) == [13, 10], "the data does not end in CRLF")

    let lineLimit =
        request.keyCount > 1 ? limits.maxLineLength : MemcachedLimits.serverLineLength
    check(line.count < lineLimit, "a line longer than the server or the limit takes")

    let words = line.split(separator: 32)
    check(words[0].elementsEqual(request.command.name.utf8), "not the command that it says")
    check((request.dataLength > 0) == request.command.hasData, "data where none belongs")
    if request.command.hasData {
        let place = request.command == .metaSet ? 2 : 4
        let length = String(decoding: words[place], as: UTF8.self)
        check(Int(length) == request.dataLength - 2, "not the length \(length)")
        check(request.dataLength - 2 <= limits.maxValueLength, "a value above the limit")
    }
    if request.command.isMeta {
        checkFlags(request, words.dropFirst(request.command == .metaSet ? 3 : 2))
    } else if ![.version, .metaNoop, .stats].contains(request.command),
        !request.command.isRetrieval
    {
        // `delete noreply` is about a key of that name.
        let isQuiet = words.last == noreply && words.count > (request.command == .delete ? 2 : 1)
        check(isQuiet == request.hasNoreply, "noreply where none was said, or none where it was")
    }
    checkKeys(request, words, frame, limits)
}

/// One `q` at most, and the base64 that is said to be one.
private func checkFlags(_ request: Request, _ flags: ArraySlice<ArraySlice<UInt8>>) {
    let quiet = flags.filter { $0.first == UInt8(ascii: "q") }
    check(quiet.count <= 1, "two quiet flags")
    check(request.hasNoreply == (quiet.count == 1), "quiet, and not, or the other way")
    if let flag = quiet.first {
        check(request.quietFlag == flag.startIndex..<flag.endIndex, "the quiet flag is elsewhere")
    }
    let base64 = flags.filter { $0.first == UInt8(ascii: "b") }
    check(base64.count == (request.hasBase64Key ? 1 : 0), "base64, and not, or the other way")
}

private let noreply = ArraySlice("noreply".utf8)

private func checkKeys(
    _ request: Request, _ words: [ArraySlice<UInt8>], _ frame: [UInt8], _ limits: MemcachedLimits
) {
    let expected: ArraySlice<ArraySlice<UInt8>>
    switch request.command {
    case .get, .gets: expected = words[1...]
    case .gat, .gats:
        expected = words[2...]
        check(words[1].startIndex == request.exptimeOffset, "a wrong place of the time")
        check(words[1].count == request.exptimeLength, "a wrong length of the time")
    case .version, .verbosity, .flushAll, .quit, .stats, .metaNoop: expected = []
    case .set, .add, .replace, .append, .prepend, .cas, .incr, .decr, .touch, .delete, .metaGet,
        .metaSet, .metaDelete, .metaArithmetic, .metaDebug:
        expected = words[1...1]
    }
    check(expected.count == request.keyCount, "\(request.keyCount) keys, not \(expected.count)")
    check(expected.first?.count ?? 0 == request.keyLength, "a wrong length of the first key")
    check(expected.first?.startIndex ?? 0 == request.keyOffset, "a wrong place of the first key")
    var keys = request.keys
    for word in expected {
        guard let key = keys.next(in: frame.span) else { fatalError("a key too few") }
        check(key.offset == word.startIndex, "a key elsewhere")
        check(key.length == word.count, "a key of another length")
        check(key.length <= limits.maxKeyLength, "a key above the limit")
    }
    check(keys.next(in: frame.span) == nil, "a key too many")
}

/// Up to `noreplyOffset`, CRLF and the data are the same request with an answer.
private func checkAnswered(_ request: Request, _ frame: [UInt8], _ limits: MemcachedLimits) {
    if request.command.isMeta { return checkLoud(request, frame, limits) }
    let kept = frame[..<request.noreplyOffset]
    let answered = Array(kept + [13, 10] + frame[request.lineLength...])
    var parser = MemcachedRequestParser(limits: limits)
    guard case .request(let again) = parser.parse(answered.span) else {
        fatalError("no request without noreply")
    }
    check(again.length == answered.count, "without noreply more than one request")
    check(!again.hasNoreply, "noreply is still there")
    check(again.command == request.command, "without noreply another command")
    check(again.keyCount == request.keyCount, "without noreply other keys")
    check(again.keyOffset == request.keyOffset, "without noreply another key")
    check(again.keyLength == request.keyLength, "without noreply another key")
    check(again.exptimeOffset == request.exptimeOffset, "without noreply another time")
    check(again.dataLength == request.dataLength, "without noreply other data")
    check(again.noreplyOffset == request.noreplyOffset, "without noreply another end of words")
}

/// Without its quiet flag a meta command is the same request with an answer.
private func checkLoud(_ request: Request, _ frame: [UInt8], _ limits: MemcachedLimits) {
    let loud = Array(
        frame[..<request.quietFlag.lowerBound] + frame[request.quietFlag.upperBound...])
    var parser = MemcachedRequestParser(limits: limits)
    guard case .request(let again) = parser.parse(loud.span) else {
        fatalError("no request without the quiet flag")
    }
    check(again.length == loud.count, "without the quiet flag more than one request")
    check(!again.hasNoreply, "the quiet flag is still there")
    check(again.command == request.command, "without the quiet flag another command")
    check(again.keyOffset == request.keyOffset, "without the quiet flag another key")
    check(again.keyLength == request.keyLength, "without the quiet flag another key")
    check(again.hasBase64Key == request.hasBase64Key, "without the quiet flag another key")
    check(again.dataLength == request.dataLength, "without the quiet flag other data")
}
