import Proxy

/// Latencies as histograms, which can be summed over proxies, pools and servers before a quantile
/// is taken of them; of ready-made quantiles no sum would mean anything.
extension PrometheusText {
    /// The buckets' bounds as powers of two, in microseconds: 16 µs to 17 s. The figures are exact
    /// there, and 21 of them a class and part are few enough to keep.
    static let bounds = 4...24

    mutating func append(_ latency: [PoolLatency]) {
        family(
            "martlet_pool_latency_seconds", type: "histogram",
            "How long requests took, by class: at the server, in the proxy, and in total.")
        for pool in latency {
            append(pool.table, "martlet_pool_latency_seconds", [("pool", pool.name)])
        }
        family(
            "martlet_server_latency_seconds", type: "histogram",
            "How long requests of one server took; parts of split ones count at the server only.")
        for pool in latency {
            for server in pool.servers {
                append(
                    server.table, "martlet_server_latency_seconds",
                    [("pool", pool.name), ("server", server.name)])
            }
        }
    }

    private mutating func append(_ table: LatencyTable, _ name: String, _ labels: Labels) {
        for commandClass in table.classes {
            for part in LatencyPart.allCases {
                guard let histogram = table[commandClass, part] else { continue }
                append(
                    histogram, name,
                    labels + [("class", commandClass.name), ("part", part.name)])
            }
        }
    }

    private mutating func append(
        _ histogram: LatencyHistogram, _ name: String, _ labels: Labels
    ) {
        for exponent in Self.bounds {
            let bound = Self.seconds(microseconds: 1 << exponent)
            sample(
                name + "_bucket", labels + [("le", bound)], String(histogram.count(below: exponent))
            )
        }
        sample(name + "_bucket", labels + [("le", "+Inf")], String(histogram.count))
        sample(name + "_sum", labels, Self.seconds(microseconds: histogram.sum))
        sample(name + "_count", labels, String(histogram.count))
    }
}
