/// How far a `RequestRest` came.
public struct RequestRestScan: Sendable, Equatable {
    /// What the bytes amount to.
    public enum State: Sendable, Equatable {
        /// The request ends with the last consumed byte.
        case complete
        /// More bytes of the request are to come.
        case incomplete
        /// The byte behind the consumed ones breaks a rule.
        case malformed(RedisProtocolError)
    }

    /// Bytes that belong to the request and may be sent on; they need not be shown again.
    public let consumed: Int
    /// What the bytes amount to.
    public let state: State
}

/// What is still to come of a large request that is sent on while it arrives.
///
///     ... rest of a body, CRLF ── $3 CRLF abc CRLF ── $5 CRLF ...
///         bodyRemaining            argumentsLeft: 2
///
/// Bodies are consumed in whatever pieces they come, header lines whole. Nothing is consumed that
/// breaks a rule, so a server that has got what was consumed can never take it for a request. A
/// memcached data block is a body without further arguments.
public struct RequestRest: Sendable {
    /// A header line with its end is shorter than this.
    private static let longestHeader = 32

    private let limits: RedisLimits
    /// Arguments behind the body.
    private var argumentsLeft: Int
    /// Bytes of the body, its CRLF included, that are still to come; 0 before a header.
    private var bodyRemaining: Int
    /// Bytes of the request before the next ones.
    private var length: Int

    /// A Redis request that goes on with an argument's header.
    ///
    /// - Parameters:
    ///   - arguments: how many are to come.
    ///   - length: bytes of the request before them.
    init(arguments: Int, behind length: Int, limits: RedisLimits) {
        self.limits = limits
        argumentsLeft = arguments
        bodyRemaining = 0
        self.length = length
    }

    /// A data block of so many bytes, its CRLF included.
    public init(dataBlock length: Int) {
        limits = RedisLimits()
        argumentsLeft = 0
        bodyRemaining = length
        self.length = 0
    }

    /// Bytes to the end of the request, as far as they are announced: all of them if
    /// `isLastArgument`.
    public var announced: Int { bodyRemaining }

    /// Whether the request ends with the body that is announced.
    public var isLastArgument: Bool { argumentsLeft == 0 }

    /// Reads on to the end of the request or of the bytes, which follow those consumed before.
    public mutating func scan(_ bytes: Span<UInt8>) -> RequestRestScan {
        var at = 0
        let state = scan(bytes, &at)
        length += at
        return RequestRestScan(consumed: at, state: state)
    }

    private mutating func scan(_ bytes: Span<UInt8>, _ at: inout Int) -> RequestRestScan.State {
        while true {
            if bodyRemaining > 0, let stop = body(bytes, &at) { return stop }
            guard argumentsLeft > 0 else { return .complete }
            if let stop = header(bytes, &at) { return stop }
        }
    }

    /// - Returns: nil at the body's end.
    private mutating func body(_ bytes: Span<UInt8>, _ at: inout Int) -> RequestRestScan.State? {
        let text = min(bytes.count - at, max(bodyRemaining - 2, 0))
        at += text
        bodyRemaining -= text
        while bodyRemaining > 0 {
            guard at < bytes.count else { return .incomplete }
            let expected = bodyRemaining == 2 ? ByteScanner.carriageReturn : ByteScanner.lineFeed
            guard bytes[at] == expected else { return .malformed(.missingLineEnd) }
            at += 1
            bodyRemaining -= 1
        }
        return nil
    }

    /// - Returns: nil behind the header.
    private mutating func header(_ bytes: Span<UInt8>, _ at: inout Int) -> RequestRestScan.State? {
        guard at < bytes.count else { return .incomplete }
        guard bytes[at] == UInt8(ascii: "$") else {
            return .malformed(.expectedBulk(got: bytes[at]))
        }
        let line = ByteScanner.decimalLine(at: at + 1, in: bytes)
        guard line.end > 0 else { return partialHeader(bytes, at) }
        guard line.value <= limits.maxBulkLength else { return .malformed(.invalidBulkLength) }
        guard length + line.end + line.value + 2 <= limits.maxRequestLength else {
            return .malformed(.requestTooLarge)
        }
        argumentsLeft -= 1
        bodyRemaining = line.value + 2
        at = line.end
        return nil
    }

    private func partialHeader(_ bytes: Span<UInt8>, _ at: Int) -> RequestRestScan.State {
        let window = at + 1..<min(bytes.count, at + Self.longestHeader)
        let end = ByteScanner.offset(of: ByteScanner.lineFeed, in: bytes, window)
        let isShort = bytes.count - at < Self.longestHeader
        return end == nil && isShort ? .incomplete : .malformed(.invalidBulkLength)
    }
}

/// A Redis request of which the name and the first argument have arrived, and what is to come.
public struct RedisUnfinishedRequest: Sendable {
    /// What is known: all but the length.
    public let request: RedisRequest
    /// Bytes at the front whose turn in `rest` is over.
    public let consumed: Int
    /// What is to come behind them.
    public let rest: RequestRest
}
