internal import Wire

/// What a client may say in the state it is in.
extension RedisCommand {
    /// Whether a client that still owes its password may say it.
    var isAllowedUnauthenticated: Bool {
        switch handling {
        case .local(.auth), .local(.hello), .local(.quit), .local(.reset): true
        case .forward, .blocking, .watch, .publish, .mget, .mset, .sum, .local, .anyServer,
            .everywhere, .scan, .subcommands, .onlyServer, .refused:
            false
        }
    }

    /// What a subscriber that speaks RESP2 may say.
    var isAllowedWhileSubscribed: Bool {
        switch handling {
        case .local(.subscribe), .local(.patternSubscribe), .local(.shardSubscribe),
            .local(.unsubscribe), .local(.patternUnsubscribe), .local(.shardUnsubscribe),
            .local(.ping), .local(.quit), .local(.reset):
            true
        case .forward, .blocking, .watch, .publish, .mget, .mset, .sum, .local, .anyServer,
            .everywhere, .scan, .subcommands, .onlyServer, .refused:
            false
        }
    }
}

extension RedisCommand.Handling {
    /// Whether it begins or ends a transaction, and so is not queued in one.
    var concernsTransaction: Bool {
        switch self {
        case .local(.multi), .local(.exec), .local(.discard), .local(.quit), .local(.reset), .watch:
            true
        case .forward, .blocking, .publish, .mget, .mset, .sum, .local, .anyServer, .everywhere,
            .scan, .subcommands, .onlyServer, .refused:
            false
        }
    }
}
