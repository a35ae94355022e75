/// What it would do to run a request a second time, when nobody knows whether the first time
/// happened.
///
/// In the order of trust: whoever repeats a class repeats those before it too.
public enum RedisRepetition: UInt8, Sendable, BitwiseCopyable, Comparable {
    /// It changes nothing.
    case reads
    /// It leaves the same data and says the same: SET.
    case same
    /// It leaves the same data but may say something else: DEL of what the first run deleted.
    case sameData
    /// It does it again: INCR, LPUSH; and scripts, of which nobody knows.
    case again

    /// Orders by trust.
    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

extension RedisCommand {
    /// What the table says of a write.
    enum Repeating: Sendable, BitwiseCopyable {
        case never
        case same
        case sameData
        /// SET: without NX, XX and GET.
        case plainSet
        /// ZADD, GEOADD: without options, which begin with a letter where a number would be.
        case plainAdd

        var hasOptions: Bool { self == .plainSet || self == .plainAdd }
    }

    /// What running it a second time would do without such options.
    var repetition: RedisRepetition {
        if flags.contains(.readonly) { return .reads }
        return switch repeating {
        case .never: .again
        case .same, .plainSet: .same
        case .sameData, .plainAdd: .sameData
        }
    }
}

extension RedisRequest {
    /// What running it a second time would do; nil if that is for its arguments to tell.
    public var repetition: RedisRepetition? {
        // One with as few arguments as can be has no options.
        command.hasOptions && argumentCount &+ Int(command.arity) != 0 ? nil : command.repetition
    }

    /// What running it a second time would do.
    ///
    /// Options that make a command look at what is there, such as SET's NX, and those that add to
    /// it, such as ZADD's INCR, count as running it again.
    public func repetition(in frame: Span<UInt8>) -> RedisRepetition {
        if let repetition { return repetition }
        let isPlain =
            switch command.command?.repeating {
            case .plainSet: isPlainSet(in: frame)
            case .plainAdd: isPlainAdd(in: frame)
            case .never, .same, .sameData, nil: true
            }
        return isPlain ? command.repetition : .again
    }

    private func isPlainSet(in frame: Span<UInt8>) -> Bool {
        var arguments = RedisArguments(behindNameOf: self)
        _ = arguments.next(in: frame)
        _ = arguments.next(in: frame)
        while let option = arguments.next(in: frame) {
            let name = RedisName(frame, at: option.offset, length: min(option.length, 8))
            if name == "nx" || name == "xx" || name == "get" { return false }
        }
        return true
    }

    private func isPlainAdd(in frame: Span<UInt8>) -> Bool {
        var arguments = RedisArguments(behindNameOf: self)
        _ = arguments.next(in: frame)
        guard let first = arguments.next(in: frame), first.length > 0 else { return false }
        return frame[first.offset] < UInt8(ascii: ":")
    }
}

extension RedisReply {
    /// Whether the reply is a server's word that it did not run the request because of its own
    /// state: it is a replica, is loading its data, has lost its primary or its replicas.
    ///
    /// EXEC says so of a whole transaction.
    public static func isNotExecuted(_ reply: Span<UInt8>) -> Bool {
        begins(reply, with: "-READONLY ") || begins(reply, with: "-LOADING ")
            || begins(reply, with: "-MASTERDOWN ") || begins(reply, with: "-NOREPLICAS ")
    }

    /// Whether an error says that a script failed on its way: Redis puts the script's name behind
    /// what the command inside it was told.
    public static func isFromScript(_ error: Span<UInt8>) -> Bool {
        let mark: StaticString = " script: "
        guard error.count > mark.utf8CodeUnitCount else { return false }
        for offset in 0..<error.count - mark.utf8CodeUnitCount
        where begins(error.extracting(offset..<error.count), with: mark) {
            return true
        }
        return false
    }

    private static func begins(_ reply: Span<UInt8>, with word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard reply.count >= count else { return false }
        for index in 0..<count
        where unsafe reply[index] != word.utf8Start[index] {
            return false
        }
        return true
    }
}
