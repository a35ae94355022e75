import Foundation
import Proxy
import Testing

@testable import Admin

struct LatencyDocumentTests {
    @Test func listsPoolsClassesServersAndParts() {
        let times = """
            "count":3, "sum_us":3030, "p50_us":21, "p90_us":3000, "p99_us":3000, \
            "p999_us":3000, "p9999_us":3000, "max_us":3000
            """
        let total = """
            "count":3, "sum_us":6060, "p50_us":43, "p90_us":6000, "p99_us":6000, \
            "p999_us":6000, "p9999_us":6000, "max_us":6000
            """
        let none = """
            "count":0, "sum_us":0, "p50_us":0, "p90_us":0, "p99_us":0, "p999_us":0, \
            "p9999_us":0, "max_us":0
            """
        let parts = #"{"server": {\#(times)},"proxy": {\#(times)},"total": {\#(total)}}"#
        let empty = #"{"server": {\#(none)},"proxy": {\#(none)},"total": {\#(none)}}"#
        let expected =
            #"{"timestamp":7, "pools": {"memc": {"all": \#(parts),"read": \#(parts),"#
            + #""servers": {"127.0.0.1:31101": {"read": \#(parts)}}},"#
            + #""alpha": {"all": \#(empty),"servers": {"redis-hang": {}}}}}"#

        #expect(LatencyDocument.json(Samples.latencies(), at: 7) == expected)
    }

    @Test func isAPageOfThePort() throws {
        let fixture = try AdminFixture()

        let page = try fixture.ask("GET /latency HTTP/1.1\r\n\r\n")
        let index = try fixture.ask("GET / HTTP/1.1\r\n\r\n")

        #expect(page.status == "200 OK")
        #expect(page.text.contains("\r\nContent-Type: application/json\r\n"))
        #expect(try JSONSerialization.jsonObject(with: Data(page.body.utf8)) is [String: Any])
        #expect(index.body.contains("/latency "))
    }
}

struct LatencyPrometheusTests {
    private let lines = PrometheusText(
        Samples.snapshot(), Samples.latencies(), of: Samples.identity, at: 0
    ).text.split(separator: "\n").filter { $0.contains("_latency_seconds") }

    @Test(arguments: [
        #"martlet_pool_latency_seconds_bucket{pool="memc",class="read",part="server",le="0.000016"} 1"#,
        #"martlet_pool_latency_seconds_bucket{pool="memc",class="read",part="server",le="0.000032"} 2"#,
        #"martlet_pool_latency_seconds_bucket{pool="memc",class="read",part="server",le="0.002048"} 2"#,
        #"martlet_pool_latency_seconds_bucket{pool="memc",class="read",part="server",le="0.004096"} 3"#,
        #"martlet_pool_latency_seconds_bucket{pool="memc",class="read",part="total",le="16.777216"} 3"#,
        #"martlet_pool_latency_seconds_bucket{pool="memc",class="read",part="total",le="+Inf"} 3"#,
        #"martlet_pool_latency_seconds_sum{pool="memc",class="read",part="total"} 0.006060"#,
        #"martlet_pool_latency_seconds_count{pool="memc",class="read",part="total"} 3"#,
        #"martlet_server_latency_seconds_count{pool="memc",server="127.0.0.1:31101",class="read",part="server"} 3"#,
        "# TYPE martlet_pool_latency_seconds histogram",
        "# TYPE martlet_server_latency_seconds histogram",
    ])
    func hasLine(_ line: String) {
        #expect(lines.contains { $0 == line })
    }

    /// As the format demands: bounds ascend, counts do not descend, and the last is the count.
    @Test func bucketsAreCumulative() throws {
        var bounds: [Double] = []
        var counts: [Int] = []
        var histograms = 0
        for line in lines where !line.hasPrefix("#") {
            let value = try #require(line.split(separator: " ").last)
            if let match = line.firstMatch(of: /_bucket{.*,le="([^"]+)"}/) {
                bounds.append(
                    match.output.1 == "+Inf" ? .infinity : try #require(Double(match.output.1)))
                counts.append(try #require(Int(value)))
            } else if line.contains("_count{") {
                #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count)
                #expect(bounds.last == .infinity)
                #expect(counts == counts.sorted())
                #expect(counts.last == Int(value))
                bounds = []
                counts = []
                histograms += 1
            }
        }
        #expect(histograms == 6)
        #expect(bounds.isEmpty)
    }

    @Test func whatHasNoRequestsHasNoSamples() {
        #expect(!lines.contains { $0.contains("alpha") })
    }
}
