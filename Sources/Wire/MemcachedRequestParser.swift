/// What the parser found at the start of the bytes.
public enum MemcachedParse: Sendable {
    /// A request, complete, to be forwarded as it is.
    case request(MemcachedRequest)

    /// A bad request whose end is known: skip `length` bytes, some of which may still have to
    /// arrive, and answer with the refusal. A silent one said `noreply` and gets no answer.
    case refused(length: Int, MemcachedRefusal, isSilent: Bool)

    /// The request goes on: it has at least `needed` bytes in all.
    case incomplete(needed: Int)

    /// The next request cannot be found: answer with the refusal and close.
    case malformed(MemcachedRefusal)
}

/// Finds the requests of a client that speaks memcached's text protocol.
///
/// Bytes always start at a request's first byte. After `.incomplete` they start with the same bytes
/// again, and more; after anything else the parser is fresh. A line that arrives in pieces is
/// searched for its end once and read when it is there; a data block is not looked at until its
/// CRLF has come.
///
/// What passes is sent on a connection that other clients share, so a server must find in it
/// exactly one command. Hence the parser is stricter than memcached where that one is lax: no
/// control characters in lines, no line that ends in a LF alone, no signs or overflow in numbers,
/// no words too many. Where memcached refuses the line of a storage command it reads the data block
/// as commands; here the block is skipped if its length is known.
public struct MemcachedRequestParser: Sendable {
    /// The first byte of a binary protocol request, which is not spoken here.
    private static let binaryMagic: UInt8 = 0x80

    private let limits: MemcachedLimits

    /// So many bytes of the line were searched and have no newline.
    private var searched = 0

    /// A line is read and its data block is still arriving.
    private var awaitsData = false

    /// The request that awaits its data; left over otherwise, so that nothing is copied to forget
    /// it.
    private var pending = MemcachedRequest(.set)

    /// A parser for one client.
    public init(limits: MemcachedLimits = .init()) {
        self.limits = limits
    }

    /// Reads one request from its first byte.
    public mutating func parse(_ bytes: Span<UInt8>) -> MemcachedParse {
        if awaitsData {
            return finish(pending, in: bytes)
        }
        let request = parsePlain(bytes)
        return request.length > 0 ? .request(request) : parseLine(bytes)
    }

    /// The request whose line was read and whose data block is not complete; nil if there is none.
    public var unfinished: MemcachedRequest? { awaitsData ? pending : nil }

    /// Leaves the unfinished request to somebody else: the next bytes begin a new one.
    public mutating func forget() { awaitsData = false }

    // MARK: - The whole request at once

    /// A `get` of one key, or a `set`, in its plainest form, that has arrived in full; one of
    /// length 0 is anything else, for `parse` to tell what. Nearly all requests are read here.
    public func parsePlain(_ bytes: Span<UInt8>) -> MemcachedRequest {
        let keyOffset = 4
        guard !awaitsData, searched == 0, let word = ByteScanner.word(at: 0, in: bytes) else {
            return MemcachedRequest(.get)
        }
        let name = UInt32(truncatingIfNeeded: word)
        // "get ", "set ".
        guard name == 0x2074_6567 || name == 0x2074_6573 else { return MemcachedRequest(.get) }
        let keyEnd = ByteScanner.printableEnd(from: keyOffset, in: bytes)
        guard keyEnd > keyOffset, keyEnd &- keyOffset <= limits.maxKeyLength,
            keyEnd <= bytes.count &- 2
        else { return MemcachedRequest(.get) }
        if name == 0x2074_6567 {
            guard ByteScanner.isLineEnd(at: keyEnd, in: bytes) else {
                return MemcachedRequest(.get)
            }
            return MemcachedRequest(getKeyFrom: keyOffset, to: keyEnd)
        }
        let data = plainData(behindKey: keyEnd, in: bytes)
        guard data.end > 0 else { return MemcachedRequest(.get) }
        return MemcachedRequest(
            setKeyFrom: keyOffset, to: keyEnd, lineEnd: data.end, dataLength: data.value)
    }

