import Hashing
import Testing

@testable import Configuration

/// What a correct file means.
@Suite struct ConfigurationTests {
    @Test func defaultsAreTwemproxys() throws {
        let pool = try configuration(file()).pools[0]

        #expect(pool.name == "p1")
        #expect(pool.listen == .tcp(host: "127.0.0.1", port: 22121))
        #expect(pool.listenText == "127.0.0.1:22121")
        #expect(pool.hash == .fnv64a)
        #expect(pool.hashTag == nil)
        #expect(pool.distribution == .ketama)
        #expect(pool.timeoutMilliseconds == nil)
        #expect(pool.backlog == 512)
        #expect(pool.clientConnections == 0)
        #expect(pool.cacheProtocol == .memcached)
        #expect(!pool.tcpKeepalive)
        #expect(!pool.reusePort)
        #expect(pool.clientCredentials == nil)
        #expect(pool.redisDatabase == 0)
        #expect(!pool.preconnect)
        #expect(!pool.autoEjectHosts)
        #expect(pool.serverConnections == 1)
        #expect(pool.serverRetryTimeoutMilliseconds == 30_000)
        #expect(pool.serverFailureLimit == 2)
        #expect(pool.minServers == 1)
    }

    @Test func defaultsInTheTableAreThoseOfThePool() throws {
        let keys = ConfigurationKey.pool.filter { $0.name != "redis" }
        let lines = keys.compactMap { key in key.standard.map { "  \(key.name): \($0)\n" } }

        let spelledOut = try configuration(file("redis: true") + lines.joined())

        #expect(try spelledOut == configuration(file("redis: true")))
        #expect(lines.count == 27)
    }

    @Test func globalDefaultsInTheTableAreThoseOfTheProcess() throws {
        let lines = ConfigurationKey.global.compactMap { key in
            key.standard.map { "  \(key.name): \($0)\n" }
        }

        let spelledOut = try configuration("global:\n" + lines.joined() + file())

        #expect(try spelledOut == configuration(file()))
        #expect(lines.count == 4)
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            global:
              workers: 3
            all:
              listen: /run/all.sock 0660
              redis: true
              hash: murmur
              hash_tag: "{}"
              distribution: modula
              timeout: 400
              backlog: 1024
              client_connections: 10
              tcpkeepalive: true
              reuseport: true
              redis_auth: secret
              redis_db: 2
              preconnect: true
              auto_eject_hosts: true
              server_connections: 4
              server_retry_timeout: 1000
              server_failure_limit: 3
              min_servers: 2
              servers:
                - 10.0.0.1:6379:1 one
                - /run/two.sock:2
            """

        let all = try configuration(text)

        var expected = PoolConfiguration(
            name: "all", listen: .unix(path: "/run/all.sock", permissions: 0o660),
            listenText: "/run/all.sock 0660",
            servers: [
                ServerConfiguration(
                    name: "one", hasExplicitName: true,
                    address: .tcp(host: "10.0.0.1", port: 6379), weight: 1,
                    endpoint: "10.0.0.1:6379"),
                ServerConfiguration(
                    name: "/run/two.sock:", hasExplicitName: false,
                    address: .unix(path: "/run/two.sock"), weight: 2, endpoint: "/run/two.sock"),
            ])
        expected.cacheProtocol = .redis
        expected.hash = .murmur
        expected.hashTag = HashTag("{}")
        expected.distribution = .modula
        expected.timeoutMilliseconds = 400
        expected.backlog = 1024
        expected.clientConnections = 10
        expected.tcpKeepalive = true
        expected.reusePort = true
        expected.clientCredentials = Credentials(passwords: ["secret"])
        expected.serverCredentials = expected.clientCredentials
        expected.redisDatabase = 2
        expected.preconnect = true
        expected.autoEjectHosts = true
        expected.serverConnections = 4
        expected.serverRetryTimeoutMilliseconds = 1000
        expected.serverFailureLimit = 3
        expected.minServers = 2
        #expect(all == Configuration(workers: 3, pools: [expected]))
    }

    @Test(arguments: KeyHash.allCases)
    func everyHashHasItsName(_ hash: KeyHash) throws {
        #expect(try configuration(file("hash: \(hash.rawValue)")).pools[0].hash == hash)
    }

    @Test(arguments: Distribution.allCases)
    func everyDistributionHasItsName(_ distribution: Distribution) throws {
        let text = file("distribution: \(distribution.rawValue)")

        #expect(try configuration(text).pools[0].distribution == distribution)
    }

    @Test func zeroTimeoutIsNone() throws {
        #expect(try configuration(file("timeout: 0")).pools[0].timeoutMilliseconds == nil)
        #expect(try configuration(file("timeout: 1")).pools[0].timeoutMilliseconds == 1)
    }

    @Test func zeroFailuresActAsOne() throws {
        #expect(try configuration(file("server_failure_limit: 0")).pools[0].serverFailureLimit == 1)
    }

    @Test func numbersMayHaveZerosInFront() throws {
        #expect(try configuration(file("backlog: 010")).pools[0].backlog == 10)
        #expect(try configuration(file("backlog: 2147483647")).pools[0].backlog == 2_147_483_647)
    }

    @Test func serversAreSortedByLengthThenBytes() throws {
        let names = ["zzz", "longer-name-10", "b", "aaa"]
        let servers = names.enumerated().map { "10.0.0.\($0 + 1):6379:1 \($1)" }

        let pool = try configuration(file(servers: servers)).pools[0]

        #expect(pool.servers.map(\.name) == ["b", "aaa", "zzz", "longer-name-10"])
    }

    @Test func poolsAreSortedByLengthThenBytes() throws {
        let text = ["zz", "b", "a-long-one", "aa"].enumerated().map { index, name in
            "\(name):\n  listen: 127.0.0.1:\(index + 1)\n  servers:\n    - h:1:1\n"
        }

        #expect(
            try configuration(text.joined()).pools.map(\.name) == ["b", "aa", "zz", "a-long-one"])
    }

    @Test func namesDifferByBytesEvenIfTheyLookAlike() throws {
        let composed = "h:1:1 \u{E9}"
        let decomposed = "h:2:1 e\u{301}"

        #expect(
            try configuration(file(servers: [composed, decomposed])).pools[0].servers.count == 2)
    }

    @Test func globalIsAPoolIfItListens() throws {
        let text = "global:\n  listen: 127.0.0.1:22121\n  servers:\n    - h:1:1\n"

        let read = try configuration(text)

        #expect(read.workers == nil)
        #expect(read.pools.map(\.name) == ["global"])
    }

    @Test(arguments: [1, 256])
    func workersAreRead(_ count: Int) throws {
        #expect(try configuration("global:\n  workers: \(count)\n" + file()).workers == count)
    }

    @Test func aFileThatIsNotThereIsAProblem() {
        #expect {
            try Configuration.load(path: "/nonexistent/martlet.yml")
        } throws: { error in
            "\(error)" == "/nonexistent/martlet.yml: cannot be read: No such file or directory"
        }
    }

    @Test func aFolderIsAProblem() {
        #expect {
            try Configuration.load(path: "/")
        } throws: { error in
            "\(error)" == "/: cannot be read: Is a directory"
        }
    }

    @Test func anEndlessFileIsAProblem() {
        #expect {
            try Configuration.load(path: "/dev/zero")
        } throws: { error in
            "\(error)".hasPrefix("/dev/zero: has more than 16777216 bytes")
        }
    }
}
