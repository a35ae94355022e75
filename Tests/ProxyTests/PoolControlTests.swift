import Configuration
import Hashing
import Reactor
import Testing

@testable import Proxy

@Suite struct PoolControlTests {
    private func control(_ servers: Int, failureLimit: Int = 1) -> PoolControl {
        var pool = PoolConfiguration(
            name: "pool", listen: .tcp(host: "127.0.0.1", port: 22_121),
            listenText: "127.0.0.1:22121",
            servers: (0..<servers).map { Self.server("10.0.0.\($0 + 1)", name: "s\($0)") })
        pool.serverFailureLimit = failureLimit
        return PoolControl(pool)
    }

    private static func server(_ host: String, name: String) -> ServerConfiguration {
        ServerConfiguration(
            name: name, hasExplicitName: true, address: .tcp(host: host, port: 6379), weight: 1,
            endpoint: "\(host):6379")
    }

    /// The servers that take some of 1,000 keys.
    private func takers(_ routing: PoolRouting) -> Set<Int> {
        Set((0..<1_000).map { routing.placement.server(for: Array("key\($0)".utf8).span) })
    }

    private func owners(_ routing: PoolRouting) -> [Int] {
        (0..<1_000).map { routing.placement.server(for: Array("key\($0)".utf8).span) }
    }

    @Test func everyServerIsOnTheRingAtFirst() {
        let routing = control(3).routing

        #expect(takers(routing) == [0, 1, 2])
        #expect(routing.servers.allSatisfy { $0.isLive })
        #expect(routing.servers[1].address == SocketAddress(ip: "10.0.0.2", port: 6379))
    }

    @Test func ejectedServerGetsNoKeys() {
        let control = control(3)

        _ = control.servers[1].ejection.failed(at: 0)

        #expect(takers(control.routing) == [0, 2])
        #expect(control.routing.servers.map(\.isLive) == [true, false, true])
    }

    /// When every server is ejected, refusing would help nobody.
    @Test func ringIsFullWhenEveryServerIsEjected() {
        let control = control(3)
        let before = owners(control.routing)

        for server in control.servers { _ = server.ejection.failed(at: 0) }

        #expect(owners(control.routing) == before)
        #expect(control.routing.servers.allSatisfy { !$0.isLive })
    }

    @Test func readmittedServerGetsItsKeysBack() {
        let control = control(3)
        let before = owners(control.routing)
        _ = control.servers[0].ejection.failed(at: 0)
        #expect(owners(control.routing) != before)

        control.servers[0].ejection.readmit()

        #expect(owners(control.routing) == before)
    }

    @Test func failureLimitIsThePools() {
        let control = control(2, failureLimit: 2)

        let first = control.servers[0].ejection.failed(at: 0)
        let second = control.servers[0].ejection.failed(at: 1_000)

        #expect([first, second] == [false, true])
    }
}

@Suite struct ServerControlTests {
    private static let first = SocketAddress.ipv4(0x0a00_0001, port: 6379)
    private static let second = SocketAddress.ipv4(0x0a00_0002, port: 6379)

    private func server(_ address: ServerAddress) -> ServerControl {
        let server = ServerConfiguration(
            name: "s", hasExplicitName: true, address: address, weight: 1, endpoint: "s")
        return ServerControl(
            server,
            in: PoolConfiguration(
                name: "p", listen: .tcp(host: "", port: 0), listenText: "", servers: [server]))
    }

    private var named: ServerControl { server(.tcp(host: "cache.example", port: 6379)) }

    @Test func numericAddressNeedsNoResolver() {
        let server = server(.tcp(host: "10.0.0.1", port: 6379))

        #expect(server.name == nil)
        #expect(server.address == Self.first)
    }

    @Test func unixPathNeedsNoResolver() {
        let server = server(.unix(path: "/run/redis.sock"))

        #expect(server.name == nil)
        #expect(server.address == .unix(path: "/run/redis.sock"))
    }

    @Test func nameHasNoAddressAtFirst() {
        let server = named

        #expect(server.name == NameBook.Name(host: "cache.example", port: 6379))
        #expect(server.address == nil)
        #expect(server.route.reason == "name not resolved yet")
    }

    @Test func takesTheFirstOfSeveralAddresses() {
        let server = named

        server.take([Self.second, Self.first], reason: "")

        #expect(server.address == Self.second)
        #expect(server.route.reason == "")
    }

    /// Round-robin DNS changes the order with every answer; the connection must not follow it.
    @Test func keepsItsAddressWhileItIsAmongThem() {
        let server = named
        server.take([Self.first], reason: "")

        server.take([Self.second, Self.first], reason: "")

        #expect(server.address == Self.first)
    }

    @Test func movesWhenItsAddressIsGone() {
        let server = named
        server.take([Self.first], reason: "")

        server.take([Self.second], reason: "")

        #expect(server.address == Self.second)
    }

    /// The resolver's failure says nothing about the server.
    @Test func hasNoAddressWhenTheNameHasNoneAnyMore() {
        let server = named
        server.take([Self.first], reason: "")

        server.take([], reason: "no such name")

        #expect(server.address == nil)
        #expect(server.reason == "no such name")
    }

    @Test func unresolvableNameSaysWhy() {
        let server = named

        server.take([], reason: "no such name")

        #expect(server.route.address == nil)
        #expect(server.route.reason == "no such name")
    }
}