    /// What follows the key of a plain `set`, ` <flags> <exptime> <length>` and CRLF, with short
    /// numbers and one space between the words, and the data in full: the length, and where its
    /// line ends; -1 for anything else.
    @inline(__always)
    private func plainData(behindKey keyEnd: Int, in bytes: Span<UInt8>) -> ByteScanner.DecimalLine
    {
        guard bytes[keyEnd] == UInt8(ascii: " ") else { return .none }
        let flags = ByteScanner.shortNumber(at: keyEnd &+ 1, in: bytes)
        guard flags.end > 0, bytes[flags.end] == UInt8(ascii: " ") else { return .none }
        let exptime = ByteScanner.shortNumber(at: flags.end &+ 1, in: bytes)
        guard exptime.end > 0, bytes[exptime.end] == UInt8(ascii: " ") else { return .none }
        let data = ByteScanner.shortNumber(at: exptime.end &+ 1, in: bytes)
        guard data.end > 0, data.value <= limits.maxValueLength, data.end < bytes.count &- 1,
            ByteScanner.isLineEnd(at: data.end, in: bytes)
        else { return .none }
        let end = data.end &+ 2 &+ data.value
        guard end <= bytes.count &- 2, ByteScanner.isLineEnd(at: end, in: bytes) else {
            return .none
        }
        return data
    }

    // MARK: - Lines

    /// Reads a line of any kind, once it is whole.
    private mutating func parseLine(_ bytes: Span<UInt8>) -> MemcachedParse {
        if searched > 0, !findsNewline(in: bytes) {
            return awaitLine(in: bytes)
        }
        var line = MemcachedLineCursor()
        let command = readName(of: &line, in: bytes)
        if let command, command.isRetrieval {
            return parseRetrieval(command, &line, bytes)
        }
        if let command, command.isMeta { return parseMeta(command, &line, bytes) }
        return parseShort(command, &line, bytes)
    }

    /// Whether the newline is among the bytes that came since the last search.
    private mutating func findsNewline(in bytes: Span<UInt8>) -> Bool {
        for index in searched..<bytes.count where bytes[index] == UInt8(ascii: "\n") {
            searched = 0
            return true
        }
        searched = bytes.count
        return false
    }

    /// The answer while the line has no newline yet.
    private mutating func awaitLine(in bytes: Span<UInt8>) -> MemcachedParse {
        searched = bytes.count
        if bytes.count > 0, bytes[0] == Self.binaryMagic {
            return malformed(.error)
        }
        if bytes.count > MemcachedLimits.serverLineLength {
            var line = MemcachedLineCursor()
            let command = readName(of: &line, in: bytes)
            let limit = lineLimit(of: command)
            if bytes.count > limit { return malformed(.lineTooLong) }
        }
        return .incomplete(needed: bytes.count + 1)
    }

    /// Only a line that may name many keys may be longer than a server takes in one line.
    private func lineLimit(of command: MemcachedCommand?) -> Int {
        guard let command, command.isRetrieval else { return MemcachedLimits.serverLineLength }
        return max(limits.maxLineLength, MemcachedLimits.serverLineLength)
    }

    private func readName(
        of line: inout MemcachedLineCursor, in bytes: Span<UInt8>
    ) -> MemcachedCommand? {
        let name = line.next(in: bytes)
        guard name.start <= MemcachedLimits.leadingSpaces else { return nil }
        return MemcachedCommand(name, in: bytes)
    }

    private mutating func malformed(_ refusal: MemcachedRefusal) -> MemcachedParse {
        searched = 0
        return .malformed(refusal)
    }

    // MARK: - Retrieval

