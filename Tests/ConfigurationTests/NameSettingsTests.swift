import Testing

@testable import Configuration

/// How names become addresses.
@Suite struct NameSettingsTests {
    /// The settings with these lines below `global`.
    private func settings(_ lines: String...) throws -> NameSettings {
        try configuration(section(lines)).names
    }

    private func section(_ lines: [String]) -> String {
        "global:\n" + lines.map { "  \($0)\n" }.joined() + file()
    }

    @Test func defaultsAreTheSystemsAndForEver() throws {
        let names = try configuration(file()).names

        #expect(names.resolvers == nil)
        #expect(names.minTTLMilliseconds == 1000)
        #expect(names.maxTTLMilliseconds == 5000)
        #expect(names.holdNotFoundMilliseconds == nil)
        #expect(names.holdFailureMilliseconds == nil)
        #expect(names.holdTimeoutMilliseconds == nil)
    }

    @Test func everyKeyIsRead() throws {
        let names = try settings(
            "resolver:", "  - 10.0.0.2", "  - 127.0.0.1:5353", "dns_min_ttl: 200",
            "dns_max_ttl: 300", "dns_hold_not_found: 0", "dns_hold_failure: 1000",
            "dns_hold_timeout: 2000")

        #expect(names.resolvers == ["10.0.0.2", "127.0.0.1:5353"])
        #expect(names.minTTLMilliseconds == 200)
        #expect(names.maxTTLMilliseconds == 300)
        #expect(names.holdNotFoundMilliseconds == 0)
        #expect(names.holdFailureMilliseconds == 1000)
        #expect(names.holdTimeoutMilliseconds == 2000)
    }

    @Test(arguments: [
        ("10.0.0.2", "10.0.0.2"), ("10.0.0.2:53", "10.0.0.2:53"), ("::1", "[::1]:53"),
        ("[::1]", "[::1]:53"), ("[::1]:5353", "[::1]:5353"),
    ])
    func aResolverIsAnAddress(text: String, expected: String) throws {
        #expect(try settings("resolver: '\(text)'").resolvers == [expected])
    }

    static let refused: [(text: String, reason: String)] = [
        (
            "dns.example",
            "\"dns.example\" is not an address; use an address such as 10.0.0.2, 10.0.0.2:53 or "
                + "[fd00::2]:53"
        ),
        (
            "dns.example:53",
            "\"dns.example:53\" is not an address; use an address such as 10.0.0.2, 10.0.0.2:53 or "
                + "[fd00::2]:53"
        ),
        ("10.0.0.2:0", "\"10.0.0.2:0\" has no valid port; use a port from 1 to 65535"),
        ("[::1]:x", "\"[::1]:x\" has no valid port; use a port from 1 to 65535"),
        (
            "10.0.0.2,10.0.0.3",
            "\"10.0.0.2,10.0.0.3\" is not an address; use an address such as 10.0.0.2, 10.0.0.2:53 "
                + "or [fd00::2]:53"
        ),
    ]

    @Test(arguments: refused)
    func refusesResolversWithAReason(text: String, expected: String) {
        #expect(
            problems(section(["resolver: '\(text)'"])) == ["c.yml:2: global.resolver: \(expected)"])
    }

    @Test func theLeastIsNotMoreThanTheMost() {
        #expect(
            problems(section(["dns_min_ttl: 3000", "dns_max_ttl: 2000"])) == [
                "c.yml:2: global.dns_min_ttl: \"3000\" is more than dns_max_ttl; use at most 2000"
            ])
        #expect(
            problems(section(["dns_max_ttl: 500"])) == [
                "c.yml:2: global.dns_max_ttl: \"500\" is less than dns_min_ttl; use at least 1000"
            ])
        #expect(problems(section(["dns_min_ttl: 2000", "dns_max_ttl: 2000"])) == [])
    }

    @Test func timesHaveARange() {
        #expect(
            problems(section(["dns_min_ttl: 99", "dns_hold_failure: long"])) == [
                "c.yml:2: global.dns_min_ttl: \"99\" is out of range; use a number from 100 to "
                    + "2147483647",
                "c.yml:3: global.dns_hold_failure: \"long\" is not a number in digits; use a number "
                    + "from 0 to 2147483647",
            ])
    }
}
