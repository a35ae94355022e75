/// How the values that several servers give one field of INFO become one value.
enum RedisInfoRule: Sendable {
    /// They are added up: counters, memory, rates.
    case sum
    /// Added up, but for 0, which stands for no limit.
    case sumOfLimits
    case highest
    case lowest
    /// The oldest version: what all of them can do.
    case oldest
    /// What all of them say, else nothing.
    case same
    /// `ok`, or what the first says that does not.
    case worst
    /// A sum divided by another one, both of the same section and before it.
    case ratio(StaticString, StaticString)
    /// A share of 100, likewise.
    case percent(StaticString, StaticString)
    /// `12.50M`: another field's bytes for people, which stand before it.
    case human(of: String)
    /// `keys=1,expires=0,avg_ttl=0` and the like: figure by figure.
    case figures
    /// True of one server only.
    case none

    /// The rule for a field, whichever section it is in. What no line here knows, as of a newer
    /// server, is told if all servers say the same.
    static func rule(for name: String) -> RedisInfoRule {
        if let rule = table[name] { return rule }
        if name.hasSuffix("_human") { return .human(of: String(name.dropLast("_human".count))) }
        if ["cmdstat_", "errorstat_"].contains(where: name.hasPrefix) { return .figures }
        if name.hasPrefix("db"), Int(name.dropFirst(2)) != nil { return .figures }
        if name.hasPrefix("latency_percentiles_") { return .none }
        return .same
    }

    private static let table: [String: RedisInfoRule] = lines.reduce(into: [:]) { table, line in
        for name in line.names.split(separator: " ") { table[String(name)] = line.rule }
    }

    private static let lines: [(rule: RedisInfoRule, names: String)] = [
        // Server
        (.oldest, "redis_version valkey_version"),
        (.none, "process_id run_id tcp_port executable config_file availability_zone"),
        (.lowest, "uptime_in_seconds uptime_in_days"),
        (.highest, "server_time_usec lru_clock io_threads_active"),
        // Clients
        (.sum, "connected_clients cluster_connections blocked_clients tracking_clients"),
        (.sum, "clients_in_timeout_table pubsub_clients watching_clients total_watched_keys"),
        (.sum, "total_blocking_keys total_blocking_keys_on_nokey"),
        (.lowest, "maxclients"),
        (.highest, "client_recent_max_input_buffer client_recent_max_output_buffer"),
        // Memory. Peaks need not have been at one time: their sum is a bound.
        (.sum, "used_memory used_memory_rss used_memory_peak used_memory_overhead"),
        (.sum, "used_memory_startup used_memory_dataset used_memory_lua used_memory_vm_eval"),
        (.sum, "used_memory_scripts_eval used_memory_vm_functions used_memory_vm_total"),
        (.sum, "used_memory_functions used_memory_scripts"),
        (.sum, "allocator_allocated allocator_active allocator_resident allocator_muzzy"),
        (.sum, "allocator_frag_bytes allocator_rss_bytes rss_overhead_bytes"),
        (.sum, "mem_fragmentation_bytes mem_not_counted_for_evict mem_replication_backlog"),
        (.sum, "mem_total_replication_buffers mem_clients_slaves mem_clients_normal"),
        (.sum, "mem_cluster_links mem_aof_buffer lazyfree_pending_objects lazyfreed_objects"),
        (.percent("used_memory", "used_memory_peak"), "used_memory_peak_perc"),
        (.none, "used_memory_dataset_perc total_system_memory total_system_memory_human"),
        // Every server has all scripts and functions.
        (.highest, "number_of_cached_scripts number_of_functions number_of_libraries"),
        (.sumOfLimits, "maxmemory"),
        (.ratio("allocator_active", "allocator_allocated"), "allocator_frag_ratio"),
        (.ratio("allocator_resident", "allocator_active"), "allocator_rss_ratio"),
        (.ratio("used_memory_rss", "allocator_resident"), "rss_overhead_ratio"),
        (.ratio("used_memory_rss", "used_memory"), "mem_fragmentation_ratio"),
        (.highest, "active_defrag_running"),
        // Persistence: under way if it is on any of them, and as old as the oldest.
        (.highest, "loading async_loading rdb_bgsave_in_progress aof_rewrite_in_progress"),
        (.highest, "aof_rewrite_scheduled module_fork_in_progress current_cow_size_age"),
        (.highest, "current_fork_perc rdb_last_bgsave_time_sec rdb_current_bgsave_time_sec"),
        (.highest, "aof_last_rewrite_time_sec aof_current_rewrite_time_sec"),
        (.sum, "current_cow_peak current_cow_size current_save_keys_processed"),
        (.sum, "current_save_keys_total rdb_changes_since_last_save rdb_saves"),
        (.sum, "rdb_last_cow_size rdb_last_load_keys_expired rdb_last_load_keys_loaded"),
        (.sum, "aof_rewrites aof_last_cow_size module_fork_last_cow_size aof_current_size"),
        (.sum, "aof_base_size aof_buffer_length"),
        (.lowest, "rdb_last_save_time"),
        (.worst, "rdb_last_bgsave_status aof_last_bgrewrite_status aof_last_write_status"),
        // Stats
        (.sum, "total_connections_received total_commands_processed instantaneous_ops_per_sec"),
        (.sum, "total_net_input_bytes total_net_output_bytes total_net_repl_input_bytes"),
        (.sum, "total_net_repl_output_bytes instantaneous_input_kbps instantaneous_output_kbps"),
        (.sum, "instantaneous_input_repl_kbps instantaneous_output_repl_kbps"),
        (.sum, "rejected_connections sync_full sync_partial_ok sync_partial_err expired_keys"),
        (.sum, "expired_subkeys expired_time_cap_reached_count expire_cycle_cpu_milliseconds"),
        (.sum, "evicted_keys evicted_clients evicted_scripts total_eviction_exceeded_time"),
        (.sum, "keyspace_hits keyspace_misses total_forks migrate_cached_sockets"),
        (.sum, "slave_expires_tracked_keys active_defrag_hits active_defrag_misses"),
        (.sum, "active_defrag_key_hits active_defrag_key_misses total_active_defrag_time"),
        (.sum, "tracking_total_keys tracking_total_items tracking_total_prefixes"),
        (.sum, "unexpected_error_replies total_error_replies dump_payload_sanitizations"),
        (.sum, "total_reads_processed total_writes_processed io_threaded_reads_processed"),
        (.sum, "io_threaded_writes_processed reply_buffer_shrinks reply_buffer_expands"),
        (.sum, "acl_access_denied_auth acl_access_denied_cmd acl_access_denied_key"),
        (.sum, "acl_access_denied_channel client_query_buffer_limit_disconnections"),
        (.sum, "client_output_buffer_limit_disconnections"),
        (.highest, "expired_stale_perc latest_fork_usec current_eviction_exceeded_time"),
        (.highest, "current_active_defrag_time"),
        // A channel lives on one server, a pattern on all.
        (.sum, "pubsub_channels pubsubshard_channels"), (.highest, "pubsub_patterns"),
        // Replication: each server has a history of its own.
        (.sum, "connected_slaves repl_backlog_size repl_backlog_histlen"),
        (.lowest, "min_slaves_good_slaves"), (.highest, "repl_backlog_active"),
        (.none, "master_replid master_replid2 master_repl_offset second_repl_offset"),
        (.none, "repl_backlog_first_byte_offset slave_repl_offset slave_read_repl_offset"),
        // CPU
        (.sum, "used_cpu_sys used_cpu_user used_cpu_sys_children used_cpu_user_children"),
        (.sum, "used_cpu_sys_main_thread used_cpu_user_main_thread"),
    ]

