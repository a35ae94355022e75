import Proxy

/// How long requests took, as one JSON object: of each pool all requests, each class, and each
/// server's by class; of each of these the server's part, the proxy's and the total.
///
/// Times are in microseconds, since the start. Classes without requests are left out.
enum LatencyDocument {
    /// The percentiles by name, in thousandths of a percent.
    static let percentiles = [
        ("p50", 50_000), ("p90", 90_000), ("p99", 99_000), ("p999", 99_900), ("p9999", 99_990),
    ]

    /// The document without a line end, at the given second since the Unix epoch.
    static func json(_ pools: [PoolLatency], at now: Int) -> String {
        var writer = JSONWriter()
        writer.beginDocument()
        writer.member("timestamp", now)
        writer.beginObject("pools")
        for pool in pools { append(pool, to: &writer) }
        writer.endObject()
        writer.endObject()
        return writer.text
    }

    private static func append(_ pool: PoolLatency, to writer: inout JSONWriter) {
        writer.beginObject(pool.name)
        writer.beginObject("all")
        for part in LatencyPart.allCases { append(pool.table[part], part, to: &writer) }
        writer.endObject()
        append(pool.table, to: &writer)
        writer.beginObject("servers")
        for server in pool.servers {
            writer.beginObject(server.name)
            append(server.table, to: &writer)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
    }

    private static func append(_ table: LatencyTable, to writer: inout JSONWriter) {
        for commandClass in table.classes {
            writer.beginObject(commandClass.name)
            for part in LatencyPart.allCases {
                guard let histogram = table[commandClass, part] else { continue }
                append(histogram, part, to: &writer)
            }
            writer.endObject()
        }
    }

    private static func append(
        _ histogram: LatencyHistogram, _ part: LatencyPart, to writer: inout JSONWriter
    ) {
        writer.beginObject(part.name)
        writer.member("count", histogram.count)
        writer.member("sum", .totalDuration, histogram.sum)
        for (name, share) in percentiles {
            writer.member(name, .duration, histogram.percentile(share))
        }
        writer.member("max", .duration, histogram.longest)
        writer.endObject()
    }
}
