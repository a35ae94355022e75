/// Finds the requests in a client's bytes, as strict as a Redis 7.0 server or stricter, and tells
/// what is wrong or missing. `RedisPlainParser` is quicker with what has come whole.
///
/// One client owns one parser. The bytes given to `parse` always begin at a frame's first byte. If
/// the frame was incomplete, the next call gets the same bytes and more, and continues at the
/// argument it had reached: a request of a million arguments that arrives in pieces is still read
/// once.
///
///     0 ... arguments read ... position ... argument that is incomplete ... count
///
/// Always: `position` is 0, or a frame has begun and `position` is where its next `$` must stand.
///
/// Accepted bytes are forwarded as they are to a connection that others share, so nothing is
/// accepted that any server could read differently.
public struct RedisRequestParser: Sendable {
    private let limits: RedisLimits
    private let commands = RedisCommand.index
    private var position = 0
    private var argumentsLeft = 0
    /// How far a line without an end was searched, so that a client sending single bytes causes no
    /// quadratic work.
    private var searched = 0
    private var request = RedisRequest()

    /// A parser at the beginning of a frame.
    public init(limits: RedisLimits = RedisLimits()) {
        self.limits = limits
    }

    /// What the bytes begin with. After anything but `.incomplete` the parser is ready for the next
    /// frame.
    public mutating func parse(_ bytes: Span<UInt8>) -> RedisParse {
        guard bytes.count > 0 else { return .incomplete(needed: 1) }
        guard bytes[0] == UInt8(ascii: "*") else { return parseInline(bytes) }

        if position == 0 {
            let header = ByteScanner.decimalLine(at: 1, in: bytes)
            guard header.end > 0 else { return explainMultibulkHeader(bytes) }
            guard header.value <= limits.maxArguments else { return fail(.invalidMultibulkLength) }
            guard header.value > 0 else {
                reset()
                return .empty(length: header.end)
            }
            begin(argumentCount: header.value, at: header.end)
        }
        return parseArguments(bytes)
    }

    // MARK: - A request that is not complete

    /// What is known of the frame that the last call found incomplete; nil if its first argument is
    /// still to come.
    public func unfinished(in bytes: Span<UInt8>) -> RedisUnfinishedRequest? {
        guard position > 0, request.argumentCount - argumentsLeft >= 2 else { return nil }
        var known = request
        known.command = commands.find(bytes, at: request.nameOffset, length: request.nameLength)
        return RedisUnfinishedRequest(
            request: known, consumed: position,
            rest: RequestRest(arguments: argumentsLeft, behind: position, limits: limits))
    }

    /// Leaves the unfinished frame to somebody else: the next bytes begin a new one.
    public mutating func forget() { reset() }

    // MARK: - Argument by argument

    private mutating func begin(argumentCount: Int, at offset: Int) {
        position = offset
        argumentsLeft = argumentCount
        searched = 0
        request.argumentCount = argumentCount
        request.argumentsOffset = offset
        request.firstArgumentOffset = -1
        request.firstArgumentLength = 0
    }

    private mutating func parseArguments(_ bytes: Span<UInt8>) -> RedisParse {
        var at = position
        var left = argumentsLeft
        while left > 0 {
            guard at < bytes.count else { return suspend(at, left, needed: at &+ 1) }
            guard bytes[at] == UInt8(ascii: "$") else { return fail(.expectedBulk(got: bytes[at])) }
            let header = ByteScanner.decimalLine(at: at &+ 1, in: bytes)
            guard header.end > 0 else { return explainBulkHeader(bytes, at: at, left: left) }
            guard header.value <= limits.maxBulkLength else { return fail(.invalidBulkLength) }

            let end = header.end &+ header.value
            guard end &+ 2 <= limits.maxRequestLength else { return fail(.requestTooLarge) }
            guard end &+ 2 <= bytes.count else { return suspend(at, left, needed: end &+ 2) }
            guard ByteScanner.isLineEnd(at: end, in: bytes) else { return fail(.missingLineEnd) }
            switch request.argumentCount &- left {
            case 0: (request.nameOffset, request.nameLength) = (header.end, header.value)
            case 1:
                (request.firstArgumentOffset, request.firstArgumentLength) = (
                    header.end, header.value
                )
            default: break
            }
            at = end &+ 2
            left &-= 1
        }
        request.length = at
        request.command = commands.find(bytes, at: request.nameOffset, length: request.nameLength)
        reset()
        return .request(request)
    }

