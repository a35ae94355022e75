import Testing

@testable import Configuration

/// The keys about replication groups, and what they mean.
@Suite struct ReplicationTests {
    @Test func defaultsHoldForSeconds() throws {
        let pool = try configuration(file("redis: true")).pools[0]

        #expect(pool.topology == nil)
        #expect(pool.readers.isEmpty)
        #expect(pool.nodes.isEmpty)
        #expect(pool.failoverWaitMilliseconds == 5000)
        #expect(pool.failoverMaxRequests == 100_000)
        #expect(pool.failoverMaxBytes == 64 << 20)
        #expect(pool.replay == .safe)
        #expect(pool.readFrom == .primary)
        #expect(pool.maxReplicaLag == nil)
        #expect(pool.readYourWritesMilliseconds == 1000)
    }

    @Test func everyKeyIsRead() throws {
        let text = file(
            "redis: true", "topology: replication_group", "reader: ro.example:6379 one",
            "nodes:", "  - 10.0.0.7:6379 one", "  - '[fd00::7]:6380 two'",
            "failover_wait: 0", "failover_max_requests: 10", "failover_max_bytes: 512kb",
            "replay: idempotent", "read_from: prefer_replica", "max_replica_lag: 1mb 10s",
            "read_your_writes: 250", servers: ["a.example:6379:1 one", "b.example:6379:1 two"])

        let pool = try configuration(text).pools[0]

        #expect(pool.topology == .replicationGroup)
        #expect(pool.readers == [GroupEndpoint(host: "ro.example", port: 6379, server: "one")])
        #expect(
            pool.nodes == [
                GroupEndpoint(host: "10.0.0.7", port: 6379, server: "one"),
                GroupEndpoint(host: "fd00::7", port: 6380, server: "two"),
            ])
        #expect(pool.failoverWaitMilliseconds == 0)
        #expect(pool.failoverMaxRequests == 10)
        #expect(pool.failoverMaxBytes == 512 << 10)
        #expect(pool.replay == .idempotent)
        #expect(pool.readFrom == .preferReplica)
        #expect(pool.maxReplicaLag == ReplicaLag(bytes: 1 << 20, seconds: 10))
        #expect(pool.readYourWritesMilliseconds == 250)
    }

    @Test(arguments: Topology.allCases)
    func everyTopologyHasItsName(_ topology: Topology) throws {
        let text = file("redis: true", "topology: \(topology.rawValue)")

        #expect(try configuration(text).pools[0].topology == topology)
    }

    @Test(arguments: Replay.allCases)
    func everyReplayHasItsName(_ replay: Replay) throws {
        let text = file("redis: true", "replay: \(replay.rawValue)")

        #expect(try configuration(text).pools[0].replay == replay)
    }

    @Test(arguments: ReadPreference.allCases)
    func everyPreferenceHasItsName(_ preference: ReadPreference) throws {
        let text = file("redis: true", "read_from: \(preference.rawValue)", servers: ["a:6379:1"])

        #expect(try configuration(text).pools[0].readFrom == preference)
    }

    @Test func aPoolOfOneServerNeedNotNameIt() throws {
        let text = file(
            "redis: true", "reader:", "  - a-ro:6379", "  - b-ro:6379", servers: ["a:6379:1"])

        #expect(try configuration(text).pools[0].readers.map(\.server) == ["a:6379", "a:6379"])
    }

    static let sizes: [(text: String, bytes: Int?)] = [
        ("0", 0), ("65536", 65536), ("7b", 7), ("512kb", 512 << 10), ("64mb", 64 << 20),
        ("1gb", 1 << 30), ("1GB", 1 << 30), ("1024gb", 1 << 40), ("1025gb", nil), ("kb", nil),
        ("", nil), ("1k", nil), ("-1", nil), ("1.5mb", nil), ("1 mb", nil),
        ("99999999999999999999gb", nil),
    ]

    @Test(arguments: sizes)
    func sizesCountIn1024s(text: String, bytes: Int?) {
        #expect(ByteSize.bytes(text) == bytes)
    }

    static let lags: [(text: String, lag: ReplicaLag)] = [
        ("10s", ReplicaLag(seconds: 10)),
        ("1mb", ReplicaLag(bytes: 1 << 20)),
        ("10s 100b", ReplicaLag(bytes: 100, seconds: 10)),
        ("0s", ReplicaLag(seconds: 0)),
    ]

    @Test(arguments: lags)
    func aLagIsSecondsOrBytes(text: String, lag: ReplicaLag) throws {
        #expect(try ReplicaLag(text) == lag)
    }

    static let wrongLags: [(text: String, reason: String)] = [
        ("10", "\"10\" is not a lag; use bytes such as 1mb, seconds such as 10s, or both"),
        ("s", "\"s\" is not a lag; use bytes such as 1mb, seconds such as 10s, or both"),
        ("1mb soon", "\"soon\" is not a lag; use bytes such as 1mb, seconds such as 10s, or both"),
        (
            "99999999999s",
            "\"99999999999s\" is not a lag; use bytes such as 1mb, seconds such as 10s, or both"
        ),
        (
            "1s 2s",
            "\"1s 2s\" has two of a kind; use bytes such as 1mb, seconds such as 10s, or both"
        ),
        (" ", "\" \" is not a lag; use bytes such as 1mb, seconds such as 10s, or both"),
    ]

    @Test(arguments: wrongLags)
    func refusesWhatIsNoLag(text: String, expected: String) {
        #expect(reason { () throws(Fault) in try ReplicaLag(text) } == expected)
    }

    static let wrongEndpoints: [(text: String, reason: String)] = [
        ("h", "\"h\" has no port; use host:port [server name]"),
        ("h:0", "\"h:0\" has no valid port; use a port from 1 to 65535"),
        ("h:x one", "\"h:x one\" has no valid port; use a port from 1 to 65535"),
        (":6379", "\":6379\" has no host; use host:port [server name]"),
        (
            "h:6379:1 one",
            "\"h:6379:1 one\" has a colon too many; use host:port [server name], without a weight"
        ),
        ("/run/r.sock one", "\"/run/r.sock one\" is a socket; use host:port [server name]"),
        ("h:1 a b", "\"h:1 a b\" has a space too many; a name is one word after one space"),
    ]

    @Test(arguments: wrongEndpoints)
    func refusesWhatIsNoEndpoint(text: String, expected: String) {
        #expect(reason { () throws(Fault) in try GroupEndpoint(text) } == expected)
    }

    @Test func serversGivenByNameAreFollowedUnlessTheFileSaysOtherwise() throws {
        let servers = ["a.example:6379:1", "10.0.0.1:6379:1", "::1:6379:1", "\":6379:1\"", "/s:1"]
        let followed = { (lines: [String]) in
            let pool = try configuration(file(lines.joined(separator: "\n  "), servers: servers))
                .pools[0]
            return pool.servers.filter(pool.follows).map(\.endpoint)
        }

        #expect(try followed(["redis: true"]) == ["a.example:6379"])
        #expect(try followed(["redis: true", "topology: static"]) == [])
        #expect(try followed(["redis: false"]) == [])
    }

    @Test func aGroupFollowsAddressesToo() throws {
        let text = file("redis: true", "topology: replication_group")

        let pool = try configuration(text).pools[0]

        #expect(pool.follows(pool.servers[0]))
    }
}

