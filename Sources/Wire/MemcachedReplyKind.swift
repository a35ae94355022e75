/// How a server's reply ends: the class of its last line.
public enum MemcachedReplyKind: UInt8, Sendable, CaseIterable {
    case end
    case stored
    case notStored
    case exists
    case notFound
    case deleted
    case touched
    case ok
    case number
    case version
    case error
    case clientError
    case serverError
    /// The answer to `stats reset`.
    case reset
    /// VA: a value.
    case metaValue
    /// HD: done, or there is such an item.
    case metaDone
    /// EN: no such item to get.
    case metaEnd
    /// NF: no such item to change.
    case metaNotFound
    /// NS: not stored.
    case metaNotStored
    /// EX: the item has changed.
    case metaExists
    /// ME: what the server knows of an item.
    case metaDebug
    case other

    /// The server could not or would not do what was asked.
    public var isError: Bool {
        self == .error || self == .clientError || self == .serverError
    }

    /// Whether a reply that ends so can be the answer to the command. If not, the server's replies
    /// are out of step with the requests and its connection is of no more use.
    public func answers(_ command: MemcachedCommand) -> Bool {
        switch self {
        case .error, .clientError, .serverError: true
        case .end: command.isRetrieval || command == .stats
        case .stored, .notStored: command.isStorage
        case .exists: command == .cas
        case .notFound: Self.canMiss(command)
        case .deleted: command == .delete
        case .touched: command == .touch
        case .ok: command == .verbosity || command == .flushAll
        case .number: command == .incr || command == .decr
        case .version: command == .version
        case .reset: command == .stats
        case .metaValue, .metaDone, .metaEnd, .metaNotFound, .metaNotStored, .metaExists,
            .metaDebug:
            answersMeta(command)
        case .other: false
        }
    }

    private func answersMeta(_ command: MemcachedCommand) -> Bool {
        switch self {
        case .metaValue: command == .metaGet || command == .metaArithmetic
        case .metaDone, .metaNotFound: command.isMeta && command != .metaDebug
        case .metaEnd: command == .metaGet || command == .metaDebug
        case .metaNotStored: command == .metaSet || command == .metaArithmetic
        case .metaExists:
            command == .metaSet || command == .metaDelete || command == .metaArithmetic
        case .metaDebug: command == .metaDebug
        case .end, .stored, .notStored, .exists, .notFound, .deleted, .touched, .ok, .number,
            .version, .error, .clientError, .serverError, .reset, .other:
            false
        }
    }

    private static func canMiss(_ command: MemcachedCommand) -> Bool {
        switch command {
        case .cas, .incr, .decr, .touch, .delete: true
        case .get, .gets, .gat, .gats, .set, .add, .replace, .append, .prepend, .version,
            .verbosity, .flushAll, .quit, .stats, .metaGet, .metaSet, .metaDelete,
            .metaArithmetic, .metaDebug, .metaNoop:
            false
        }
    }

    /// The class of the line `bytes[start..<end]`, newline excluded.
    init(line bytes: Span<UInt8>, from start: Int, to end: Int) {
        var index = start
        var word: UInt128 = 0
        while index < end, bytes[index] != UInt8(ascii: " ") {
            word = word << 8 | UInt128(bytes[index])
            index += 1
        }
        self = Self.kind(word: word, length: index - start, isWholeLine: index == end)
        if self == .other, Self.isNumber(bytes, from: start, to: index) {
            self = .number
        }
    }

    /// The class of a line by its first word, as the big-endian number that its bytes make: sixteen
    /// of them, more than the longest word has. Errors, the version and meta replies go on after
    /// it; the other words stand alone.
    private static func kind(word: UInt128, length: Int, isWholeLine: Bool) -> MemcachedReplyKind {
        switch (length, word) {
        case (5, 0x45_5252_4f52): .error
        case (12, 0x434c_4945_4e54_5f45_5252_4f52): .clientError
        case (12, 0x5345_5256_4552_5f45_5252_4f52): .serverError
        case (7, 0x56_4552_5349_4f4e): .version
        case (2, 0x4844): .metaDone
        case (2, 0x454e): .metaEnd
        case (2, 0x4e46): .metaNotFound
        case (2, 0x4e53): .metaNotStored
        case (2, 0x4558): .metaExists
        case (2, 0x4d45): .metaDebug
        default: isWholeLine ? lonelyKind(word: word, length: length) : .other
        }
    }

    private static func lonelyKind(word: UInt128, length: Int) -> MemcachedReplyKind {
        switch (length, word) {
        case (3, 0x45_4e44): .end
        case (6, 0x5354_4f52_4544): .stored
        case (10, 0x4e4f_545f_5354_4f52_4544): .notStored
        case (6, 0x4558_4953_5453): .exists
        case (9, 0x4e_4f54_5f46_4f55_4e44): .notFound
        case (7, 0x44_454c_4554_4544): .deleted
        case (7, 0x54_4f55_4348_4544): .touched
        case (2, 0x4f4b): .ok
        case (5, 0x52_4553_4554): .reset
        default: .other
        }
    }

    /// A number may be padded with spaces where it became shorter, so only its word is asked for.
    private static func isNumber(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        MemcachedToken(start: start, end: end).number(in: bytes, upTo: .max) != nil
    }
}
