internal import Wire

/// What sort of request it is, to the statistics of latency: few and fixed, for both protocols.
public enum CommandClass: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    /// It changes nothing and went to one server: Redis' read-only commands, memcached's `get`,
    /// `gets`, `gat`, `gats` and `mg`.
    case read
    /// It may change data and went to one server: Redis' writes, memcached's storage commands,
    /// `incr`, `decr`, `touch` and `delete`, `ms`, `md` and `ma`.
    case write
    /// It went to several servers in parts, such as an MGET, or memcached's `get` of several keys.
    case split
    /// All else: scripts, functions, transactions, and what any server may answer.
    case other

    /// How the statistics name it.
    public var name: String {
        switch self {
        case .read: "read"
        case .write: "write"
        case .split: "split"
        case .other: "other"
        }
    }
}

extension RedisCommand {
    /// The class of a request that goes to one server.
    @inline(__always)
    var commandClass: CommandClass { isReadOnly ? .read : isWrite ? .write : .other }

    /// The same for a command whose keys are not just its first argument, which may be a script.
    var commandClassOfAny: CommandClass {
        switch keys {
        case .counted(_, .script), .counted(_, .function): .other
        case .none, .one, .range, .counted, .destinationAndCounted, .sort, .storeOption,
            .streams:
            commandClass
        }
    }
}

extension MemcachedCommand {
    /// The class of a request that goes to one server.
    var commandClass: CommandClass {
        switch self {
        case .get, .gets, .gat, .gats, .metaGet: .read
        case .set, .add, .replace, .append, .prepend, .cas, .incr, .decr, .touch, .delete,
            .metaSet, .metaDelete, .metaArithmetic:
            .write
        case .version, .verbosity, .flushAll, .quit, .stats, .metaDebug, .metaNoop: .other
        }
    }
}
