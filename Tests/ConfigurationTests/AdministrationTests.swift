import Testing

@testable import Configuration

/// The key that lets clients administer the pool's only server.
@Suite struct AdministrationTests {
    @Test func itIsNotPassedOnUnlessTheFileSaysSo() throws {
        #expect(try !configuration(file("redis: true")).pools[0].passesAdministration)
        #expect(
            try configuration(file("redis: true", "administration: true")).pools[0]
                .passesAdministration)
    }

    @Test func severalServersAreNotAdministeredAsOne() {
        let text = file(
            "redis: true", "administration: true", servers: ["10.0.0.1:1:1", "10.0.0.2:1:1"])

        #expect(
            problems(text) == [
                "c.yml:4: p1.administration: cannot be true with several servers: each has to be "
                    + "administered by itself; use false"
            ])
    }
}
