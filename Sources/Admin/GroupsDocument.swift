import Proxy

/// What is known of replication groups as one JSON object: pools, their followed servers, and the
/// nodes of each.
///
/// The order of fields is that of the metric tables. Pools without a followed server are left out.
enum GroupsDocument {
    /// The document without a line end, at the given second since the Unix epoch.
    static func json(_ snapshot: StatsSnapshot, at now: Int) -> String {
        var writer = JSONWriter()
        writer.beginDocument()
        writer.member("timestamp", now)
        writer.beginObject("pools")
        for pool in snapshot.pools where pool.servers.contains(where: { $0.group != nil }) {
            append(pool, to: &writer)
        }
        writer.endObject()
        writer.endObject()
        return writer.text
    }

    private static func append(_ pool: PoolStats, to writer: inout JSONWriter) {
        writer.beginObject(pool.name)
        for metric in [GroupMetric.waiting, .waitingBytes] {
            writer.member(metric.rawValue, metric.kind, pool[sumOf: metric])
        }
        writer.beginObject("servers")
        for server in pool.servers {
            if let group = server.group { append(group, named: server.name, to: &writer) }
        }
        writer.endObject()
        writer.endObject()
    }

    private static func append(
        _ group: GroupStats, named name: String, to writer: inout JSONWriter
    ) {
        writer.beginObject(name)
        writer.member("primary", group.primary ?? "")
        writer.member("awaited", group.awaited)
        for metric in GroupMetric.allCases {
            writer.member(metric.rawValue, metric.kind, group[metric])
        }
        writer.beginObject("nodes")
        for node in group.nodes { append(node, to: &writer) }
        writer.endObject()
        writer.endObject()
    }

    private static func append(_ node: NodeStats, to writer: inout JSONWriter) {
        writer.beginObject(node.address)
        writer.member("role", node.role.rawValue)
        writer.member("state", node.state.rawValue)
        writer.member("problem", node.problem)
        for metric in NodeMetric.allCases {
            if let value = node[metric] { writer.member(metric.rawValue, metric.kind, value) }
        }
        writer.endObject()
    }
}
