internal import Wire

/// Whom the next reply of a server connection belongs to.
struct Ticket: BitwiseCopyable {
    enum Purpose: UInt8, BitwiseCopyable {
        /// A client's request, or one fragment of it.
        case request
        /// Nobody waits any more: a noreply request, or one that was answered with an error at its
        /// deadline.
        case discard
        /// The proxy's own AUTH at the beginning of a connection.
        case auth
        /// The proxy's own HELLO 3 at the beginning of a connection.
        case hello
        /// The proxy's own SELECT at the beginning of a connection.
        case select
    }

    var client = Handle.nobody
    /// The request's number on its client's connection.
    var sequence: UInt32 = 0
    /// Which fragment of a split request; `whole` for one that was not split.
    var fragment: Int32 = Self.whole
    /// Bytes of the request in the connection's log.
    var length: Int
    /// When the request is answered with an error, in the loop's milliseconds; `never` without a
    /// timeout.
    var deadline: Int64
    /// Until when it may be held for want of a primary, in the loop's milliseconds; 0 if it never
    /// was.
    var heldUntil: Int64 = 0
    var purpose = Purpose.request
    /// What running the request a second time would do; known where a server is followed.
    var repetition = RedisRepetition.again
    var command = MemcachedCommand.get
    /// What sort of request it is to the statistics of latency.
    var commandClass = CommandClass.other
    /// When the last of it was sent, on the worker's clock; 0 before.
    var sentAt: UInt32 = 0
    /// Where the key of a memcached retrieval stands in the request, to be compared with the
    /// reply's.
    var keyOffset: UInt32 = 0
    var keyLength: UInt32 = 0

    /// Whether it is the proxy's own.
    var isGreeting: Bool { purpose == .auth || purpose == .hello || purpose == .select }

    /// Replies that come before the one that counts: a transaction's OK and QUEUED.
    var leading: UInt32 = 0

    static let whole: Int32 = -1
    /// The number of a request of the proxy's own: CLIENT ID, whose answer nobody else waits for.
    static let identity: UInt32 = 1
    static let never = Int64.max
}
