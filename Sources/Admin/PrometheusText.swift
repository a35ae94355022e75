import Proxy

/// The statistics in Prometheus' text format, version 0.0.4.
///
/// Every metric comes from the metric tables: `martlet_pool_…` labelled with the pool,
/// `martlet_server_…` with pool and server, `martlet_group_…` for servers that are followed, and
/// `martlet_node_…` for the nodes of their groups. What only grows ends in `_total`; points in time
/// are in seconds, as Prometheus wants its units.
struct PrometheusText {
    /// The media type to send it as.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text so far.
    private(set) var text = ""

    /// All figures of a snapshot at the given second since the Unix epoch.
    init(
        _ snapshot: StatsSnapshot, _ latency: [PoolLatency] = [], of identity: ServiceIdentity,
        at now: Int
    ) {
        appendProcess(snapshot, identity, now)
        appendHealth(snapshot)
        for metric in PoolMetric.allCases { append(metric, snapshot) }
        for metric in ServerMetric.allCases { append(metric, snapshot) }
        for metric in GroupMetric.allCases { append(metric, snapshot) }
        for metric in NodeMetric.allCases { append(metric, snapshot) }
        append(latency)
    }

    // MARK: - Families

    private mutating func appendProcess(
        _ snapshot: StatsSnapshot, _ identity: ServiceIdentity, _ now: Int
    ) {
        family("martlet_up", .gauge, "1 while the proxy answers.")
        sample("martlet_up", [], "1")
        family("martlet_build_info", .gauge, "The version that runs, as a label.")
        sample("martlet_build_info", [("version", identity.version)], "1")
        family("martlet_uptime_seconds", .gauge, "Seconds since the proxy started.")
        sample("martlet_uptime_seconds", [], String(max(0, now - identity.startedAt)))
        family(
            "martlet_opened_connections", .counter,
            "Connections of all kinds opened since the start.")
        sample("martlet_opened_connections_total", [], String(snapshot.totalConnections))
        family("martlet_connections", .gauge, "Connections of all kinds open now.")
        sample("martlet_connections", [], String(snapshot.currentConnections))
    }

    private mutating func appendHealth(_ snapshot: StatsSnapshot) {
        family(
            "martlet_pool_min_servers", .gauge, "Live servers that the pool needs to be healthy.")
        for pool in snapshot.pools {
            sample("martlet_pool_min_servers", [("pool", pool.name)], String(pool.minServers))
        }
        family("martlet_pool_live_servers", .gauge, "Servers of the pool that take requests now.")
        for pool in snapshot.pools {
            sample("martlet_pool_live_servers", [("pool", pool.name)], String(pool.liveServers))
        }
        family(
            "martlet_server_live", .gauge,
            "1 while the server takes requests, 0 while it is ejected.")
        for pool in snapshot.pools {
            for server in pool.servers {
                let labels = [("pool", pool.name), ("server", server.name)]
                sample("martlet_server_live", labels, server.isLive ? "1" : "0")
            }
        }
    }

    private mutating func append(_ metric: PoolMetric, _ snapshot: StatsSnapshot) {
        let name = "martlet_pool_" + metric.rawValue
        family(name, metric.kind, metric.help)
        for pool in snapshot.pools {
            figure(name, metric.kind, [("pool", pool.name)], pool[metric])
        }
    }

    private mutating func append(_ metric: ServerMetric, _ snapshot: StatsSnapshot) {
        // The JSON's `server_eof` and `requests` are both the server's: say so once.
        let prefix = metric.rawValue.hasPrefix("server_") ? "martlet_" : "martlet_server_"
        let name = prefix + metric.rawValue
        family(name, metric.kind, metric.help)
        for pool in snapshot.pools {
            for server in pool.servers {
                let labels = [("pool", pool.name), ("server", server.name)]
                figure(name, metric.kind, labels, server[metric])
            }
        }
    }

    private mutating func append(_ metric: GroupMetric, _ snapshot: StatsSnapshot) {
        let name = "martlet_group_" + metric.rawValue
        family(name, metric.kind, metric.help)
        for (group, labels) in Self.groups(of: snapshot) {
            figure(name, metric.kind, labels, group[metric])
        }
    }

    private mutating func append(_ metric: NodeMetric, _ snapshot: StatsSnapshot) {
        let name = "martlet_node_" + metric.rawValue
        family(name, metric.kind, metric.help)
        for (group, labels) in Self.groups(of: snapshot) {
            for node in group.nodes {
                guard let value = node[metric] else { continue }
                figure(name, metric.kind, labels + [("node", node.address)], value)
            }
        }
    }

    typealias Labels = [(name: String, value: String)]

    private static func groups(of snapshot: StatsSnapshot) -> [(GroupStats, Labels)] {
        snapshot.pools.flatMap { pool in
            pool.servers.compactMap { server in
                server.group.map { ($0, [("pool", pool.name), ("server", server.name)]) }
            }
        }
    }

    // MARK: - Lines

    private mutating func family(_ name: String, _ kind: MetricKind, _ help: String) {
        family(Self.sampleName(name, kind), type: Self.type(kind), help)
    }

    mutating func family(_ name: String, type: String, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n"
        text += "# TYPE \(name) \(type)\n"
    }

    private mutating func figure(
        _ name: String, _ kind: MetricKind, _ labels: Labels, _ value: Int
    ) {
        sample(Self.sampleName(name, kind), labels, Self.shown(value, kind))
    }

    mutating func sample(_ name: String, _ labels: Labels, _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " " + value + "\n"
    }

    private static func sampleName(_ name: String, _ kind: MetricKind) -> String {
        switch kind {
        case .counter: name + "_total"
        case .gauge: name
        case .timestamp, .duration: name + "_seconds"
        case .totalDuration: name + "_seconds_total"
        }
    }

    private static func type(_ kind: MetricKind) -> String {
        switch kind {
        case .counter, .totalDuration: "counter"
        case .gauge, .timestamp, .duration: "gauge"
        }
    }

    private static func shown(_ value: Int, _ kind: MetricKind) -> String {
        switch kind {
        case .counter, .gauge: String(value)
        case .timestamp, .duration, .totalDuration: seconds(microseconds: value)
        }
    }

    static func seconds(microseconds: Int) -> String {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let digits = String(rest)
        return rest == 0
            ? String(whole)
            : "\(whole)." + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The format's escapes: backslash and line feed everywhere, the quote in label values only.
    private static func escaped(_ string: String, quotes: Bool) -> String {
        var result = ""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
