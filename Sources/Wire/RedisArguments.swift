/// One argument of a validated request, as offsets into the frame's bytes.
///
///     $5 CRLF hello CRLF
///     |       |          |
///     |       offset     end
///     headerOffset
public struct RedisArgument: Sendable, Equatable {
    /// Where the argument's `$` stands.
    public let headerOffset: Int
    /// Where its bytes begin.
    public let offset: Int
    /// How many bytes it has.
    public let length: Int

    /// Behind the CRLF that ends it, where the next header begins.
    public var end: Int { offset &+ length &+ 2 }

    /// The argument's own bytes.
    public var range: Range<Int> { offset..<offset &+ length }
}

/// A cursor over the arguments of a request that `RedisRequestParser` has accepted, the command's
/// name first.
///
/// It keeps no bytes: each call is given those of the frame, and they must be the ones that were
/// accepted.
public struct RedisArguments: Sendable {
    private var position: Int
    private let end: Int
    /// How many arguments were passed: the index of the next one, 0 being the command's name.
    private(set) var index: Int

    /// A cursor before the command's name.
    public init(_ request: RedisRequest) {
        position = request.argumentsOffset
        end = request.length
        index = 0
    }

    /// A cursor behind the command's name.
    public init(behindNameOf request: RedisRequest) {
        position = request.secondHeaderOffset
        end = request.length
        index = 1
    }

    /// The next argument, nil behind the last.
    public mutating func next(in bytes: Span<UInt8>) -> RedisArgument? {
        guard position < end else { return nil }
        let header = ByteScanner.decimalLine(at: position &+ 1, in: bytes)
        precondition(header.end > 0, "not the bytes that were accepted")
        let argument = RedisArgument(
            headerOffset: position, offset: header.end, length: header.value)
        position = argument.end
        index &+= 1
        return argument
    }

    /// The argument with the given index, which must not be behind the cursor; nil if there are not
    /// so many.
    mutating func advance(to wanted: Int, in bytes: Span<UInt8>) -> RedisArgument? {
        while index < wanted {
            guard next(in: bytes) != nil else { return nil }
        }
        return next(in: bytes)
    }
}