    /// `get <key>+`, `gat <exptime> <key>+`: any number of keys, so none is kept but the first.
    private mutating func parseRetrieval(
        _ command: MemcachedCommand, _ line: inout MemcachedLineCursor, _ bytes: Span<UInt8>
    ) -> MemcachedParse {
        var request = MemcachedRequest(command)
        var hasGoodExptime = true
        if command.isGetAndTouch {
            let exptime = line.next(in: bytes)
            hasGoodExptime = exptime.isExptime(in: bytes)
            request.exptimeOffset = exptime.start
            request.exptimeLength = exptime.length
        }
        let longestKey = readKeys(of: &request, &line, bytes)
        guard let lineLength = line.lineLength(in: bytes) else { return awaitLine(in: bytes) }
        request.lineLength = lineLength

        guard lineLength <= lineLimit(of: command) + 1 else { return malformed(.lineTooLong) }
        if line.endsBare(in: bytes) { return malformed(.badCommandLine) }
        if request.keyCount == 0 { return refused(request, .error) }
        if line.hasControl { return refused(request, .badCommandLine) }
        if !hasGoodExptime { return refused(request, .invalidExptime) }
        if longestKey > limits.maxKeyLength { return refused(request, .badCommandLine) }
        if request.keyCount > limits.maxKeys { return refused(request, .tooManyKeys) }
        // One key and nothing but spaces: there is no way to split it for the server.
        if request.keyCount == 1, lineLength > MemcachedLimits.serverLineLength + 1 {
            return refused(request, .lineTooLong)
        }
        return .request(request)
    }

    /// Counts the keys, notes the first, and returns the length of the longest.
    private func readKeys(
        of request: inout MemcachedRequest, _ line: inout MemcachedLineCursor,
        _ bytes: Span<UInt8>
    ) -> Int {
        let first = line.next(in: bytes)
        guard first.length > 0 else { return 0 }
        request.keyOffset = first.start
        request.keyLength = first.length

        var longest = first.length
        var count = 1
        var end = first.end
        while true {
            let key = line.next(in: bytes)
            guard key.length > 0 else { break }
            count += 1
            end = key.end
            longest = max(longest, key.length)
        }
        request.keyCount = count
        request.noreplyOffset = end
        return longest
    }

    private func refused(
        _ request: MemcachedRequest, _ refusal: MemcachedRefusal, isSilent: Bool = false
    ) -> MemcachedParse {
        .refused(length: request.length, refusal, isSilent: isSilent)
    }

    // MARK: - Everything else

    /// A line of few words: they are kept, counted, and only then looked at, as memcached does.
    private mutating func parseShort(
        _ command: MemcachedCommand?, _ line: inout MemcachedLineCursor, _ bytes: Span<UInt8>
    ) -> MemcachedParse {
        let arguments = MemcachedArguments(&line, bytes)
        guard let lineLength = line.lineLength(in: bytes) else { return awaitLine(in: bytes) }
        guard bytes[0] != Self.binaryMagic else { return malformed(.error) }
        guard lineLength <= MemcachedLimits.serverLineLength + 1 else {
            return malformed(.lineTooLong)
        }
        if line.endsBare(in: bytes) { return malformed(.badCommandLine) }
        guard let command, arguments.fit(command, in: bytes) else {
            let isAdministrative = command == nil && MemcachedAdministration.names(bytes)
            return .refused(
                length: lineLength, isAdministrative ? .administrative : .error, isSilent: false)
        }

        var request = MemcachedRequest(command)
        request.lineLength = lineLength
        let isSilent = arguments.mute(command, in: bytes)
        if command.isStorage {
            return parseStorage(request, arguments, line.hasControl, isSilent, bytes)
        }
        if line.hasControl {
            return refused(request, .badCommandLine, isSilent: isSilent)
        }
        if let refusal = arguments.refusal(of: command, in: bytes, limits: limits) {
            return refused(request, refusal, isSilent: isSilent)
        }
        arguments.describe(&request, hasNoreply: isSilent, in: bytes)
        return .request(request)
    }

