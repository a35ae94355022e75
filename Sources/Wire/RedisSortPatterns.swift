/// A cursor over the patterns behind BY and GET in a request of SORT or SORT_RO, as far as they
/// name keys: those with a `*`, which the server replaces by each element.
///
///     SORT list BY weight_* LIMIT 0 5 GET # GET {user}:name_*->field STORE result
///                  pattern                      pattern
///
/// Such keys are looked for on the server that sorts, and nowhere else.
public struct RedisSortPatterns: Sendable {
    private static let limit: RedisName = "limit"
    private static let store: RedisName = "store"
    private static let by: RedisName = "by"
    private static let get: RedisName = "get"

    private var arguments: RedisArguments

    /// The patterns of `request`; none if it is of another command.
    public init(_ request: RedisRequest, in bytes: Span<UInt8>) {
        arguments = RedisArguments(behindNameOf: request)
        guard case .sort? = request.command.command?.keys else {
            while arguments.next(in: bytes) != nil {}
            return
        }
        _ = arguments.next(in: bytes)
    }

    /// The next pattern, nil behind the last. `bytes` are those of the request's frame.
    public mutating func next(in bytes: Span<UInt8>) -> RedisArgument? {
        while let option = arguments.next(in: bytes) {
            switch RedisName(option, in: bytes) {
            case Self.by, Self.get:
                guard let pattern = arguments.next(in: bytes) else { return nil }
                if pattern.range.contains(where: { bytes[$0] == UInt8(ascii: "*") }) {
                    return pattern
                }
            case Self.store:
                _ = arguments.next(in: bytes)
            case Self.limit:
                _ = arguments.next(in: bytes)
                _ = arguments.next(in: bytes)
            default:
                break
            }
        }
        return nil
    }
}
