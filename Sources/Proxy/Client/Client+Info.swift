internal import Configuration
internal import Glibc
internal import Reactor
internal import Wire

/// INFO: what the proxy says of itself, in the sections where clients look for it.
extension Client {
    /// The words are the sections that are asked for.
    func info(_ words: [[UInt8]]) {
        let wanted = words.map { String(decoding: $0, as: UTF8.self) }
        let text = pool.infoPage.text(of: wanted)
        answer(RedisReply.text(Array(text.utf8), inRESP3: speaksRESP3))
    }
}

extension Pool {
    /// Everything that INFO can tell without asking a server.
    fileprivate var infoPage: InfoPage {
        var page = InfoPage()
        addServer(to: &page)
        page.add(
            "Clients",
            [
                ("connected_clients", "\(counts.clients.value)"), ("cluster_connections", "0"),
                ("maxclients", "\(mostClients)"), ("blocked_clients", "0"),
                ("tracking_clients", "0"), ("clients_in_timeout_table", "0"),
            ])
        let memory = worker.commons.memory
        page.add(
            "Memory",
            [
                ("used_memory", "\(memory.value)"), ("maxmemory", "0"),
                ("maxmemory_policy", "noeviction"),
            ])
        page.add(
            "Persistence",
            [("loading", "0"), ("rdb_bgsave_in_progress", "0"), ("aof_enabled", "0")])
        addFigures(to: &page)
        // As HELLO and ROLE say it: what replicates what behind the proxy is not the client's
        // concern.
        page.add(
            "Replication",
            [
                ("role", "master"), ("connected_slaves", "0"), ("master_repl_offset", "0"),
                ("repl_backlog_active", "0"),
            ])
        addProcessor(to: &page)
        page.add("Cluster", [("cluster_enabled", "0")])
        page.add("Keyspace", [])
        addPool(to: &page)
        return page
    }

    private func addServer(to page: inout InfoPage) {
        let seconds = worker.commons.uptimeMicroseconds / 1_000_000
        page.add(
            "Server",
            [
                ("redis_version", Client.redisVersion), ("redis_mode", "standalone"),
                ("martlet_version", Version.number), ("os", Self.system),
                ("arch_bits", "\(Int.bitWidth)"), ("multiplexing_api", "epoll"),
                ("process_id", "\(getpid())"), ("tcp_port", "\(port)"),
                ("server_time_usec", "\(WallClock.microsecondsSinceEpoch())"),
                ("uptime_in_seconds", "\(seconds)"), ("uptime_in_days", "\(seconds / 86_400)"),
                ("io_threads_active", worker.count > 1 ? "1" : "0"),
            ])
    }

    /// Of all workers: these figures need no lock to be read.
    private func addFigures(to page: inout InfoPage) {
        let tables = worker.commons.counters
        let connections = tables.reduce(0) { $0 + $1.worker.value(WorkerFigure.total) }
        let servers = tables.flatMap { $0.pools[index].servers }
        func sum(_ metric: ServerMetric) -> String {
            "\(servers.reduce(0) { $0 + $1.value(metric.index) })"
        }
        page.add(
            "Stats",
            [
                ("total_connections_received", "\(connections)"),
                ("total_commands_processed", sum(.requests)),
                ("total_net_input_bytes", sum(.requestBytes)),
                ("total_net_output_bytes", sum(.responseBytes)), ("rejected_connections", "0"),
            ])
    }

    private func addProcessor(to page: inout InfoPage) {
        var usage = rusage()
        _ = unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
        page.add(
            "CPU",
            [
                ("used_cpu_sys", Self.seconds(usage.ru_stime)),
                ("used_cpu_user", Self.seconds(usage.ru_utime)),
            ])
    }

    private static func seconds(_ time: timeval) -> String {
        let digits = "\(time.tv_usec)"
        return "\(time.tv_sec)." + String(repeating: "0", count: 6 - digits.count) + digits
    }

    private func addPool(to page: inout InfoPage) {
        page.add(
            "Martlet",
            [
                ("pool", configuration.name), ("workers", "\(worker.count)"),
                ("max_memory", "\(worker.commons.memory.limit)"),
                ("servers", "\(servers.count)"),
                ("live_servers", "\(servers.filter(\.isLive).count)"),
            ])
    }

    /// As uname tells it: system, release and machine.
    private static var system: String {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return "Linux" }
        return [text(&name.sysname), text(&name.release), text(&name.machine)]
            .joined(separator: " ")
    }

    private static func text<Field>(_ field: inout Field) -> String {
        unsafe withUnsafeBytes(of: &field) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
