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
                #expect(words[3] == (family.hasSuffix("_total") ? "counter" : "gauge"))
            } else {
                #expect(line.prefix { $0 != "{" && $0 != " " } == family)
                #expect(words.last.flatMap { Double($0) } != nil)
            }
        }
        #expect(seen.count == 8 + PoolMetric.allCases.count + ServerMetric.allCases.count)
    }

    @Test func escapesLabels() {
        let text = PrometheusText(Samples.hostileSnapshot(), of: Samples.identity, at: 0).text

        #expect(text.contains(#"martlet_pool_fragments_total{pool="a \"quoted\\pool\"\nünd"} 0"#))
    }
}
