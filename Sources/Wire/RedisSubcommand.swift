/// Where the subcommands go of commands that concern servers as a whole.
public enum RedisSubcommand {
    /// Where one goes.
    public enum Route: Sendable {
        case everywhere(RedisGathering)
        /// The same, but not behind what the servers are at work on.
        case pastOthers(RedisGathering)
        /// Any server's answer will do, or its error.
        case anywhere
        /// The reason, as a clause.
        case refused(String)
    }

    /// Where a request of SCRIPT, FUNCTION or PUBSUB goes, by its first argument. A server has the
    /// words for one that it does not know.
    public static func route(
        _ command: RedisCommand, _ request: RedisRequest, in frame: Span<UInt8>
    ) -> Route {
        var arguments = RedisArguments(behindNameOf: request)
        let subcommand = arguments.next(in: frame).flatMap { RedisName($0, in: frame) }
        return route(command.name, subcommand)
    }

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
