import Testing
import Wire

/// A frame as the tests compare it.
enum RedisFrame: Equatable {
    case request([String])
    case empty
    case inline(String)
}

func utf8(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

/// Bytes as text, also where they are no UTF-8.
func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    text(range.map { bytes[$0] })
}

/// A RESP array of bulks.
func resp(_ arguments: [String]) -> [UInt8] {
    utf8("*\(arguments.count)\r\n" + arguments.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined())
}

func resp(_ arguments: String...) -> [UInt8] {
    resp(arguments)
}

/// All arguments of a request as the cursor gives them.
func arguments(of request: RedisRequest, in bytes: Span<UInt8>) -> [String] {
    var cursor = RedisArguments(request)
    var result: [String] = []
    while let argument = cursor.next(in: bytes) {
        result.append(text(bytes, argument.range))
    }
    return result
}

/// One call of `RedisRequestParser`, as the split-point helpers take it. `RedisPlainParser` finds the
/// same request or none.
func requestParser(limits: RedisLimits = RedisLimits()) -> Parse<RedisFrame> {
    var parser = RedisRequestParser(limits: limits)
    var plainParser = RedisPlainParser(limits: limits)
    return { bytes in
        let parsed = parser.parse(bytes)
        let plain = plainParser.parse(bytes)
        if plain.length > 0 { #expect(parsed == .request(plain)) }
        return switch parsed {
        case .request(let request):
            .frame(.request(arguments(of: request, in: bytes)), consumed: request.length)
        case .empty(let length): .frame(.empty, consumed: length)
        case .inline(let length): .frame(.inline(text(bytes, 0..<length)), consumed: length)
        case .incomplete: .more(consumed: 0)
        case .malformed(let error): .malformed("\(error)")
        }
    }
}

/// The request that `bytes` hold, nil if they hold something else.
func request(in bytes: [UInt8]) -> RedisRequest? {
    var parser = RedisRequestParser()
    guard case .request(let request) = parser.parse(bytes.span) else { return nil }
    return request
}

/// The table's line for a name; nil if it has none.
func command(named name: some StringProtocol) -> RedisCommand? {
    RedisCommand.find(utf8(String(name)).span).command
}

// A span cannot pass through the testing macros, so these take arrays.

func elementLength(at offset: Int, in bytes: [UInt8]) -> Int? {
    RedisReply.elementLength(at: offset, in: bytes.span)
}

func arrayHeader(in bytes: [UInt8]) -> (count: Int, headerLength: Int)? {
    RedisReply.arrayHeader(in: bytes.span)
}

func integer(in bytes: [UInt8]) -> Int? {
    RedisReply.integer(in: bytes.span)
}

func isError(_ bytes: [UInt8]) -> Bool {
    RedisReply.isError(in: bytes.span)
}

func encodeInline(_ line: String) -> [UInt8]? {
    RedisInline.encode(utf8(line).span)
}

func allArguments(of request: RedisRequest, in bytes: [UInt8]) -> [RedisArgument] {
    var cursor = RedisArguments(request)
    var result: [RedisArgument] = []
    while let argument = cursor.next(in: bytes.span) { result.append(argument) }
    return result
}

func allKeys(of request: RedisRequest, in bytes: [UInt8]) throws(RedisKeyError) -> [RedisArgument] {
    var cursor = try RedisKeys(request, in: bytes.span)
    var result: [RedisArgument] = []
    while let key = cursor.next(in: bytes.span) { result.append(key) }
    return result
}

func subcommandError(
    in request: RedisRequest, of command: RedisCommand, _ bytes: [UInt8]
) -> [UInt8]? {
    RedisSubcommand.error(in: request, of: command, bytes.span)
}