/// What is wrong with a pool's keys about replication groups.
@Suite struct ReplicationProblemTests {
    @Test func everyValueIsChecked() {
        let text = file(
            "redis: true", "topology: cluster", "failover_wait: -1", "failover_max_requests: many",
            "failover_max_bytes: 64m", "replay: all", "read_from: replicas",
            "max_replica_lag: 10", "read_your_writes: 1s")

        #expect(
            problems(text) == [
                "c.yml:4: p1.topology: \"cluster\" is not a topology; use one of static, "
                    + "replication_group",
                "c.yml:5: p1.failover_wait: \"-1\" is not a number in digits; use a number from 0 "
                    + "to 2147483647",
                "c.yml:6: p1.failover_max_requests: \"many\" is not a number in digits; use a "
                    + "number from 0 to 2147483647",
                "c.yml:7: p1.failover_max_bytes: \"64m\" is not a size; use bytes such as 65536, "
                    + "512kb, 64mb or 1gb, up to 1024gb",
                "c.yml:8: p1.replay: \"all\" is not a replay; use one of none, safe, idempotent",
                "c.yml:9: p1.read_from: \"replicas\" is not a read_from; use one of primary, "
                    + "prefer_replica, replica, nearest (did you mean replica?)",
                "c.yml:10: p1.max_replica_lag: \"10\" is not a lag; use bytes such as 1mb, seconds "
                    + "such as 10s, or both",
                "c.yml:11: p1.read_your_writes: \"1s\" is not a number in digits; use a number "
                    + "from 0 to 2147483647",
            ])
    }

    @Test func memcachedHasNoReplicationGroups() {
        let keys = ConfigurationKey.pool.filter(\.isForRedis).map(\.name)
        let values = [
            "topology": "replication_group", "reader": "h:1", "nodes": "h:1",
            "failover_max_bytes": "1mb", "replay": "none", "read_from": "replica",
            "max_replica_lag": "1s", "administration": "true",
        ]
        let text = file(keys.map { "\($0): \(values[$0] ?? "1")" }.joined(separator: "\n  "))

        let expected = keys.enumerated().map { index, key in
            "c.yml:\(index + 3): p1.\(key): is only for Redis; remove it or add \"redis: true\""
        }
        #expect(problems(text) == expected)
        #expect(keys.count == 17)
    }

    @Test func aGroupsPrimaryStaysOnTheRing() {
        let text = file(
            "redis: true", "topology: replication_group", "auto_eject_hosts: true",
            "distribution: random", servers: ["h:1:1", "/run/r.sock:1"])

        #expect(
            problems(text) == [
                "c.yml:5: p1.auto_eject_hosts: cannot be true with \"topology: replication_group\": "
                    + "a primary that fails over must not leave the ring, or its keys would move; "
                    + "use false",
                "c.yml:6: p1.distribution: cannot be random with \"topology: replication_group\": "
                    + "every primary holds keys of its own; use ketama or modula",
                "c.yml:9: p1.servers: \"/run/r.sock\" is a socket, which is not the primary of a "
                    + "replication group; use host:port:weight [name] or \"topology: static\"",
            ])
    }

    @Test func serversGivenByNameMayStillBeEjected() {
        let text = file("redis: true", "auto_eject_hosts: true", servers: ["h:1:1"])

        #expect(problems(text) == [])
    }

    @Test func endpointsBelongToAServerOfThePool() {
        let text = file(
            "redis: true", "reader:", "  - ro:1 frist", "  - ro:2", "  - ro:3 first",
            "  - ro:3 second", "  - ro:x", "nodes:", "  - n:1 frist", "  - n:2",
            "  - n:3 first", "  - n:3 second", servers: ["a:1:1 first", "b:1:1 second"])

        // Of a list with a wrong line nothing is held against the servers.
        #expect(
            problems(text) == [
                "c.yml:9: p1.reader: \"ro:x\" has no valid port; use a port from 1 to 65535",
                "c.yml:11: p1.nodes: \"frist\" is not a server of this pool; use one of first, "
                    + "second (did you mean first?)",
                "c.yml:12: p1.nodes: must say which server it belongs to; use one of first, second",
                "c.yml:14: p1.nodes: is on line 13 already; remove one of them",
            ])
    }

    @Test func manyServersAreNotAllNamed() {
        let servers = (1...9).map { "h:\($0):1 s\($0)" }

        #expect(
            problems(file("redis: true", "reader: ro:1", servers: servers)) == [
                "c.yml:4: p1.reader: must say which server it belongs to; use one of s1, s2, s3, "
                    + "s4, s5, s6, s7, s8, …"
            ])
    }

    @Test func aWrongServerIsNotBlamedOnItsReader() {
        let text = file("redis: true", "reader: ro:1 one", servers: ["h:x:1 one"])

        #expect(
            problems(text) == [
                "c.yml:6: p1.servers: \"h:x:1 one\" has no valid port; use a port from 1 to 65535"
            ])
    }

    @Test func onlyFollowedServersHaveEndpoints() {
        #expect(
            problems(file("redis: true", "reader: ro:1", "nodes:", "  - 10.0.0.2:6379")) == [
                "c.yml:4: p1.reader: belongs to \"127.0.0.1:6379\", which is not followed; add "
                    + "\"topology: replication_group\" or give servers by name",
                "c.yml:6: p1.nodes: belongs to \"127.0.0.1:6379\", which is not followed; add "
                    + "\"topology: replication_group\" or give servers by name",
            ])
        #expect(
            problems(file("redis: true", "topology: static", "reader: ro:1", servers: ["h:1:1"]))
                == [
                    "c.yml:5: p1.reader: belongs to \"h:1\", which is not followed; use "
                        + "\"topology: replication_group\""
                ])
    }

    @Test func onlyFollowedServersHaveReplicas() {
        #expect(
            problems(file("redis: true", "read_from: replica")) == [
                "c.yml:4: p1.read_from: needs replicas, but no server is followed; add "
                    + "\"topology: replication_group\" or give servers by name"
            ])
        #expect(problems(file("redis: true", "read_from: primary")) == [])
    }

    @Test func listsHaveTheirForm() {
        #expect(
            problems(file("redis: true", "reader:", "nodes:", "  a: b", servers: ["h:1:1"])) == [
                "c.yml:4: p1.reader: has no value; give one or remove the line",
                "c.yml:5: p1.nodes: has keys below it; give a single value",
            ])
        #expect(
            problems(file("redis: true", "reader:", "  - \"\"", "  - - h:1", servers: ["h:1:1"]))
                == ["c.yml:5: p1.reader: has no value; give one or remove the line"])
    }

    @Test func listsAreBounded() {
        let nodes = (0...8192).map { "- 10.0.\($0 / 256).\($0 % 256):6379" }

        #expect(
            problems(file("redis: true", "nodes:", nodes.joined(separator: "\n  "))) == [
                "c.yml:5: p1.nodes: has 8193 values; use at most 8192"
            ])
    }
}
