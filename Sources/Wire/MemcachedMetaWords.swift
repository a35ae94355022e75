/// The words of a meta command's line:
///
///     mg <key> <flag>*            ms <key> <length> <flag>*
///
/// memcached tells flags by their first letter, whatever follows it. The proxy looks at two: `q`,
/// which decides whether there will be an answer, and `b`, which decides what the key is. All
/// others are between the client and its server.
struct MemcachedMetaWords {
    /// What `ms` may have; at more, memcached refuses the line and reads the data as commands.
    private static let mostFlagsOfSet = 16

    /// The key; of length 0 if there is none.
    let key: MemcachedToken

    /// The length of the data of a `ms`; of length 0 if there is none, and for all others.
    let dataLength: MemcachedToken

    private var quiet = MemcachedToken(start: 0, end: 0)
    private var isBase64 = false
    private var flagCount = 0
    private var hasDuplicates = false

    /// Reads the rest of the line.
    init(_ command: MemcachedCommand, _ line: inout MemcachedLineCursor, _ bytes: Span<UInt8>) {
        key = line.next(in: bytes)
        dataLength =
            command == .metaSet && key.length > 0
            ? line.next(in: bytes) : MemcachedToken(start: 0, end: 0)
        while true {
            let flag = line.next(in: bytes)
            guard flag.length > 0 else { return }
            flagCount += 1
            note(flag, letter: bytes[flag.start])
        }
    }

    private mutating func note(_ flag: MemcachedToken, letter: UInt8) {
        switch letter {
        case UInt8(ascii: "q"):
            if quiet.length > 0 { hasDuplicates = true }
            quiet = flag
        case UInt8(ascii: "b"):
            if isBase64 { hasDuplicates = true }
            isBase64 = true
        default: break
        }
    }

    /// Why the line must not go to a server, beyond the length of its data; nil if it may.
    func refusal(
        of command: MemcachedCommand, in bytes: Span<UInt8>, limits: MemcachedLimits
    ) -> MemcachedRefusal? {
        if key.length == 0 { return command == .metaDebug ? .badCommandLine : .error }
        if key.length > limits.maxKeyLength { return .badCommandLine }
        if command == .metaSet && flagCount > Self.mostFlagsOfSet { return .tooManyFlags }
        // A server that got one of two `q` flags would be as silent as with both.
        if hasDuplicates { return .duplicateFlag }
        if isBase64 && Base64.decodedLength(bytes.extracting(key.start..<key.end)) == nil {
            return .badBase64
        }
        return nil
    }

    /// Notes the key and what the flags say.
    func describe(_ request: inout MemcachedRequest) {
        request.keyOffset = key.start
        request.keyLength = key.length
        request.keyCount = 1
        request.hasNoreply = quiet.length > 0
        request.hasBase64Key = isBase64
        request.wordOffset = UInt16(quiet.start)
        request.wordLength = UInt16(quiet.length)
        request.noreplyOffset = request.lineLength - 2
    }
}
