/// What RESP3 makes of the reply to a command: RESP2 has fewer types, so it says a map as an array
/// of keys and values by turns, a double as a bulk, and so on.
///
/// Nulls and errors are translated everywhere; where a reply is not what a shape expects, it stays
/// as it is.
public indirect enum RedisShape: Sendable {
    /// The same, but for nulls.
    case plain
    /// A bulk that is a number.
    case double
    /// A bulk that is text for people.
    case verbatim
    /// An array of such elements.
    case array(RedisShape)
    /// An array whose first elements are such, in this order.
    case tuple([RedisShape])
    /// An array that is a set of such elements.
    case set(RedisShape)
    /// An array of keys and values by turns, a map of such values.
    case map(RedisShape)
    /// The same, where the values of these keys are such.
    case fields([String: RedisShape])
    /// An array of keys and values by turns, an array of pairs with such values.
    case pairs(RedisShape)
    /// An array of pairs, a map.
    case mapOfPairs
}

// MARK: - By commands

extension RedisShape {
    /// The shape of the reply to a request.
    ///
    /// What scripts return is not known: of theirs, only nulls are translated.
    public static func ofReply(to request: RedisRequest, in bytes: Span<UInt8>) -> RedisShape {
        guard let command = request.command.command else { return .plain }
        let count = request.argumentCount
        switch command.name {
        case "hgetall", "lcs": return .map(.plain)
        case "smembers", "sinter", "sunion", "sdiff", "spop": return .set(.plain)
        case "zscore", "zincrby", "zadd": return .double
        case "zmscore": return .array(.double)
        case "geopos": return .array(.array(.double))
        case "geosearch", "georadius", "georadius_ro", "georadiusbymember",
            "georadiusbymember_ro":
            // Coordinates, the only ones that are arrays in an array's elements.
            return .array(.array(.array(.double)))
        case "bzpopmin", "bzpopmax": return .tuple([.plain, .plain, .double])
        case "zmpop", "bzmpop": return .tuple([.plain, .array(.tuple([.plain, .double]))])
        case "zpopmin", "zpopmax":
            return count == 2 ? .tuple([.plain, .double]) : .pairs(.double)
        case "zrandmember": return count == 4 ? .pairs(.double) : .plain
        case "hrandfield": return count == 4 ? .pairs(.plain) : .plain
        case "zrange", "zrevrange", "zrangebyscore", "zrevrangebyscore":
            return hasScores(request, in: bytes, behind: 3) ? .pairs(.double) : .plain
        case "zunion", "zinter", "zdiff":
            return hasScores(request, in: bytes, behind: 2) ? .pairs(.double) : .plain
        case "xread", "xreadgroup": return .mapOfPairs
        case "xinfo": return ofStreams[word(of: request, in: bytes)] ?? .plain
        case "function": return ofFunctions[word(of: request, in: bytes)] ?? .plain
        case "config": return word(of: request, in: bytes) == "get" ? .map(.plain) : .plain
        case "memory": return ofMemory[word(of: request, in: bytes)] ?? .plain
        case "latency": return ofLatency[word(of: request, in: bytes)] ?? .plain
        case "info", "lolwut": return .verbatim
        default: return .plain
        }
    }

    private static let ofStreams: [String: RedisShape] = [
        "stream": .fields(["groups": .array(.fields(["consumers": .array(.map(.plain))]))]),
        "groups": .array(.map(.plain)),
        "consumers": .array(.map(.plain)),
    ]

    private static let ofFunctions: [String: RedisShape] = [
        "list": .array(.fields(["functions": .array(.fields(["flags": .set(.plain)]))])),
        "stats": .fields(["running_script": .map(.plain), "engines": .map(.map(.plain))]),
    ]

    private static let ofMemory: [String: RedisShape] = [
        "stats": .fields(
            Dictionary(
                uniqueKeysWithValues: (0..<16).map { ("db.\($0)", .map(.plain)) }
                    + memoryRatios.map { ($0, .double) })),
        "doctor": .verbatim, "malloc-stats": .verbatim,
    ]

    private static let ofLatency: [String: RedisShape] = [
        "histogram": .map(.fields(["histogram_usec": .map(.plain)])),
        "doctor": .verbatim, "graph": .verbatim,
    ]

    private static let memoryRatios = [
        "dataset.percentage", "peak.percentage", "allocator-fragmentation.ratio",
        "allocator-rss.ratio", "rss-overhead.ratio", "fragmentation",
    ]

    /// The first argument in lower case.
    private static func word(of request: RedisRequest, in bytes: Span<UInt8>) -> String {
        var arguments = RedisArguments(behindNameOf: request)
        guard let word = arguments.next(in: bytes) else { return "" }
        let letters = word.range.prefix(RedisName.maxLength).map { bytes[$0] }
        return String(decoding: letters, as: UTF8.self).lowercased()
    }

    /// Whether WITHSCORES stands behind so many arguments, and behind the keys.
    private static func hasScores(
        _ request: RedisRequest, in bytes: Span<UInt8>, behind count: Int
    ) -> Bool {
        var end = 0
        // Where the keys cannot be told, the server has answered with an error, which has no shape.
        if var keys = try? RedisKeys(request, in: bytes) {
            while let key = keys.next(in: bytes) { end = key.end }
        }
        var arguments = RedisArguments(behindNameOf: request)
        var place = 0
        while let argument = arguments.next(in: bytes) {
            place += 1
            guard place > count, argument.offset > end else { continue }
            if RedisName(argument, in: bytes) == "withscores" { return true }
        }
        return false
    }

    /// The shape of the reply to EXEC, by the requests from MULTI to EXEC.
    public static func ofTransaction(_ requests: Span<UInt8>, limits: RedisLimits) -> RedisShape {
        var shapes: [RedisShape] = []
        var offset = 0
        while offset < requests.count {
            let rest = requests.extracting(offset..<requests.count)
            var parser = RedisRequestParser(limits: limits)
            guard case .request(let request) = parser.parse(rest) else { break }
            shapes.append(ofReply(to: request, in: rest))
            offset += request.length
        }
        // The first one is MULTI.
        return .tuple(Array(shapes.dropFirst()))
    }
}
