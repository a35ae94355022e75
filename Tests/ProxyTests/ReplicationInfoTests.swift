import Testing

@testable import Proxy

@Suite struct ReplicationInfoTests {
    private static let first = String(repeating: "a", count: 40)
    private static let second = String(repeating: "b", count: 40)
    private static let none = String(repeating: "0", count: 40)

    private func info(_ lines: String...) -> ReplicationInfo {
        ReplicationInfo((["# Replication"] + lines).joined(separator: "\r\n").utf8)
    }

    @Test func readsAPrimary() {
        let info = info(
            "role:master", "connected_slaves:2",
            "slave0:ip=10.0.0.8,port=6379,state=online,offset=196,lag=1",
            "slave1:ip=cache-2.example,port=6380,state=wait_bgsave,offset=0,lag=0",
            "master_failover_state:no-failover", "master_replid:\(Self.first)",
            "master_replid2:\(Self.second)", "master_repl_offset:210", "second_repl_offset:42",
            "repl_backlog_active:1")

        #expect(info.role == .primary)
        #expect(info.primary == nil)
        #expect(info.connectedReplicas == 2)
        #expect(info.replicas.map(\.endpoint.host) == ["10.0.0.8", "cache-2.example"])
        #expect(info.replicas.map(\.endpoint.port) == [6379, 6380])
        #expect(info.replicas.map(\.isOnline) == [true, false])
        #expect(info.replicas[0].offset == 196)
        #expect(info.replicas[0].lagSeconds == 1)
        #expect(info.replicationID == Self.first)
        #expect(info.formerReplicationID == Self.second)
        #expect(info.offset == 210)
        #expect(info.formerOffset == 42)
    }

    @Test func readsAReplica() {
        let info = info(
            "role:slave", "master_host:::1", "master_port:6379", "master_link_status:up",
            "master_last_io_seconds_ago:3", "master_sync_in_progress:0",
            "slave_read_repl_offset:99", "slave_repl_offset:98", "slave_priority:100",
            "connected_slaves:0", "master_replid:\(Self.first)", "master_replid2:\(Self.none)",
            "master_repl_offset:98")

        #expect(info.role == .replica)
        #expect(info.primary == ReplicationInfo.Endpoint(host: "::1", port: 6379))
        #expect(info.isLinkUp)
        #expect(info.silentSeconds == 3)
        #expect(!info.isSyncing)
        #expect(info.replicaOffset == 98)
        #expect(info.formerReplicationID == "")
    }

    @Test func readsAReplicaWhoseLinkIsDown() {
        let info = info(
            "role:slave", "master_host:10.0.0.7", "master_port:6379", "master_link_status:down",
            "master_last_io_seconds_ago:-1", "master_sync_in_progress:1",
            "master_link_down_since_seconds:12")

        #expect(!info.isLinkUp)
        #expect(info.isSyncing)
        #expect(info.silentSeconds == 12)
    }

    @Test(arguments: [
        "", ":", "::::", "role", "role:", "role:sentinel", "slave0", "slave0:", "slave0:ip=",
        "slave0:ip=10.0.0.1", "slave0:port=1", "slave0:ip=10.0.0.1,port=0",
        "slave0:ip=10.0.0.1,port=65536", "slave0:ip=a b,port=1", "slave0:ip=\u{1b}[31m,port=1",
        "slave0:=,=,==", "slave:ip=10.0.0.1,port=1", "slaves:ip=10.0.0.1,port=1",
        "master_host:10.0.0.1", "master_port:6379", "master_replid:abc",
        "master_repl_offset:99999999999999999999999", "master_repl_offset:-5",
        "slave_repl_offset:x", "connected_slaves:-1",
    ])
    func leavesWhatDoesNotReadAsItShould(_ line: String) {
        #expect(info(line) == ReplicationInfo())
    }

    @Test func bytesOfAnyKindAreHarmless() {
        var numbers = SeededNumbers(seed: 7)

        for _ in 0..<200 { _ = ReplicationInfo(numbers.bytes(1_000)) }
    }

    @Test func listsAreBounded() {
        let lines = (0..<1_000).map { "slave\($0):ip=10.0.0.1,port=\($0 + 1),state=online" }

        let info = ReplicationInfo(lines.joined(separator: "\n").utf8)

        #expect(info.replicas.count == ReplicationInfo.mostReplicas)
    }

    @Test func longHostIsNone() {
        let long = String(repeating: "a", count: 256)

        #expect(info("master_host:\(long)", "master_port:1").primary == nil)
    }
}
