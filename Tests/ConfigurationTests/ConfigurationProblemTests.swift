import Testing

@testable import Configuration

/// What a wrong file is answered with.
@Suite struct ConfigurationProblemTests {
    @Test func everyProblemIsShownInTheOrderOfLines() {
        let text = """
            cache:
              listen: 127.0.0.1
              redis: yes
              timeout: soon
              hsah: md5
              distribution: &a ketema
              hash: fnv1a64
              servers:
                - 127.0.0.1:6379
                - 127.0.0.1:6379:1
                - 127.0.0.1:6379:2
            other:
              min_servers: 3
              servers:
                - h:1:1
            """

        #expect(
            problems(text) == [
                "c.yml:2: cache.listen: \"127.0.0.1\" has no port; use host:port or /path",
                "c.yml:3: cache.redis: \"yes\" is neither true nor false; write one of them",
                "c.yml:4: cache.timeout: \"soon\" is not a number in digits; use a number from 0 to "
                    + "2147483647",
                "c.yml:5: cache.hsah: is not a known key (did you mean hash?)",
                "c.yml:6: anchors (&) are not allowed; write the value itself",
                "c.yml:6: cache.distribution: \"ketema\" is not a distribution; use one of ketama, "
                    + "modula, random (did you mean ketama?)",
                "c.yml:7: cache.hash: \"fnv1a64\" is not a hash; use one of one_at_a_time, md5, crc16, "
                    + "crc32, crc32a, fnv1_64, fnv1a_64, fnv1_32, fnv1a_32, hsieh, murmur, jenkins "
                    + "(did you mean fnv1a_64?)",
                "c.yml:9: cache.servers: \"127.0.0.1:6379\" lacks a port or a weight; use "
                    + "host:port:weight [name] or /path:weight [name]",
                "c.yml:11: cache.servers: \"127.0.0.1:6379\" is the name of the server on line 10 "
                    + "already; give one of them another name",
                "c.yml:12: other.listen: is missing; give host:port or /path",
                "c.yml:13: other.min_servers: \"3\" is more than the pool's servers; use 0 to 1",
            ])
    }

    @Test func theFailureIsOneLineForEachProblem() {
        #expect {
            try Configuration.parse(Array(file("redis: 1", "preconnect: 2").utf8), file: "c.yml")
        } throws: { error in
            "\(error)" == """
                c.yml:3: p1.redis: "1" is neither true nor false; write one of them
                c.yml:4: p1.preconnect: "2" is neither true nor false; write one of them
                """
        }
    }

    @Test func linesAndColumnsCountFromOne() throws {
        let text = Array(file("redis: 1").utf8)

        let failure = #expect(throws: ConfigurationFailure.self) {
            try Configuration.parse(text, file: "c.yml")
        }

        let problem = try #require(failure?.problems.first)
        #expect(problem.file == "c.yml")
        #expect(problem.line == 3)
        #expect(problem.column == 10)
        #expect(problem.key == "p1.redis")
        #expect(problem.reason == "\"1\" is neither true nor false; write one of them")
    }

    @Test func aWrongProtocolIsNotBlamedOnThePassword() {
        #expect(problems(file("redis: yes", "redis_auth: secret")).count == 1)
    }

    @Test func passwordsAreNotShown() {
        let text = file("redis_auth: swordfish", "redis_atuh: swordfish")

        #expect(problems(text).count == 2)
        #expect(!problems(text).joined().contains("swordfish"))
    }

    @Test func keysBesideWorkersAreUnknownToGlobal() {
        let found = problems("global:\n  worker: 2\n  redis: true\n  x: 1\n" + file())

        #expect(
            found == [
                "c.yml:2: global.worker: is not a known key (did you mean workers?)",
                "c.yml:3: global.redis: is a pool's key; a pool called global must also have "
                    + "\"listen\"",
                "c.yml:4: global.x: is not a known key; use one of workers, worker_cpus, "
                    + "batch_wait, resolver, dns_min_ttl, dns_max_ttl, dns_hold_not_found, "
                    + "dns_hold_failure, dns_hold_timeout, max_memory",
            ])
    }

    @Test(arguments: ["0", "257", "99999999999999999999999"])
    func workersHaveARange(_ count: String) {
        let found = problems("global:\n  workers: \(count)\n" + file())

        #expect(
            found == [
                "c.yml:2: global.workers: \"\(count)\" is out of range; use a number from 1 to 256"
            ])
    }

    @Test func aFileNeedsAPool() {
        #expect(problems("global:\n  workers: 2\n") == ["c.yml:1: has no pool; give at least one"])
        #expect(
            problems("global: 2\n" + file()) == [
                "c.yml:1: global: is only \"2\"; use a line \"workers: 2\" below it"
            ])
        #expect(problems("global:\n" + file()) == [])
    }

    @Test func aPoolNeedsAName() {
        let text = file().replacing("p1:", with: "\"\":", maxReplacements: 1)

        #expect(problems(text) == ["c.yml:1: the pool has no name; give it one"])
    }

    @Test func aServerIsOneLine() {
        let found = problems(file(servers: ["host: h", "- h:1:1", "\"\""]))

        #expect(
            found == [
                "c.yml:4: p1.servers: has keys below it; give a single value",
                "c.yml:5: p1.servers: is a list; give a single value",
                "c.yml:6: p1.servers: has no value; give one or remove the line",
            ])
    }

    @Test func serversAreBounded() {
        let line = { (index: Int) in "10.0.\(index / 256).\(index % 256):6379:1" }

        #expect(problems(file(servers: (0..<1024).map(line))) == [])
        #expect(
            problems(file(servers: (0...1024).map(line))) == [
                "c.yml:3: p1.servers: has more than 1024 servers; use fewer"
            ])
    }

    @Test func ringsAreBounded() {
        let heavy = (1...17).map { "10.0.0.\($0):6379:1000000" }

        #expect(problems(file(servers: heavy)) == [])
        #expect(
            problems(file("distribution: modula", servers: heavy)) == [
                "c.yml:1: p1: the file needs more than 16777216 points on its rings; use smaller "
                    + "weights, in the same proportion"
            ])
    }

    @Test func poolsAreBounded() {
        let pools = { (count: Int) in
            (0..<count).map { "p\($0):\n  listen: /\($0)\n  servers:\n    - h:1:1\n" }.joined()
        }

        #expect(problems(pools(10_000)) == [])
        #expect(problems(pools(10_001)) == ["c.yml: has more than 10000 pools"])
    }

    @Test func problemsAreBounded() {
        let text = "p1:\n" + (0..<100_000).map { "  unknown\($0): 1\n" }.joined()

        let found = problems(text)

        #expect(found.count == 101)
        #expect(found.last == "c.yml: has more problems; only 100 are shown")
    }

    @Test func messagesStayOnOneLine() {
        let found = problems(file("redis: \"a\\nb\\e[31m\\\"\"", "\"new\\nline\": 1"))

        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 32 } })
        #expect(found[0].hasPrefix("c.yml:3: p1.redis: \"a\\nb\\u{1B}[31m\\\"\" is neither"))
    }
}

/// What somebody probably meant.
@Suite struct SuggestionTests {
    @Test(arguments: [
        ("hsah", "hash"), ("hashtag", "hash_tag"), ("listen_on", "listen"), ("server", "servers"),
        ("auto_eject_host", "auto_eject_hosts"), ("Timeout", "timeout"),
        ("server_retry_time", "server_retry_timeout"), ("reuse_port", "reuseport"),
    ])
    func findsTheNearestKey(word: String, expected: String) {
        let known = ConfigurationKey.pool.map(\.name)

        #expect(Suggestion.nearest(to: word, among: known) == expected)
    }

    @Test(arguments: ["", "x", "colour", String(repeating: "servers", count: 1000)])
    func makesNothingUp(word: String) {
        #expect(Suggestion.nearest(to: word, among: ConfigurationKey.pool.map(\.name)) == nil)
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("kitten", "sitting", 5), ("hsah", "hash", 2),
    ])
    func countsEdits(a: String, b: String, edits: Int) {
        #expect(Suggestion.distance(Array(a.utf8), Array(b.utf8)) == edits)
    }
}