    /// A storage line, good or bad, and as much of its data block as there is.
    private mutating func parseStorage(
        _ line: MemcachedRequest, _ arguments: MemcachedArguments, _ hasControl: Bool,
        _ isSilent: Bool, _ bytes: Span<UInt8>
    ) -> MemcachedParse {
        var request = line
        let dataToken = arguments.dataLength
        let countable = UInt64(MemcachedLimits.countableValueLength)
        guard let dataLength = dataToken.number(in: bytes, upTo: countable) else {
            // A block too long to count hides the next request; without a number there is none.
            if dataToken.isDigits(in: bytes) { return malformed(.badCommandLine) }
            return refused(request, .badCommandLine, isSilent: isSilent)
        }
        request.dataLength = Int(dataLength) + 2

        let refusal = arguments.refusal(of: request.command, in: bytes, limits: limits)
        if hasControl || refusal != nil {
            return refused(request, .badCommandLine, isSilent: isSilent)
        }
        if Int(dataLength) > limits.maxValueLength {
            return refused(request, .tooLarge, isSilent: isSilent)
        }
        arguments.describe(&request, hasNoreply: isSilent, in: bytes)
        return finish(request, in: bytes)
    }

    // MARK: - Meta commands

    /// `mg <key> <flag>*` and its like, `ms <key> <length> <flag>*` with its data.
    private mutating func parseMeta(
        _ command: MemcachedCommand, _ line: inout MemcachedLineCursor, _ bytes: Span<UInt8>
    ) -> MemcachedParse {
        let words = MemcachedMetaWords(command, &line, bytes)
        guard let lineLength = line.lineLength(in: bytes) else { return awaitLine(in: bytes) }
        guard lineLength <= MemcachedLimits.serverLineLength + 1 else {
            return malformed(.lineTooLong)
        }
        if line.endsBare(in: bytes) { return malformed(.badCommandLine) }

        var request = MemcachedRequest(command)
        request.lineLength = lineLength
        if command == .metaSet {
            let countable = UInt64(MemcachedLimits.countableValueLength)
            guard let dataLength = words.dataLength.number(in: bytes, upTo: countable) else {
                // As for the other storage commands.
                if words.dataLength.isDigits(in: bytes) { return malformed(.badCommandLine) }
                return refused(request, words.key.length > 0 ? .badCommandLine : .error)
            }
            request.dataLength = Int(dataLength) + 2
        }
        if line.hasControl { return refused(request, .badCommandLine) }
        if let refusal = words.refusal(of: command, in: bytes, limits: limits) {
            return refused(request, refusal)
        }
        words.describe(&request)
        return command == .metaSet ? finishSet(request, in: bytes) : .request(request)
    }

    private mutating func finishSet(
        _ request: MemcachedRequest, in bytes: Span<UInt8>
    ) -> MemcachedParse {
        guard request.dataLength - 2 <= limits.maxValueLength else {
            return refused(request, .tooLarge)
        }
        return finish(request, in: bytes)
    }

    // MARK: - Data

    /// Takes a storage request once its data block is there and ends in CRLF.
    private mutating func finish(
        _ request: MemcachedRequest, in bytes: Span<UInt8>
    ) -> MemcachedParse {
        let length = request.length
        guard bytes.count >= length else {
            pending = request
            awaitsData = true
            return .incomplete(needed: length)
        }
        awaitsData = false
        guard bytes[length - 2] == UInt8(ascii: "\r"), bytes[length - 1] == UInt8(ascii: "\n")
        else {
            // As memcached does: go on behind the block, wherever that is for the client.
            // A meta command's `q` does not hide errors.
            let isSilent = request.hasNoreply && request.command.isStorage
            return refused(request, .badDataChunk, isSilent: isSilent)
        }
        return .request(request)
    }
}
