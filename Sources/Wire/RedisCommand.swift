/// What the proxy knows about one Redis command: a line of `RedisCommand.table`.
///
/// The parser names a request's command by `ID`; all else is looked up here. Plain data to the
/// bottom: of a table of anything else the compiler copies all 13 KB to read one line.
public struct RedisCommand: Sendable, BitwiseCopyable {
    /// The name in lower case.
    ///
    /// A literal, like all else in a line, so that the compiler can lay out the whole table.
    private let staticName: StaticString
    /// Arguments including the name: exactly that many, or if negative, at least that many.
    public let arity: Int8
    /// Which arguments are keys.
    public let keys: KeyPositions
    /// What the proxy does with it.
    public let handling: Handling
    let flags: Flags
    /// What a second run of a write would do.
    let repeating: Repeating

    @inline(__always)
    init(
        _ name: StaticString, _ arity: Int8, _ keys: KeyPositions, _ handling: Handling,
        _ flags: Flags = .none, _ repeating: Repeating = .never
    ) {
        staticName = name
        self.arity = arity
        self.keys = keys
        self.handling = handling
        self.flags = flags
        self.repeating = repeating
    }

    /// The name in lower case. Allocates; for messages only.
    public var name: String { staticName.description }

    fileprivate var packedName: RedisName { RedisName(stringLiteral: name) }

    /// It may change data, so it belongs to a primary.
    public var isWrite: Bool { flags.contains(.write) }

    /// It changes nothing, so a replica may answer it and running it again does no harm.
    public var isReadOnly: Bool { flags.contains(.readonly) }

    /// Whether the proxy serves it, if perhaps not all of its subcommands.
    public var isServed: Bool {
        if case .refused = handling { false } else { true }
    }

    /// Whether `RedisSubcommand` knows its subcommands, some of which are refused.
    public var hasSubcommands: Bool { flags.contains(.subcommands) }

    /// Whether a request of that many arguments, the name included, has the right number of them.
    /// For MSET and MSETNX that means that keys and values pair up, which Redis reports in the same
    /// words.
    public func accepts(argumentCount: Int) -> Bool {
        if case .range(_, _, 2) = keys, argumentCount % 2 == 0 { return false }
        return arity >= 0 ? argumentCount == Int(arity) : argumentCount >= -Int(arity)
    }

    /// What the proxy does with a command.
    public enum Handling: Sendable, Equatable, BitwiseCopyable {
        /// Goes to the one server that holds all its keys.
        case forward
        /// The same, over a connection of the client's own, since it may wait there for ever.
        case blocking
        /// WATCH: to the keys' server, over a connection of the client's own until EXEC.
        case watch
        /// PUBLISH: to the server that the channel's name hashes to.
        case publish
        /// MGET: one value for each key, from each key's server, in the order of the keys.
        case mget
        /// MSET: each pair to its key's server, one OK.
        case mset
        /// DEL, EXISTS, TOUCH, UNLINK: the integers of the keys' servers are added up.
        case sum
        /// The proxy answers by itself.
        case local(LocalCommand)
        /// To every server.
        case everywhere(RedisGathering)
        /// SCAN: to the server that its cursor names.
        case scan
        /// Its subcommands go their own ways (`RedisSubcommand.table`).
        case subcommands
        /// Has no key and any server's answer will do.
        case anyServer
        /// To the server, if it is the only one; among several none can answer for all.
        case onlyServer(RedisRefusal)
        /// Redis knows it, the proxy does not serve it.
        case refused(RedisRefusal)
    }

    /// The commands that the proxy answers by itself.
    public enum LocalCommand: Sendable, BitwiseCopyable {
        case ping, echo, quit, auth, command, select, hello, client, multi,
            exec, discard, reset, role, time, config, unwatch, subscribe, patternSubscribe,
            shardSubscribe, unsubscribe, patternUnsubscribe, shardUnsubscribe
    }

    /// The part of Redis' own command flags that matters here.
    ///
    /// No `OptionSet`: the compiler does not see through its array literals, and the table would be
    /// made at run time.
    struct Flags: Sendable, BitwiseCopyable {
        let rawValue: UInt8

        static let none = Flags(rawValue: 0)
        static let write = Flags(rawValue: 1)
        static let readonly = Flags(rawValue: 2)
        static let denyoom = Flags(rawValue: 4)
        static let fast = Flags(rawValue: 8)
        /// Not one of Redis': its subcommands are in a table of their own.
        static let subcommands = Flags(rawValue: 16)

        /// The flags of both.
        static func | (one: Flags, other: Flags) -> Flags {
            Flags(rawValue: one.rawValue | other.rawValue)
        }

        func contains(_ flag: Flags) -> Bool { rawValue & flag.rawValue != 0 }
    }

    // MARK: - Finding a command

    /// A line of the command table, and the little of it that nearly all requests need to be known
    /// by: looking the line up takes 40 instructions. One word, since it is copied three times a
    /// request: as five fields it takes 20 instructions more.
    public struct ID: Sendable, Equatable, BitwiseCopyable {
        /// The line, its arity above it, then the flags.
        private let word: UInt32

