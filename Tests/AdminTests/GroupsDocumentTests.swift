import Foundation
import Proxy
import Testing

@testable import Admin

struct GroupsDocumentTests {
    @Test func listsGroupsAndTheirNodes() {
        let expected = """
            {"timestamp":1795242629, "pools": {"store": {"waiting":5, "waiting_bytes":150, \
            "servers": {"first": {"primary":"10.0.0.9:6379", "awaited":"", "has_primary":1, \
            "missing_us":0, "seeking":0, "epoch":3, "readable_replicas":0, "waiting":0, \
            "waiting_bytes":0, "held":37, "replayed":0, "expired":0, "promotions":1, \
            "split_brains":0, "changes":1, "change_time_us":14250, "last_change_us":14250, \
            "nodes": {"10.0.0.9:6379": {"role":"primary", "state":"reachable", "problem":"", \
            "up":1, "primary":1, "loading":0, "refused":0, "link_up":0, "readable":0, \
            "round_trip_us":350, "since":1795242626498305},\
            "10.0.0.7:6379": {"role":"replica", "state":"link_down", "problem":"", "up":1, \
            "primary":0, "loading":0, "refused":0, "link_up":0, "readable":0, \
            "lag_bytes":4096, "lag_seconds":2, "round_trip_us":0, "since":0}}},\
            "second": {"primary":"10.0.1.7:6379", \
            "awaited":"10.0.1.7:6379: Connection refused", "has_primary":0, \
            "missing_us":1250000, "seeking":1, "epoch":1, "readable_replicas":0, "waiting":5, \
            "waiting_bytes":150, "held":0, "replayed":0, "expired":0, "promotions":0, \
            "split_brains":0, "changes":0, "change_time_us":0, "last_change_us":0, \
            "nodes": {"10.0.1.7:6379": {"role":"unknown", "state":"unreachable", \
            "problem":"Connection refused", "up":0, "primary":0, "loading":0, "refused":0, \
            "link_up":0, "readable":0, "round_trip_us":0, "since":0}}}}}}}
            """

        let json = GroupsDocument.json(Samples.groupSnapshot(), at: 1_795_242_629)

        #expect(json == expected)
    }

    @Test func leavesOutPoolsWithoutGroups() {
        let json = GroupsDocument.json(Samples.snapshot(), at: 7)

        #expect(json == #"{"timestamp":7, "pools": {}}"#)
    }

    @Test func isAPageOfThePort() throws {
        let fixture = try AdminFixture()
        fixture.source.figures = Samples.groupSnapshot()

        let client = try fixture.ask("GET /groups HTTP/1.1\r\n\r\n")
        let index = try fixture.ask("GET / HTTP/1.1\r\n\r\n")

        #expect(client.status == "200 OK")
        #expect(client.text.contains("\r\nContent-Type: application/json\r\n"))
        #expect(try JSONSerialization.jsonObject(with: Data(client.body.utf8)) is [String: Any])
        #expect(index.body.contains("/groups "))
    }
}
