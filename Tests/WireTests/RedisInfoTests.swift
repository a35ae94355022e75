import Testing

@testable import Wire

/// INFO of several servers as one page.
struct RedisInfoTests {
    private func merged(_ pages: String...) -> String {
        RedisInfo(merging: pages.map { RedisInfo(text: $0) }).text
    }

    private func merged(field name: String, _ values: String...) -> String? {
        RedisInfoRule.rule(for: name).merge(values, of: values.count, known: [:])
    }

    @Test func figuresAreAddedUp() {
        #expect(
            merged(
                "# Memory\r\nused_memory:1024\r\nused_memory_human:1.00K\r\n\r\n# Keyspace\r\n",
                "# Memory\r\nused_memory:512\r\nused_memory_human:512B\r\n"
                    + "\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=10\r\n")
                == "# Memory\r\nused_memory:1536\r\nused_memory_human:1.50K\r\n"
                + "\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=10\r\n")
        #expect(merged(field: "used_cpu_sys", "0.001500", "1.25") == "1.251500")
        #expect(merged(field: "instantaneous_input_kbps", "0.50", "0.75") == "1.25")
    }

    @Test func whatIsPerSomethingIsMadeAnew() {
        #expect(
            merged(field: "db0", "keys=1,expires=1,avg_ttl=10", "keys=9,expires=3,avg_ttl=30")
                == "keys=10,expires=4,avg_ttl=25")
        #expect(
            merged(
                field: "cmdstat_get",
                "calls=1,usec=5,usec_per_call=5.00,rejected_calls=0,failed_calls=0",
                "calls=3,usec=5,usec_per_call=1.67,rejected_calls=1,failed_calls=0")
                == "calls=4,usec=10,usec_per_call=2.50,rejected_calls=1,failed_calls=0")
        #expect(
            merged(
                "# Memory\r\nused_memory:100\r\nused_memory_rss:300\r\nmem_fragmentation_ratio:3.00\r\n",
                "# Memory\r\nused_memory:300\r\nused_memory_rss:300\r\nmem_fragmentation_ratio:1.00\r\n"
            ).contains("mem_fragmentation_ratio:1.50\r\n"))
    }

    @Test func oneValueSpeaksForAll() {
        #expect(merged(field: "redis_version", "7.0.15", "7.0.9", "7.2.0") == "7.0.9")
        #expect(merged(field: "uptime_in_seconds", "10", "9") == "9")
        #expect(merged(field: "loading", "0", "1") == "1")
        #expect(merged(field: "rdb_last_bgsave_status", "ok", "err") == "err")
        #expect(merged(field: "maxmemory", "100", "100") == "200")
        #expect(merged(field: "maxmemory", "100", "0") == "0")
        #expect(merged(field: "maxmemory_policy", "noeviction", "noeviction") == "noeviction")
    }

    @Test func whatIsNotTrueOfAllIsLeftOut() {
        #expect(merged(field: "process_id", "1", "1") == nil)
        #expect(merged(field: "role", "master", "slave") == nil)
        #expect(merged(field: "new_field", "1", "2") == nil)
        #expect(merged(field: "new_field", "1", "1") == "1")
        #expect(merged(field: "used_memory", "1", "x") == nil)
        #expect(
            merged(
                "# Modules\r\nmodule:name=a\r\nmodule:name=b\r\n", "# Modules\r\nmodule:name=b\r\n")
                == "# Modules\r\nmodule:name=b\r\n")
    }

    @Test(arguments: ["", "$", "$5\r\nabc\r\n", "-ERR no\r\n", "=3\r\ntxt\r\n", "$-1\r\n"])
    func whatIsNoPageIsNone(reply: String) {
        #expect(RedisInfo(reply: Array(reply.utf8)) == nil)
    }

    @Test func hugeFiguresDoNotTrap() {
        #expect(merged(field: "used_memory", "\(Int.max)", "1") == "\(Int.max)")
        #expect(merged(field: "used_cpu_sys", "\(Int.max)", "0.000001") != nil)
        #expect(
            merged(field: "db0", "keys=\(Int.max),avg_ttl=\(Int.max),expires=\(Int.max)", "keys=1")
                != nil)
    }
}
