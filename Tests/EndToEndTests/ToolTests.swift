import TestKit
import Testing

/// redis-cli's and redis-benchmark's own modes work before several servers as before one.
@Suite(.serialized) struct ToolTests {
    private let proxy: RunningProxy
    private var port: String { "\(proxy.port())" }

    init() throws {
        proxy = try RunningProxy(pool: .redis(CacheNode.several(3, .redis)), workers: 2)
    }

    private func cli(_ arguments: String...) throws -> CommandResult {
        try run("redis-cli", ["-p", port] + arguments)
    }

    private func shell(_ script: String) throws -> CommandResult {
        try run("sh", ["-c", script, port])
    }

    @Test func massInsertionAndItsOpposites() throws {
        let filled = try shell(
            """
            seq 500 | while read -r n; do printf 'SET key:%d v\\r\\n' "$n"; done | redis-cli -p "$0" --pipe
            """)
        #expect(filled.output.contains("errors: 0, replies: 500"), "\(filled.output)")
        let client = try proxy.client()
        _ = try client.command("RPUSH", "list", "1", "2", "3")
        _ = try client.command("HSET", "hash", "a", "1")

        let found = try cli("--scan", "--pattern", "key:1*").output.split(separator: "\n")
        #expect(Set(found).count == 111 && found.count == 111)
        let keys = try cli("--bigkeys").output
        #expect(keys.contains("Sampled 502 keys in the keyspace!"), "\(keys)")
        #expect(keys.contains("Biggest   list found '\"list\"' has 3 items"), "\(keys)")
        #expect(try cli("--memkeys").output.contains("Sampled 502 keys in the keyspace!"))
    }

    @Test func watchingIsPossible() throws {
        let client = try proxy.client()
        _ = try client.command("SET", "a", "1")

        let figures = try shell("timeout 1 stdbuf -oL redis-cli -p \"$0\" -i 0.1 --stat; true")
        #expect(figures.output.contains(/\n1 +[0-9.]+[KMG]/), "\(figures.output)")
        // Least, greatest and mean milliseconds, and how many.
        let latency = try cli("-i", "0.2", "--latency").output
        #expect(latency.contains(/^[0-9]+ [0-9]+ [0-9.]+ [0-9]+/), "\(latency)")
    }

    @Test func everyBenchmarkRuns() throws {
        let result = try run(
            "redis-benchmark", ["-p", port, "-n", "400", "-c", "20", "-P", "4", "--csv"],
            timeout: 120)

        #expect(result.status == .exited(0))
        #expect(!result.output.contains("Error") && !result.errors.contains("Error"))
        for name in [
            "PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "LPUSH", "RPUSH", "LPOP", "RPOP",
            "SADD", "HSET", "SPOP", "ZADD", "ZPOPMIN", "LRANGE_100 (first 100 elements)",
            "LRANGE_600 (first 600 elements)", "MSET (10 keys)",
        ] {
            #expect(result.output.contains("\"\(name)\""), "\(name)")
        }
    }
}
