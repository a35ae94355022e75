/// The commands of memcached's text protocol, the classic and the meta one, that the proxy knows.
///
/// Names are lower-case only: memcached compares them byte by byte.
public enum MemcachedCommand: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case get
    case gets
    case gat
    case gats
    case set
    case add
    case replace
    case append
    case prepend
    case cas
    case incr
    case decr
    case touch
    case delete
    case version
    case verbosity
    case flushAll
    case quit
    case stats
    case metaGet
    case metaSet
    case metaDelete
    case metaArithmetic
    case metaDebug
    case metaNoop

    /// The name on the wire; short enough to need no allocation.
    public var name: String {
        switch self {
        case .get: "get"
        case .gets: "gets"
        case .gat: "gat"
        case .gats: "gats"
        case .set: "set"
        case .add: "add"
        case .replace: "replace"
        case .append: "append"
        case .prepend: "prepend"
        case .cas: "cas"
        case .incr: "incr"
        case .decr: "decr"
        case .touch: "touch"
        case .delete: "delete"
        case .version: "version"
        case .verbosity: "verbosity"
        case .flushAll: "flush_all"
        case .quit: "quit"
        case .stats: "stats"
        case .metaGet: "mg"
        case .metaSet: "ms"
        case .metaDelete: "md"
        case .metaArithmetic: "ma"
        case .metaDebug: "me"
        case .metaNoop: "mn"
        }
    }

    /// Asks for values: one or more keys, answered by VALUE blocks and END.
    public var isRetrieval: Bool {
        switch self {
        case .get, .gets, .gat, .gats: true
        case .set, .add, .replace, .append, .prepend, .cas, .incr, .decr, .touch, .delete,
            .version, .verbosity, .flushAll, .quit, .stats, .metaGet, .metaSet, .metaDelete,
            .metaArithmetic, .metaDebug, .metaNoop:
            false
        }
    }

    /// Asks for values and sets their expiry: the first argument is a time, the keys follow.
    public var isGetAndTouch: Bool {
        self == .gat || self == .gats
    }

    /// One of the meta protocol's commands for a key: the key and flags, answered by one line, or
    /// by VA and one value.
    public var isMeta: Bool {
        switch self {
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug: true
        case .get, .gets, .gat, .gats, .set, .add, .replace, .append, .prepend, .cas, .incr,
            .decr, .touch, .delete, .version, .verbosity, .flushAll, .quit, .stats, .metaNoop:
            false
        }
    }

    /// Carries a data block after its line, and is answered by a word; `metaSet` is not meant.
    public var isStorage: Bool {
        switch self {
        case .set, .add, .replace, .append, .prepend, .cas: true
        case .get, .gets, .gat, .gats, .incr, .decr, .touch, .delete, .version, .verbosity,
            .flushAll, .quit, .stats, .metaGet, .metaSet, .metaDelete, .metaArithmetic,
            .metaDebug, .metaNoop:
            false
        }
    }

    /// Carries a data block after its line, whatever the answer.
    public var hasData: Bool { isStorage || self == .metaSet }

    /// Those that concern servers as a whole rather than keys, and that an operator may disable.
    public static let forServers: [MemcachedCommand] = [.flushAll, .stats, .verbosity]

    /// The command whose name is exactly the token; nil if there is none.
    init?(_ token: MemcachedToken, in bytes: Span<UInt8>) {
        // Longer than the longest name, and bounded before a peer's endless word is read.
        guard token.length <= 9 else { return nil }
        var word: UInt64 = 0
        for index in token.start..<token.end {
            word = word << 8 | UInt64(bytes[index])
        }
        if token.length == 9 {
            self.init(nineLetters: word, first: bytes[token.start])
        } else {
            self.init(word: word)
        }
    }

    /// Names of up to eight letters, as the big-endian number that their bytes make. A NUL in front
    /// does not show in it, but no line with one is taken.
    private init?(word: UInt64) {
        switch word {
        case 0x67_6574: self = .get
        case 0x6765_7473: self = .gets
        case 0x67_6174: self = .gat
        case 0x6761_7473: self = .gats
        case 0x73_6574: self = .set
        case 0x61_6464: self = .add
        case 0x72_6570_6c61_6365: self = .replace
        case 0x6170_7065_6e64: self = .append
        case 0x70_7265_7065_6e64: self = .prepend
        case 0x63_6173: self = .cas
        case 0x696e_6372: self = .incr
        case 0x6465_6372: self = .decr
        case 0x74_6f75_6368: self = .touch
        case 0x6465_6c65_7465: self = .delete
        case 0x76_6572_7369_6f6e: self = .version
        case 0x7175_6974: self = .quit
        case 0x73_7461_7473: self = .stats
        case 0x6d67: self = .metaGet
        case 0x6d73: self = .metaSet
        case 0x6d64: self = .metaDelete
        case 0x6d61: self = .metaArithmetic
        case 0x6d65: self = .metaDebug
        case 0x6d6e: self = .metaNoop
        default: return nil
        }
    }

    /// The two names of nine letters: their first letter has left the number at its top.
    private init?(nineLetters word: UInt64, first: UInt8) {
        switch (first, word) {
        case (UInt8(ascii: "f"), 0x6c75_7368_5f61_6c6c): self = .flushAll
        case (UInt8(ascii: "v"), 0x6572_626f_7369_7479): self = .verbosity
        default: return nil
        }
    }
}
