import Proxy
import Testing

@testable import Admin

struct PrometheusTextTests {
    private let text = PrometheusText(
        Samples.snapshot(), of: Samples.identity, at: 1_795_242_629
    ).text

    @Test(arguments: [
        #"martlet_pool_client_eof_total{pool="memc"} 1"#,
        #"martlet_pool_client_connections{pool="memc"} 1"#,
        #"martlet_server_requests_total{pool="memc",server="127.0.0.1:31102"} 11"#,
        #"martlet_server_timedout_total{pool="alpha",server="redis-hang"} 1"#,
        #"martlet_server_ejected_at_seconds{pool="alpha",server="redis-hang"} 1795242626.498305"#,
        #"martlet_server_ejected_at_seconds{pool="memc",server="127.0.0.1:31101"} 0"#,
        #"martlet_server_live{pool="alpha",server="redis-hang"} 0"#,
        #"martlet_pool_live_servers{pool="memc"} 2"#,
        #"martlet_build_info{version="0.1.0"} 1"#,
        "martlet_up 1",
        "martlet_uptime_seconds 3",
        "martlet_opened_connections_total 13",
        "martlet_connections 8",
    ])
    func hasSample(_ line: String) {
        #expect(text.split(separator: "\n").contains { $0 == line })
    }

    @Test(arguments: [
        #"martlet_group_has_primary{pool="store",server="first"} 1"#,
        #"martlet_group_has_primary{pool="store",server="second"} 0"#,
        #"martlet_group_missing_seconds{pool="store",server="second"} 1.250000"#,
        #"martlet_group_waiting{pool="store",server="second"} 5"#,
        #"martlet_group_held_total{pool="store",server="first"} 37"#,
        #"martlet_group_change_time_seconds_total{pool="store",server="first"} 0.014250"#,
        #"martlet_group_last_change_seconds{pool="store",server="first"} 0.014250"#,
        #"martlet_node_primary{pool="store",server="first",node="10.0.0.9:6379"} 1"#,
        #"martlet_node_up{pool="store",server="second",node="10.0.1.7:6379"} 0"#,
        #"martlet_node_link_up{pool="store",server="first",node="10.0.0.7:6379"} 0"#,
        #"martlet_node_lag_bytes{pool="store",server="first",node="10.0.0.7:6379"} 4096"#,
        #"martlet_node_round_trip_seconds{pool="store",server="first",node="10.0.0.9:6379"} 0.000350"#,
        #"martlet_node_since_seconds{pool="store",server="first",node="10.0.0.9:6379"} 1795242626.498305"#,
    ])
    func hasSampleOfGroups(_ line: String) {
        let text = PrometheusText(Samples.groupSnapshot(), of: Samples.identity, at: 0).text

        #expect(text.split(separator: "\n").contains { $0 == line })
    }

    @Test func lagThatIsNotKnownHasNoSample() {
        let text = PrometheusText(Samples.groupSnapshot(), of: Samples.identity, at: 0).text

        let samples = text.split(separator: "\n").filter { $0.hasPrefix("martlet_node_lag_bytes{") }
        #expect(samples.count == 1)
    }

    @Test func everySampleFollowsItsHelpAndType() {
        var family = ""
        var seen: Set<Substring> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP ") {
                #expect(seen.insert(words[2]).inserted, "a family comes once")
                family = String(words[2])
            } else if line.hasPrefix("# TYPE ") {
                #expect(words[2] == family)
                #expect(words[3] == Self.type(of: family))
            } else {
                #expect(line.prefix { $0 != "{" && $0 != " " } == family)
                #expect(words.last.flatMap { Double($0) } != nil)
            }
        }
        let pools = PoolMetric.allCases.count + ServerMetric.allCases.count
        let groups = GroupMetric.allCases.count + NodeMetric.allCases.count
        #expect(seen.count == 10 + pools + groups)
    }

    private static func type(of family: String) -> String {
        if family.hasSuffix("_latency_seconds") { return "histogram" }
        return family.hasSuffix("_total") ? "counter" : "gauge"
    }

    @Test func escapesLabels() {
        let text = PrometheusText(Samples.hostileSnapshot(), of: Samples.identity, at: 0).text

        #expect(text.contains(#"martlet_pool_fragments_total{pool="a \"quoted\\pool\"\nünd"} 0"#))
    }
}
