public import Proxy

/// The statistics as one JSON object: twemproxy's document, field for field.
///
/// The order of fields is that of the metric tables, the order of pools and servers that of the
/// snapshot.
public enum StatsDocument {
    /// The document without a line end.
    ///
    /// - Parameters:
    ///   - snapshot: the figures.
    ///   - identity: the process that they are of.
    ///   - now: seconds since the Unix epoch.
    public static func json(_ snapshot: StatsSnapshot, of identity: ServiceIdentity, at now: Int)
        -> String
    {
        var writer = JSONWriter()
        writer.beginDocument()
        writer.member("service", identity.service)
        writer.member("source", identity.source)
        writer.member("version", identity.version)
        writer.member("uptime", max(0, now - identity.startedAt))
        writer.member("timestamp", now)
        writer.member("total_connections", snapshot.totalConnections)
        writer.member("curr_connections", snapshot.currentConnections)
        for pool in snapshot.pools { append(pool, to: &writer) }
        writer.endObject()
        return writer.text
    }

    private static func append(_ pool: PoolStats, to writer: inout JSONWriter) {
        writer.beginObject(pool.name)
        for metric in PoolMetric.allCases { writer.member(metric.rawValue, pool[metric]) }
        for server in pool.servers {
            writer.beginObject(server.name)
            for metric in ServerMetric.allCases { writer.member(metric.rawValue, server[metric]) }
            writer.endObject()
        }
        writer.endObject()
    }
}
