internal import Wire

/// CONFIG GET, ROLE and TIME: what clients ask a server for when they want to know with whom they
/// speak.
extension Client {
    /// `GET pattern …` and `HELP`; the other subcommands are refused.
    func config(_ words: [[UInt8]]) {
        guard String(decoding: words[0], as: UTF8.self).lowercased() == "get" else {
            return answer(RedisReply.help(on: "CONFIG", Self.configHelp))
        }
        let patterns = words.dropFirst().map { GlobPattern($0) }
        let found = pool.parameters.filter { parameter in
            patterns.contains { $0.matches(parameter.name) }
        }
        let header = RedisReply.mapHeader(count: found.count, inRESP3: speaksRESP3)
        answer(
            found.reduce(into: header) {
                $0 += RedisReply.bulk($1.name) + RedisReply.bulk($1.value)
            })
    }

    private static let configHelp = [
        "GET <pattern> [<pattern> ...]",
        "    Tell the parameters that fit: of the proxy where it has such, else Redis' defaults.",
    ]

    /// A primary that has written nothing and has no replicas; those of the servers are hidden.
    static let role =
        RedisReply.arrayHeader(count: 3) + RedisReply.bulk("master") + RedisReply.integer(0)
        + RedisReply.emptyArray

    /// The proxy's own clock: seconds and microseconds.
    static var time: [UInt8] {
        let now = WallClock.microsecondsSinceEpoch()
        return RedisReply.array(of: [
            RedisReply.bulk("\(now / 1_000_000)"), RedisReply.bulk("\(now % 1_000_000)"),
        ])
    }
}