    // MARK: - Merging

    /// One value of those that the servers give; nil if there is none that is true of all.
    ///
    /// - Parameters:
    ///   - servers: how many servers there are, each of which need not have the field.
    ///   - known: the merged fields of the same section so far.
    func merge(_ values: [String], of servers: Int, known: [String: String]) -> String? {
        switch self {
        case .sum: return Self.sum(values)
        case .sumOfLimits: return values.contains("0") ? "0" : Self.sum(values)
        case .highest: return Self.extreme(values) { $0 > $1 }
        case .lowest: return Self.extreme(values) { $0 < $1 }
        case .oldest: return values.min { Self.parts($0).lexicographicallyPrecedes(Self.parts($1)) }
        case .same:
            guard let first = values.first, values.count == servers else { return nil }
            return values.allSatisfy { $0 == first } ? first : nil
        case .worst: return values.first { $0 != "ok" } ?? values.first
        case .ratio(let above, let below):
            return Self.quotient(known[above.description], known[below.description], times: 1)
        case .percent(let above, let below):
            return Self.quotient(known[above.description], known[below.description], times: 100)
                .map { $0 + "%" }
        case .human(let bytes): return known[bytes].flatMap(Int.init).map(Self.human)
        case .figures: return RedisInfoFigures.merge(values)
        case .none: return nil
        }
    }

    private static func sum(_ values: [String]) -> String? {
        let numbers = values.compactMap(FixedNumber.init)
        guard let first = numbers.first, numbers.count == values.count else { return nil }
        return numbers.dropFirst().reduce(first, +).text
    }

    private static func extreme(
        _ values: [String], _ precedes: (FixedNumber, FixedNumber) -> Bool
    ) -> String? {
        let numbers = values.compactMap { text in FixedNumber(text).map { (number: $0, text: text) }
        }
        guard numbers.count == values.count else { return nil }
        return numbers.min { precedes($0.number, $1.number) }?.text
    }

    private static func parts(_ version: String) -> [Int] {
        version.split(separator: ".").map { Int($0) ?? 0 }
    }

    /// As servers write bytes: `512B`, `894.95K`, `1.50G`.
    private static func human(_ bytes: Int) -> String {
        guard bytes >= 1024 else { return "\(bytes)B" }
        var unit = 1024.0
        for letter in ["K", "M", "G", "T"] {
            if Double(bytes) < unit * 1024 { return inUnits(bytes, of: unit) + letter }
            unit *= 1024
        }
        return inUnits(bytes, of: unit) + "P"
    }

    private static func inUnits(_ bytes: Int, of unit: Double) -> String {
        FixedNumber(units: Int((Double(bytes) / unit * 100).rounded()), digits: 2).text
    }

    /// With two digits behind the point, as servers write it.
    private static func quotient(_ above: String?, _ below: String?, times factor: Int) -> String? {
        guard let above = above.flatMap(Int.init), let below = below.flatMap(Int.init), below > 0
        else { return nil }
        let hundredths = Double(above) / Double(below) * Double(factor) * 100
        guard hundredths.isFinite, hundredths < 1e15 else { return nil }
        return FixedNumber(units: Int(hundredths.rounded()), digits: 2).text
    }
}