        private static let arityShift: UInt32 = 16
        private static let oneKeyFlag: UInt32 = 1 << 24
        private static let readOnlyFlag: UInt32 = 1 << 25
        private static let optionsFlag: UInt32 = 1 << 26
        private static let repetitionShift: UInt32 = 30

        /// The line's place in the table.
        var rawValue: UInt16 { UInt16(truncatingIfNeeded: word) }
        /// As in the line; 0 for an unknown command.
        var arity: Int8 { Int8(truncatingIfNeeded: word &>> Self.arityShift) }
        /// Whether its one key is the first argument, and its server gets it as it is.
        var hasOneKey: Bool { word & Self.oneKeyFlag != 0 }
        /// Whether it changes nothing.
        public var isReadOnly: Bool { word & Self.readOnlyFlag != 0 }
        /// What running it a second time would do, if it has no options that make it another one.
        var repetition: RedisRepetition {
            RedisRepetition(rawValue: UInt8(truncatingIfNeeded: word &>> Self.repetitionShift))
                ?? .again
        }
        /// Whether it can have such options.
        var hasOptions: Bool { word & Self.optionsFlag != 0 }

        /// A name that the table does not have.
        public static var unknown: ID {
            ID(
                word: UInt32(UInt16.max)
                    | UInt32(RedisRepetition.again.rawValue) &<< repetitionShift)
        }

        private init(word: UInt32) { self.word = word }

        fileprivate init(line: Int) {
            let command = RedisCommand.table[line]
            // A name alone has no argument.
            let hasOneKey =
                command.keys == .one(1) && command.handling == .forward
                && !command.accepts(argumentCount: 1)
            word =
                UInt32(UInt16(line))
                | UInt32(UInt8(bitPattern: command.arity)) &<< Self.arityShift
                | (hasOneKey ? Self.oneKeyFlag : 0)
                | (command.isReadOnly ? Self.readOnlyFlag : 0)
                | (command.repeating.hasOptions ? Self.optionsFlag : 0)
                | UInt32(command.repetition.rawValue) &<< Self.repetitionShift
        }

        /// The line itself; nil for an unknown command.
        public var command: RedisCommand? {
            self == .unknown ? nil : RedisCommand.table[Int(rawValue)]
        }
    }

    /// The command of that name in whatever case, `.unknown` if there is none.
    public static func find(_ name: Span<UInt8>) -> ID {
        find(name, at: 0, length: name.count)
    }

    static func find(_ bytes: Span<UInt8>, at offset: Int, length: Int) -> ID {
        index.find(bytes, at: offset, length: length)
    }

    /// All names. Each parser keeps it, which spares it the `swift_once` of every access here.
    static let index = Index()

    /// The table's names, hashed, with linear probing.
    ///
    /// Half of the slots stay empty, so a probe soon ends; a slot is 32 bytes and holds the whole
    /// name, so that a hit usually costs one cache line.
    struct Index: Sendable {
        private struct Slot {
            let name: RedisName
            let id: ID
        }

        /// 512 slots for 240 commands.
        private static let bits: UInt64 = 9
        private static let mask = 1 << Int(bits) - 1
        private var slots: [Slot]

        init() {
            precondition(RedisCommand.table.count <= Self.mask / 2 + 1)
            slots = Array(repeating: Slot(name: "", id: .unknown), count: Self.mask + 1)
            for line in RedisCommand.table.indices {
                let name = RedisCommand.table[line].packedName
                var at = Self.home(of: name)
                while slots[at].id != .unknown { at = (at + 1) & Self.mask }
                slots[at] = Slot(name: name, id: ID(line: line))
            }
        }

        /// The command whose name is there. Short names, with eight bytes to load, are found
        /// without a call.
        @inline(__always)
        func find(_ bytes: Span<UInt8>, at offset: Int, length: Int) -> ID {
            guard length > 0, length <= 8, let word = ByteScanner.word(at: offset, in: bytes)
            else { return findAny(bytes, at: offset, length: length) }
            return find(RedisName(word: word, length: length))
        }

        @inline(never)
        func findAny(_ bytes: Span<UInt8>, at offset: Int, length: Int) -> ID {
            guard length <= RedisName.maxLength else { return .unknown }
            return find(RedisName(bytes, at: offset, length: length))
        }

        /// The command whose name are the first `length` bytes of a word, 1 to 8; the others are
        /// zero.
        @inline(never)
        func find(_ letters: UInt64, length: Int) -> ID {
            find(RedisName(word: letters, length: length))
        }

        @inline(__always)
        private func find(_ name: RedisName) -> ID {
            var at = Self.home(of: name)
            while slots[at].id != .unknown {
                if slots[at].name == name { return slots[at].id }
                at = (at &+ 1) & Self.mask
            }
            return .unknown
        }

        private static func home(of name: RedisName) -> Int {
            Int(truncatingIfNeeded: name.hash &>> (64 - bits))
        }
    }
}
