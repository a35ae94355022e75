import TestKit
import Testing

/// `-t` says of a file what twemproxy says.
@Suite struct CompatibilityConfigurationTests {
    /// A pool's directives besides `listen`, or a whole file.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let text: String
        /// Why this proxy takes what twemproxy refuses, where it does.
        let difference: String?

        /// A pool with some lines more and these servers.
        init(
            _ title: String, _ lines: String = "", servers: [String] = ["127.0.0.1:31001:1"],
            listen: String = "127.0.0.1:31901", difference: String? = nil
        ) {
            let pool = "p1:\n  listen: \(listen)\n" + (lines.isEmpty ? "" : "  \(lines)\n")
            let list = servers.map { "    - \($0)\n" }.joined()
            self.init(title, file: pool + "  servers:\n" + list, difference: difference)
        }

        init(_ title: String, file: String, difference: String? = nil) {
            testDescription = title
            text = file
            self.difference = difference
        }
    }

    private static let cases = [
        Case("plain"),
        Case("quoted truth", "redis: \"true\""),
        Case("truth in capitals", "redis: TRUE"),
        Case("unknown directive", "foo: 1"),
        Case("negative timeout", "timeout: -1"),
        Case("unknown hash", "hash: FNV1A_64"),
        Case("tag of one byte", "hash_tag: \"{\""),
        Case("tag of two like bytes", "hash_tag: \"$$\""),
        Case("no connections", "server_connections: 0"),
        Case("password for memcached", "redis_auth: secret"),
        Case("directive twice", "redis: true\n  redis: true"),
        Case("no weight", servers: ["127.0.0.1:31001"]),
        Case("weight 0", servers: ["127.0.0.1:31001:0"]),
        Case("port 0", servers: ["127.0.0.1:0:1"]),
        Case("name of two words", servers: ["127.0.0.1:31001:1 a b"]),
        Case("server twice", servers: ["127.0.0.1:31001:1", "127.0.0.1:31001:2"]),
        Case("server twice, named", servers: ["127.0.0.1:31001:1 a", "127.0.0.1:31001:1 b"]),
        Case("unix sockets", servers: ["/tmp/a.sock:1 a"], listen: "/tmp/p.sock 0666"),
        Case("IPv6", servers: ["::1:31001:1"], listen: "::1:31901"),
        Case("no port", listen: "127.0.0.1"),
        Case("no file", file: ""),
        Case("no mapping", file: "alpha\n"),
        Case("not YAML", file: "p1:\n  listen: \"127.0.0.1:31901\n"),
        Case(
            "reuseport", "reuseport: true",
            difference: "twemproxy's later versions have it, and files are moved from them"),
    ]

    @Test(arguments: cases)
    func checksEndAlike(_ file: Case) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(file.text, to: "proxy.yml")

        let theirs = try run(ProxyProgram.nutcracker.path, ["-t", "-c", path]).status
        let ours = try run(ProxyProgram.martlet.path, ["-t", "-c", path]).status

        #expect(file.difference == nil ? ours == theirs : ours == .exited(0))
        #expect((theirs != ours) == (file.difference != nil))
    }

    @Test func checksOfAFileThatIsNotThereEndAlike() throws {
        let path = try TemporaryDirectory().file("absent.yml")

        let theirs = try run(ProxyProgram.nutcracker.path, ["-t", "-c", path]).status

        #expect(try run(ProxyProgram.martlet.path, ["-t", "-c", path]).status == theirs)
    }
}
