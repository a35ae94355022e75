internal import Configuration
internal import Wire

/// What CONFIG GET tells.
extension Pool {
    /// Those of redis.conf that clients and their libraries ask for, in the order of their names.
    ///
    /// Where the proxy has something of that meaning, it is the proxy's; else it is what a server
    /// in its default configuration says, without persistence, since a proxy stores nothing.
    var parameters: [(name: String, value: String)] {
        let idleSeconds = (configuration.clientIdleTimeoutMilliseconds + 999) / 1000
        return [
            ("appendfsync", "everysec"),
            ("appendonly", "no"),
            ("bind", host),
            ("client-query-buffer-limit", "\(configuration.maxRequestSize)"),
            ("cluster-enabled", "no"),
            ("databases", "\(configuration.redisDatabase + 1)"),
            ("hz", "10"),
            ("io-threads", "\(worker.count)"),
            ("maxclients", "\(mostClients)"),
            ("maxmemory", "0"),
            ("maxmemory-clients", "\(worker.commons.memory.limit)"),
            ("maxmemory-policy", "noeviction"),
            ("maxmemory-samples", "5"),
            ("notify-keyspace-events", ""),
            ("port", "\(port)"),
            ("proto-max-bulk-len", "\(redisLimits.maxBulkLength)"),
            ("replica-read-only", "yes"),
            ("save", ""),
            ("slave-read-only", "yes"),
            ("slowlog-log-slower-than", "-1"),
            ("slowlog-max-len", "128"),
            ("tcp-backlog", "\(configuration.backlog)"),
            ("tcp-keepalive", configuration.tcpKeepalive ? "300" : "0"),
            ("timeout", "\(idleSeconds)"),
            ("unixsocket", path),
        ]
    }

    /// How many clients may be there; Redis' own default, where the configuration sets no limit.
    var mostClients: Int {
        let limit = configuration.clientConnections
        return limit > 0 ? limit : 10_000
    }

    /// Where the pool listens; 0 if that is a unix socket.
    var port: Int {
        if case .tcp(_, let port) = configuration.listen { Int(port) } else { 0 }
    }

    private var host: String {
        if case .tcp(let host, _) = configuration.listen { host } else { "" }
    }

    /// The path of the unix socket that it listens on, if it does.
    var path: String {
        if case .unix(let path, _) = configuration.listen { path } else { "" }
    }
}
