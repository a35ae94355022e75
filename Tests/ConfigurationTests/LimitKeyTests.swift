import Testing

@testable import Configuration

/// The keys that bound what clients may ask for.
@Suite struct LimitKeyTests {
    @Test func defaultsAreThoseOfTheFields() throws {
        let read = try configuration(file())
        let fresh = PoolConfiguration(
            name: "", listen: .tcp(host: "", port: 1), listenText: "", servers: [])

        #expect(read.maxMemory == 1 << 30)
        #expect(read.pools[0].maxRequestSize == 1 << 30)
        #expect(read.pools[0].maxArguments == 1_048_576)
        #expect(read.pools[0].maxKeyLength == 64 << 10)
        #expect(read.pools[0].clientOutputLimit == 256 << 20)
        #expect(read.pools[0].clientIdleTimeoutMilliseconds == 0)
        for (key, field) in [
            ("max_request_size", fresh.maxRequestSize), ("max_key_length", fresh.maxKeyLength),
            ("client_output_limit", fresh.clientOutputLimit),
        ] {
            let standard = ConfigurationKey.pool.first { $0.name == key }?.standard ?? ""
            #expect(ByteSize.bytes(standard) == field, "\(key)")
        }
    }

    @Test func everyKeyIsRead() throws {
        let text =
            "global:\n  max_memory: 64mb\n"
            + file(
                "max_request_size: 512kb", "max_args: 1000", "max_key_length: 250",
                "client_output_limit: 33554432", "client_idle_timeout: 60000")

        let read = try configuration(text)

        #expect(read.maxMemory == 64 << 20)
        #expect(read.pools[0].maxRequestSize == 512 << 10)
        #expect(read.pools[0].maxArguments == 1000)
        #expect(read.pools[0].maxKeyLength == 250)
        #expect(read.pools[0].clientOutputLimit == 32 << 20)
        #expect(read.pools[0].clientIdleTimeoutMilliseconds == 60_000)
    }

    @Test func disabledCommandsHaveToBeKnown() throws {
        let names = ["redis: true", "disabled_commands:", "  - FLUSHALL", "  - script|flush"]
        let right = file(names[0], names[1], names[2], names[3])
        let redis = file(names[0], names[1], names[2], names[3], "  - flushal")
        let memcached = file("disabled_commands: get")

        #expect(try configuration(right).pools[0].disabledCommands == ["FLUSHALL", "script|flush"])
        #expect(
            problems(redis) == [
                "c.yml:7: p1.disabled_commands: \"flushal\" is not a command of Redis "
                    + "(did you mean flushall?)"
            ])
        #expect(
            problems(memcached) == [
                "c.yml:3: p1.disabled_commands: \"get\" cannot be disabled for memcached; "
                    + "use one of flush_all, stats, verbosity"
            ])
    }

    @Test func boundsThatNobodyCouldWorkWithAreRefused() {
        let text =
            "global:\n  max_memory: 1mb\n"
            + file(
                "max_request_size: 1kb", "max_args: 0", "max_key_length: 0",
                "client_output_limit: 1mb", "client_idle_timeout: -1")

        #expect(
            problems(text) == [
                "c.yml:2: global.max_memory: \"1mb\" is too small; use 16777216 or more",
                "c.yml:5: p1.max_request_size: \"1kb\" is too small; use 4096 or more",
                "c.yml:6: p1.max_args: \"0\" is out of range; use a number from 16 to 1048576",
                "c.yml:7: p1.max_key_length: \"0\" is too small; use 1 or more",
                "c.yml:8: p1.client_output_limit: \"1mb\" is too small; use 8388608 or more",
                "c.yml:9: p1.client_idle_timeout: \"-1\" is not a number in digits; "
                    + "use a number from 0 to 2147483647",
            ])
    }
}
