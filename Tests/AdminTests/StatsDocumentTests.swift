import Foundation
import Proxy
import Testing

@testable import Admin

struct StatsDocumentTests {
    @Test func equalsTwemproxysBytes() {
        let server = """
            "server_eof":0, "server_err":0, "server_timedout":0, "server_connections":1, \
            "server_ejected_at":0, "requests":11, "request_bytes":216, "responses":11, \
            "response_bytes":260, "in_queue":0, "in_queue_bytes":0, "out_queue":0, "out_queue_bytes":0
            """
        let expected = """
            {"service":"nutcracker", "source":"vm", "version":"0.1.0", "uptime":3, \
            "timestamp":1795242629, "total_connections":13, "curr_connections":8, \
            "memc": {"client_eof":1, "client_err":1, "client_connections":1, "server_ejects":0, \
            "forward_error":0, "fragments":0, \
            "127.0.0.1:31101": {\(server)},"127.0.0.1:31102": {\(server)}},\
            "alpha": {"client_eof":0, "client_err":0, "client_connections":0, "server_ejects":1, \
            "forward_error":1, "fragments":0, \
            "redis-hang": {"server_eof":0, "server_err":0, "server_timedout":1, \
            "server_connections":0, "server_ejected_at":1795242626498305, "requests":1, \
            "request_bytes":29, "responses":0, "response_bytes":0, "in_queue":0, \
            "in_queue_bytes":0, "out_queue":0, "out_queue_bytes":0}}}
            """

        let json = StatsDocument.json(Samples.snapshot(), of: Samples.identity, at: 1_795_242_629)

        #expect(json == expected)
    }

    @Test func escapesNames() throws {
        let json = StatsDocument.json(
            Samples.hostileSnapshot(), of: Samples.identity, at: 1_795_242_629)

        #expect(json.contains(#""a \"quoted\\pool\"\nünd": {"#))
        #expect(json.contains(#""tab\there\u0001": {"#))
        let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let pool = try #require(parsed?["a \"quoted\\pool\"\nünd"] as? [String: Any])
        #expect(pool["tab\there\u{1}"] != nil)
    }

    @Test func aClockSetBackGivesNoNegativeUptime() {
        let json = StatsDocument.json(Samples.snapshot(), of: Samples.identity, at: 1)

        #expect(json.contains(#""uptime":0, "timestamp":1"#))
    }

    /// Scripts that know twemproxy's document get no more than that.
    @Test func saysNothingOfGroups() {
        let snapshot = Samples.groupSnapshot()
        var plain = snapshot
        for index in plain.pools[0].servers.indices { plain.pools[0].servers[index].group = nil }

        let json = StatsDocument.json(snapshot, of: Samples.identity, at: 1_795_242_629)

        #expect(json == StatsDocument.json(plain, of: Samples.identity, at: 1_795_242_629))
    }

    @Test func describesEveryMetric() {
        let text = describeStats()

        for metric in GroupMetric.allCases { #expect(text.contains(metric.help)) }
        for metric in NodeMetric.allCases { #expect(text.contains(metric.help)) }
        for metric in PoolMetric.allCases { #expect(text.contains("  \(metric.rawValue) ")) }
        for metric in ServerMetric.allCases { #expect(text.contains(metric.help)) }
        #expect(text.hasPrefix("pool stats:\n  client_eof          \"Clients"))
    }
}
