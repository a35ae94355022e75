import Testing

@testable import Configuration

/// Where pools listen.
@Suite struct ListenAddressTests {
    static let tcp: [(text: String, host: String, port: UInt16)] = [
        ("127.0.0.1:22121", "127.0.0.1", 22121),
        ("localhost:1", "localhost", 1),
        ("*:22121", "*", 22121),
        ("::1:22121", "::1", 22121),
        ("[::1]:22121", "::1", 22121),
        ("[]:22121", "[]", 22121),
        ("h:0065535", "h", 65535),
    ]

    static let unix: [(text: String, path: String, permissions: UInt32?)] = [
        ("/run/a.sock", "/run/a.sock", nil),
        ("/run/a.sock 0666", "/run/a.sock", 0o666),
        ("/run/a.sock 777", "/run/a.sock", 0o777),
        ("/run/a.sock +640", "/run/a.sock", 0o640),
        ("/run/a.sock abc", "/run/a.sock", nil),
        ("/run/a.sock 0888", "/run/a.sock", nil),
        ("/run/a.sock 0668", "/run/a.sock", 0o66),
        ("/run/a.sock -0", "/run/a.sock", nil),
        ("/run/a b 0600", "/run/a b", 0o600),
        ("/run/a:b", "/run/a:b", nil),
        ("/run/a.sock ", "/run/a.sock", nil),
    ]

    static let refused: [(text: String, reason: String)] = [
        ("h", "\"h\" has no port; use host:port or /path"),
        ("h:", "\"h:\" has no valid port; use host:port with a port from 1 to 65535"),
        ("h:x", "\"h:x\" has no valid port; use host:port with a port from 1 to 65535"),
        ("h:0", "\"h:0\" has no valid port; use host:port with a port from 1 to 65535"),
        ("h:65536", "\"h:65536\" has no valid port; use host:port with a port from 1 to 65535"),
        ("h:-1", "\"h:-1\" has no valid port; use host:port with a port from 1 to 65535"),
        (":80", "\":80\" has no host; use host:port, such as 0.0.0.0:80"),
        ("/s 1000", "\"1000\" are not file permissions; use an octal number up to 0777"),
        ("/s -1", "\"-1\" are not file permissions; use an octal number up to 0777"),
    ]

    @Test(arguments: tcp)
    func theLastColonPartsHostAndPort(text: String, host: String, port: UInt16) throws {
        #expect(try ListenAddress(text) == .tcp(host: host, port: port))
    }

    @Test(arguments: unix)
    func permissionsAreReadAsTwemproxyDoes(text: String, path: String, permissions: UInt32?) throws
    {
        #expect(try ListenAddress(text) == .unix(path: path, permissions: permissions))
    }

    @Test(arguments: refused)
    func refusesWithAReason(text: String, expected: String) {
        #expect(reason { () throws(Fault) in try ListenAddress(text) } == expected)
    }

    @Test func aPathFitsIntoASocketAddress() {
        let longest = "/" + String(repeating: "x", count: 106)

        #expect(reason { () throws(Fault) in try ListenAddress(longest) } == nil)
        #expect(reason { () throws(Fault) in try ListenAddress(longest + "x") } != nil)
    }
}

/// Lines of `servers`.
@Suite struct ServerConfigurationTests {
    static let named: [(text: String, name: String, endpoint: String)] = [
        ("127.0.0.1:6379:1", "127.0.0.1:6379", "127.0.0.1:6379"),
        ("127.0.0.1:11211:1", "127.0.0.1", "127.0.0.1:11211"),
        ("127.0.0.1:011211:1", "127.0.0.1", "127.0.0.1:011211"),
        ("127.0.0.1:06379:1", "127.0.0.1:06379", "127.0.0.1:06379"),
        (":11211:1", "", ":11211"),
        ("127.0.0.1:11211:1 one", "one", "127.0.0.1:11211"),
        ("127.0.0.1:6379:1 one:two", "one:two", "127.0.0.1:6379"),
        ("127.0.0.1:6379:1 ", "", "127.0.0.1:6379"),
        ("::1:6379:1", "::1:6379", "::1:6379"),
        ("[::1]:6379:1", "[::1]:6379", "[::1]:6379"),
        ("[::1]:11211:1", "[::1]", "[::1]:11211"),
        ("/run/r.sock:1", "/run/r.sock:", "/run/r.sock"),
        ("/run/r.sock:1 one", "one", "/run/r.sock"),
        (":6379:1", ":6379", ":6379"),
    ]

    static let refused: [(text: String, reason: String)] = [
        ("h", "\"h\" is not a server; \(ServerConfiguration.form)"),
        ("h one", "\"h one\" is not a server; \(ServerConfiguration.form)"),
        ("h:1", "\"h:1\" lacks a port or a weight; \(ServerConfiguration.form)"),
        ("h:1:", "\"h:1:\" has no valid weight; \(ServerConfiguration.form)"),
        ("h:1:x", "\"h:1:x\" has no valid weight; \(ServerConfiguration.form)"),
        ("h:1:0", "\"h:1:0\" has a weight out of range; use a weight from 1 to 1000000"),
        (
            "h:1:1000001",
            "\"h:1:1000001\" has a weight out of range; use a weight from 1 to 1000000"
        ),
        ("h:x:1", "\"h:x:1\" has no valid port; use a port from 1 to 65535"),
        ("h::1", "\"h::1\" has no valid port; use a port from 1 to 65535"),
        ("h:0:1", "\"h:0:1\" has no valid port; use a port from 1 to 65535"),
        ("h:1:1 a b", "\"h:1:1 a b\" has a space too many; a name is one word after one space"),
        ("h:1:1  a", "\"h:1:1  a\" has a space too many; a name is one word after one space"),
        ("/s", "\"/s\" is not a server; \(ServerConfiguration.form)"),
        ("/a:b:1", "\"/a:b:1\" has a colon in its path; \(ServerConfiguration.form)"),
    ]

    @Test(arguments: named)
    func theRingNameIsTwemproxys(text: String, name: String, endpoint: String) throws {
        let server = try ServerConfiguration(text)

        #expect(server.name == name)
        #expect(server.hasExplicitName == text.contains(" "))
        #expect(server.endpoint == endpoint)
    }

    @Test func bracketsAreTakenOffTheAddress() throws {
        #expect(try ServerConfiguration("[::1]:6379:1").address == .tcp(host: "::1", port: 6379))
        #expect(try ServerConfiguration("::1:6379:1").address == .tcp(host: "::1", port: 6379))
    }

    @Test func theWeightIsRead() throws {
        #expect(try ServerConfiguration("h:1:0042").weight == 42)
        #expect(try ServerConfiguration("h:1:1000000 a").weight == 1_000_000)
        #expect(try ServerConfiguration("/s:7").weight == 7)
    }

    @Test(arguments: refused)
    func refusesWithAReason(text: String, expected: String) {
        #expect(reason { () throws(Fault) in try ServerConfiguration(text) } == expected)
    }

    @Test func aSocketMustBeReachable() {
        let path = "/" + String(repeating: "x", count: 107)

        let found = reason { () throws(Fault) in try ServerConfiguration(path + ":1") }

        #expect(found?.hasSuffix("has 108 bytes; a socket's path can have at most 107") == true)
    }
}
