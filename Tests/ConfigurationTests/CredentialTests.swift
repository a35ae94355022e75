import Foundation
import Testing

@testable import Configuration

/// Users and passwords.
@Suite struct CredentialTests {
    /// The credentials of clients and servers with these lines.
    private func credentials(_ lines: String...) throws -> (
        client: Credentials?, server: Credentials?
    ) {
        let text = file("redis: true\n  " + lines.joined(separator: "\n  "))
        let pool = try configuration(text).pools[0]
        return (pool.clientCredentials, pool.serverCredentials)
    }

    @Test func redisAuthIsForBothDirections() throws {
        let both = try credentials("redis_auth: env:PATH")

        #expect(both.client == Credentials(passwords: ["env:PATH"]))
        #expect(both.server == both.client)
    }

    @Test func eachDirectionMayHaveItsOwn() throws {
        let both = try credentials(
            "client_user: app", "client_auth: one", "server_user: martlet", "server_auth: two")

        #expect(both.client == Credentials(user: "app", passwords: ["one"]))
        #expect(both.server == Credentials(user: "martlet", passwords: ["two"]))
    }

    @Test func oneDirectionLeavesTheOtherOpen() throws {
        #expect(try credentials("client_auth: one").server == nil)
        #expect(try credentials("server_auth: one").client == nil)
    }

    @Test func theSpecificKeyWinsInEitherOrder() throws {
        let before = try credentials("client_auth: one", "redis_auth: both")
        let after = try credentials("redis_auth: both", "client_auth: one")

        #expect(before.client == Credentials(passwords: ["one"]))
        #expect(before.server == Credentials(passwords: ["both"]))
        #expect(before == after)
    }

    @Test func aUserMayGoWithRedisAuth() throws {
        let both = try credentials("server_user: martlet", "redis_auth: both", "client_user: app")

        #expect(both.client == Credentials(user: "app", passwords: ["both"]))
        #expect(both.server == Credentials(user: "martlet", passwords: ["both"]))
    }

    @Test func passwordsMayRotate() throws {
        let client = try credentials("client_auth:", "  - new", "  - old").client

        #expect(client == Credentials(passwords: ["new", "old"]))
    }

    @Test func passwordsComeFromTheEnvironment() throws {
        let path = try #require(ProcessInfo.processInfo.environment["PATH"])

        #expect(try credentials("server_auth: env:PATH").server?.passwords == [path])
    }

    @Test(arguments: [
        ("swordfish", "swordfish"), ("swordfish\n", "swordfish"),
        ("sword fish \r\nx", "sword fish "),
    ])
    func passwordsComeFromTheFirstLineOfAFile(contents: String, password: String) throws {
        try withFile(Data(contents.utf8)) { path in
            let client = try credentials("client_auth: file:\(path)").client

            #expect(client?.passwords == [password])
        }
    }

    // MARK: - Faults

    @Test func threePasswordsAreTooMany() {
        let text = file("redis: true", "server_auth:", "  - a1", "  - b2", "  - c3")

        #expect(problems(text) == ["c.yml:5: p1.server_auth: has 3 values; use at most 2"])
    }

    @Test func redisAuthMustHaveAnEffect() {
        let text = file("redis: true", "redis_auth: a", "client_auth: b", "server_auth: c")

        #expect(
            problems(text) == [
                "c.yml:4: p1.redis_auth: has no effect beside client_auth and server_auth; remove it"
            ])
    }

    @Test func aUserNeedsAPassword() {
        #expect(
            problems(file("redis: true", "client_user: app", "server_user: martlet")) == [
                "c.yml:4: p1.client_user: has no password; add \"client_auth\" or remove it",
                "c.yml:5: p1.server_user: has no password; add \"server_auth\" or remove it",
            ])
    }

    @Test func aWrongPasswordIsNotBlamedOnItsUser() {
        let text = file("redis: true", "client_user: app", "client_auth: env:")

        #expect(problems(text).count == 1)
    }

    @Test func everySourceOfAListIsChecked() {
        let text = file(
            "redis: true", "client_auth:", "  - env:MARTLET_TESTS_HAVE_NO_SUCH_VARIABLE",
            "  - file:/nonexistent/password")

        #expect(
            problems(text) == [
                "c.yml:5: p1.client_auth: the environment variable "
                    + "MARTLET_TESTS_HAVE_NO_SUCH_VARIABLE is not set; set it to the password",
                "c.yml:6: p1.client_auth: the file \"/nonexistent/password\" cannot be read: No such "
                    + "file or directory",
            ])
    }

    @Test func anEmptyVariableIsNoPassword() {
        let source = PasswordSource.variable(name: "X")

        let found = reason { () throws(Fault) in try source.password(variable: { _ in "" }) }

        #expect(found == "the environment variable X is not set; set it to the password")
    }

    static let unfitFiles: [(contents: Data, reason: String)] = [
        (Data(), "has an empty first line; put the password there"),
        (Data("\r\nswordfish".utf8), "has an empty first line; put the password there"),
        (Data([0xC3, 0x28]), "has no text in UTF-8 in its first line"),
        (
            Data(repeating: 97, count: 4097),
            "has more than 4096 bytes in its first line; this cannot be a password"
        ),
    ]

    @Test(arguments: unfitFiles)
    func aFileMustHaveAPassword(contents: Data, expected: String) throws {
        try withFile(contents) { path in
            let source = PasswordSource.file(path: path)

            let found = reason { () throws(Fault) in try source.password() }

            #expect(found == "the file \"\(path)\" \(expected)")
        }
    }

    @Test func anEndlessFileIsNoPassword() {
        let source = PasswordSource.file(path: "/dev/zero")

        #expect(reason { () throws(Fault) in try source.password() } != nil)
    }

    /// Whatever is wrong, and wherever.
    @Test(arguments: [
        "env:sword-fish", "env:9swordfish", "env:", "file:swordfish", "file:",
    ])
    func passwordsAreNotShown(value: String) {
        let text = file("redis: true", "client_auth:", "  - \(value)", "  - swordfish", "  - x: y")

        let found = problems(text) + problems(file("redis: true", "server_auth: \(value)"))

        #expect(found.count == 2)
        #expect(!found.joined().contains("fish"))
    }

    private func withFile(_ contents: Data, _ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "martlet-password-\(UUID().uuidString)")
        try contents.write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }
}
