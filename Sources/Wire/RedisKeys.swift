/// A cursor over the keys of a request whose command and number of arguments are right.
///
/// All of Redis' ways to place keys come down to one shape: perhaps one key ahead, then a range
/// with a step.
///
///     ZUNIONSTORE destination 2 a b WEIGHTS 1 2
///                 head          first..last
///
/// A request without keys (EVAL … 0) is a cursor at its end from the start. Like `RedisArguments`,
/// it keeps no bytes.
public struct RedisKeys: Sendable {
    private var arguments: RedisArguments
    /// Index of the next key; behind `last` when there is none.
    private var nextIndex: Int
    /// Index of the key after the head; 0 once the head has been passed or if there is none.
    private var first = 0
    private var last: Int
    private var step = 1

    /// The keys of `request`, whose command must be known. Throws if they cannot be told, because a
    /// number of keys is wrong or an option is; the error has Redis' text.
    public init(_ request: RedisRequest, in bytes: Span<UInt8>) throws(RedisKeyError) {
        guard let command = request.command.command else { preconditionFailure("unknown command") }
        arguments = RedisArguments(behindNameOf: request)
        let final = request.argumentCount - 1

        switch command.keys {
        case .none:
            (nextIndex, last) = (1, 0)
        case .one(let index):
            (nextIndex, last) = (Int(index), min(Int(index), final))
        case .range(let first, let last, let step):
            nextIndex = Int(first)
            self.last = last < 0 ? request.argumentCount + Int(last) : min(Int(last), final)
            self.step = Int(step)
        case .counted(let countIndex, let rule):
            let count = try Self.count(at: Int(countIndex), rule, of: request, in: bytes)
            (nextIndex, last) = (Int(countIndex) + 1, Int(countIndex) + count)
        case .destinationAndCounted:
            let count = try Self.count(at: 2, .aggregate, of: request, in: bytes)
            (nextIndex, first, last) = (1, 3, 2 + count)
        case .sort(let stores):
            let stored = stores ? Self.storeIndex(from: 2, of: request, in: bytes) : nil
            (nextIndex, first, last) = (1, stored ?? 0, stored ?? 1)
        case .storeOption(let start):
            let stored = Self.storeIndex(from: Int(start), of: request, in: bytes)
            (nextIndex, first, last) = (1, stored ?? 0, stored ?? 1)
        case .streams:
            (nextIndex, last) = try Self.streams(of: request, in: bytes)
        }
    }

    /// The next key, nil behind the last. `bytes` are those of the request's frame.
    public mutating func next(in bytes: Span<UInt8>) -> RedisArgument? {
        guard nextIndex <= last else { return nil }
        let key = arguments.advance(to: nextIndex, in: bytes)
        if first > 0 {
            nextIndex = first
            first = 0
        } else {
            nextIndex &+= step
        }
        return key
    }

    /// The number of keys that the argument at `index` announces.
    private static func count(
        at index: Int, _ rule: RedisCommand.CountRule, of request: RedisRequest,
        in bytes: Span<UInt8>
    ) throws(RedisKeyError) -> Int {
        var arguments = RedisArguments(behindNameOf: request)
        guard let argument = arguments.advance(to: index, in: bytes) else { throw .syntax }
        guard let count = ByteScanner.integer(in: bytes, argument.range) else {
            throw rule.failure(notANumber: true)
        }
        guard count >= rule.smallest else { throw rule.failure(notANumber: false) }
        guard count <= request.argumentCount - index - 1 else { throw rule.tooMany }
        return count
    }

    // MARK: - Keys behind options

    private static let limit: RedisName = "limit"
    private static let get: RedisName = "get"
    private static let by: RedisName = "by"
    private static let count: RedisName = "count"
    private static let store: RedisName = "store"
    private static let storeDistance: RedisName = "storedist"
    private static let group: RedisName = "group"
    private static let noAck: RedisName = "noack"
    private static let block: RedisName = "block"
    private static let streams: RedisName = "streams"

    /// Index of the key that SORT or GEORADIUS stores its result in: of several, Redis takes the
    /// last. The values of other options are stepped over, since they may look like one.
    private static func storeIndex(
        from start: Int, of request: RedisRequest, in bytes: Span<UInt8>
    ) -> Int? {
        var arguments = RedisArguments(behindNameOf: request)
        var found: Int?
        var index = start
        while let argument = arguments.advance(to: index, in: bytes) {
            index += 1
            guard let option = RedisName(argument, in: bytes) else { continue }
            switch option {
            case store, storeDistance:
                found = index < request.argumentCount ? index : found
                index += 1
            case get, by, count:
                index += 1
            case limit:
                index += 2
            default:
                break
            }
        }
        return found
    }

    /// Whether XREAD or XREADGROUP may wait: the option BLOCK stands before STREAMS.
    public static func mayBlock(_ request: RedisRequest, in bytes: Span<UInt8>) -> Bool {
        var arguments = RedisArguments(behindNameOf: request)
        while let argument = arguments.next(in: bytes) {
            let option = RedisName(argument, in: bytes)
            if option == block { return true }
            if option == streams { return false }
        }
        return false
    }

    /// First and last index of the stream keys, half of what stands behind STREAMS.
    private static func streams(
        of request: RedisRequest, in bytes: Span<UInt8>
    ) throws(RedisKeyError) -> (Int, Int) {
        var arguments = RedisArguments(behindNameOf: request)
        var index = 1
        while let argument = arguments.advance(to: index, in: bytes) {
            guard let option = RedisName(argument, in: bytes) else { throw .syntax }
            index += 1
            switch option {
            case streams:
                let rest = request.argumentCount - index
                guard rest > 0 else { throw .syntax }
                guard rest % 2 == 0 else { throw .unbalancedStreams }
                return (index, index + rest / 2 - 1)
            case count, block: index += 1
            case group: index += 2
            case noAck: break
            default: throw .syntax
            }
        }
        throw .syntax
    }
}
