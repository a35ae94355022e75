/// How much one Redis client may ask for in one request.
///
/// At a bound the parser answers `.malformed`; the caller sends the error text and closes that
/// client.
public struct RedisLimits: Sendable {
    /// Arguments of one request, its name included. Redis stops clients that have not logged in at
    /// less, older servers all clients at 1,048,576, and that much every server takes.
    public var maxArguments = 1024 * 1024
    /// Bytes of one argument: the default of Redis' `proto-max-bulk-len`.
    public var maxBulkLength = 512 * 1024 * 1024
    /// Bytes of one whole request: the default of Redis' `client-query-buffer-limit`.
    public var maxRequestLength = 1024 * 1024 * 1024
    /// Bytes of an inline command or of a header line without its end: Redis'
    /// `PROTO_INLINE_MAX_SIZE`.
    public var maxLineLength = 64 * 1024

    /// The limits of a Redis server in its default configuration.
    public init() {}
}