    private mutating func suspend(_ at: Int, _ left: Int, needed: Int) -> RedisParse {
        if at != position { searched = 0 }
        position = at
        argumentsLeft = left
        return .incomplete(needed: needed)
    }

    @inline(never)
    private mutating func fail(_ error: RedisProtocolError) -> RedisParse {
        reset()
        return .malformed(error)
    }

    private mutating func reset() {
        position = 0
        searched = 0
    }

    // MARK: - Lines that are not a plain length

    /// Why there is no length behind `*`: it is negative (then nothing is asked), incomplete or
    /// wrong.
    @inline(never)
    private mutating func explainMultibulkHeader(_ bytes: Span<UInt8>) -> RedisParse {
        switch findLineEnd(bytes, of: 0) {
        case .incomplete:
            return .incomplete(needed: bytes.count + 1)
        case .tooLong:
            return fail(.multibulkHeaderTooLong)
        case .carriageReturn(let end):
            guard let count = ByteScanner.integer(in: bytes, 1..<end), count < 0 else {
                return fail(.invalidMultibulkLength)
            }
            guard ByteScanner.isLineEnd(at: end, in: bytes) else {
                return fail(.invalidMultibulkLength)
            }
            reset()
            return .empty(length: end + 2)
        }
    }

    /// Why there is no length behind the `$` at `at`: it is incomplete or wrong.
    @inline(never)
    private mutating func explainBulkHeader(_ bytes: Span<UInt8>, at: Int, left: Int) -> RedisParse
    {
        _ = suspend(at, left, needed: 0)
        switch findLineEnd(bytes, of: at) {
        case .incomplete: return .incomplete(needed: bytes.count + 1)
        case .tooLong: return fail(.bulkHeaderTooLong)
        case .carriageReturn: return fail(.invalidBulkLength)
        }
    }

    private enum LineEnd {
        /// Offset of a CR that another byte follows.
        case carriageReturn(at: Int)
        case incomplete
        case tooLong
    }

    /// The end of the header line that begins at `start`.
    private mutating func findLineEnd(_ bytes: Span<UInt8>, of start: Int) -> LineEnd {
        let limit = start + limits.maxLineLength
        let from = max(start, searched)
        if let end = ByteScanner.offset(
            of: ByteScanner.carriageReturn, in: bytes, from..<max(from, limit))
        {
            searched = end
            return end + 1 < bytes.count ? .carriageReturn(at: end) : .incomplete
        }
        searched = min(bytes.count, limit)
        return bytes.count > limit ? .tooLong : .incomplete
    }

    /// A line that does not begin with `*` is an inline command, ended by LF with or without CR.
    @inline(never)
    private mutating func parseInline(_ bytes: Span<UInt8>) -> RedisParse {
        let limit = limits.maxLineLength
        guard let end = ByteScanner.offset(of: ByteScanner.lineFeed, in: bytes, searched..<limit)
        else {
            guard bytes.count <= limit else { return fail(.inlineTooLong) }
            searched = bytes.count
            return .incomplete(needed: bytes.count + 1)
        }
        reset()
        if end == 0 { return .empty(length: 1) }
        if end == 1, bytes[0] == ByteScanner.carriageReturn { return .empty(length: 2) }
        if RedisInline.isCrossProtocol(bytes) { return .malformed(.crossProtocol) }
        return .inline(length: end + 1)
    }
}
