/// Where the subcommands go of commands that concern servers as a whole.
public enum RedisSubcommand {
    /// Where one goes.
    public enum Route: Sendable {
        case everywhere(RedisGathering)
        /// The same, but not behind what the servers are at work on.
        case pastOthers(RedisGathering)
        /// Any server's answer will do, or its error.
        case anywhere
        /// To the server of its key.
        case byKey
        /// The reason, as a clause.
        case refused(String)
    }

    /// Where a request goes, by its first argument. A server has the words for one that it does not
    /// know.
    ///
    /// - Parameter servers: how many there are.
    public static func route(
        _ command: RedisCommand, _ request: RedisRequest, servers: Int, in frame: Span<UInt8>
    ) -> Route {
        var arguments = RedisArguments(behindNameOf: request)
        guard let word = arguments.next(in: frame) else { return .anywhere }
        guard command.hasSubcommands else {
            return route(command.name, RedisName(word, in: frame))
        }
        let text = String(decoding: word.range.map { frame[$0] }, as: UTF8.self)
        guard let line = RedisSubcommandLine.find(text, of: command) else { return .anywhere }
        switch line.handling {
        case .forward: return .byKey
        case .everywhere(.newest):
            let count = arguments.next(in: frame).flatMap {
                Int(String(decoding: $0.range.map { frame[$0] }, as: UTF8.self))
            }
            return .everywhere(.newest(count ?? usualCount))
        case .everywhere(let gathering): return .everywhere(gathering)
        case .onlyServer(let refusal) where servers > 1:
            return .refused("'\(line.shownName)' is not served: \(refusal.reason)")
        default: return .anywhere
        }
    }

    /// How many entries SLOWLOG GET tells if it is not told how many.
    private static let usualCount = 10

    private static func route(_ command: String, _ subcommand: RedisName?) -> Route {
        switch (command, subcommand) {
        case ("script", "load"), ("script", "flush"): .everywhere(.same)
        case ("script", "exists"): .everywhere(.minimum)
        case ("script", "kill"), ("function", "kill"): .pastOthers(.success)
        case ("script", "debug"): .refused("SCRIPT DEBUG needs a server connection of its own")
        case ("function", "load"), ("function", "delete"), ("function", "flush"),
            ("function", "restore"):
            .everywhere(.same)
        case ("pubsub", "channels"), ("pubsub", "shardchannels"): .everywhere(.union)
        case ("pubsub", "numsub"), ("pubsub", "shardnumsub"): .everywhere(.sumByName)
        case ("pubsub", "numpat"): .everywhere(.maximum)
        default: .anywhere
        }
    }
}
