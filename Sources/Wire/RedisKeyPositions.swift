extension RedisCommand {
    /// Which of a request's arguments are keys. Indices count the command's name as 0.
    public enum KeyPositions: Sendable, Equatable, BitwiseCopyable {
        /// None at all.
        case none
        /// The argument of that index, if the request has so many (OBJECT HELP has no key).
        case one(Int8)
        /// From the first to the last, every step-th; a negative last counts from the end, -1 being
        /// the last argument.
        case range(_ first: Int8, _ last: Int8, _ step: Int8)
        /// As many as the argument of that index says, right behind it.
        case counted(at: Int8, CountRule)
        /// Argument 1, and as many as argument 2 says, right behind it (ZUNIONSTORE).
        case destinationAndCounted
        /// Argument 1, and if it may store, the one behind a STORE option. The keys that it makes
        /// of patterns are not among them (`RedisSortPatterns`).
        case sort(stores: Bool)
        /// Argument 1, and the one behind a STORE or STOREDIST option, which stand from that index
        /// on.
        case storeOption(from: Int8)
        /// The first half of what stands behind the option STREAMS (XREAD).
        case streams
    }

    /// How a command that counts its keys judges the count: Redis' commands differ in rule and
    /// wording.
    public enum CountRule: Sendable, BitwiseCopyable {
        /// EVAL and its kin: 0 or more.
        case script
        /// FCALL: 0 or more, other words for what is no number.
        case function
        /// ZUNION, ZINTER, ZDIFF and their kin: at least one.
        case aggregate
        /// SINTERCARD: at least one.
        case cardinality
        /// LMPOP, ZMPOP: at least one.
        case pop

        func failure(notANumber: Bool) -> RedisKeyError {
            switch self {
            case .script: notANumber ? .notAnInteger : .negativeCount
            case .function: notANumber ? .badCount : .negativeCount
            case .aggregate: notANumber ? .notAnInteger : .noKeys
            case .cardinality, .pop: .countNotPositive
            }
        }

        var smallest: Int {
            switch self {
            case .script, .function: 0
            case .aggregate, .cardinality, .pop: 1
            }
        }

        var tooMany: RedisKeyError {
            switch self {
            case .script, .function, .cardinality: .countTooLarge
            case .aggregate, .pop: .syntax
            }
        }
    }
}

/// Why the keys of a request cannot be told. The client gets the text that Redis would send; its
/// connection stays.
public enum RedisKeyError: Error, Sendable, Equatable {
    /// The number of keys is no integer.
    case notAnInteger
    /// The number of keys is no integer (FCALL).
    case badCount
    /// The number of keys is below zero.
    case negativeCount
    /// The number of keys is zero or below.
    case noKeys
    /// The number of keys is no integer or not above zero.
    case countNotPositive
    /// There are fewer arguments than keys were announced.
    case countTooLarge
    /// The options are wrong, or there are fewer arguments than keys were announced.
    case syntax
    /// XREAD's keys and positions do not pair up.
    case unbalancedStreams

    /// The complete error reply, in Redis' words where Redis has some.
    public func reply(to command: RedisCommand) -> [UInt8] {
        switch self {
        case .notAnInteger: RedisReply.error("ERR value is not an integer or out of range")
        case .badCount: RedisReply.error("ERR Bad number of keys provided")
        case .negativeCount: RedisReply.error("ERR Number of keys can't be negative")
        case .noKeys:
            RedisReply.error("ERR at least 1 input key is needed for '\(command.name)' command")
        case .countNotPositive: RedisReply.error("ERR numkeys should be greater than 0")
        case .countTooLarge:
            RedisReply.error("ERR Number of keys can't be greater than number of args")
        case .syntax: RedisReply.error("ERR syntax error")
        case .unbalancedStreams:
            // Redis 7.0 says XREAD to XREADGROUP as well.
            RedisReply.error(
                "ERR Unbalanced XREAD list of streams: "
                    + "for each stream key an ID or '$' must be specified.")
        }
    }
}
