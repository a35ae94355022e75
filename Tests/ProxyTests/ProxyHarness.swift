import Configuration
import Glibc
import Hashing
import Reactor
import Testing

@testable import Proxy

/// A proxy with one worker, unless the test wants more, and one pool, and all that it talks to in
/// the hands of the test.
///
/// The proxy's control thread, the clients and the servers share the test's own loop, which turns
/// only while the test waits for something. The worker has its thread; `settle` says when it has
/// taken what was sent to it.
final class ProxyHarness {
    /// Turns of at most a millisecond each that a wait takes before the test fails.
    private static let mostTurns = 20_000

    let loop: EventLoop
    private(set) var servers: [ScriptedServer] = []
    private let pool: PoolConfiguration
    private let control: ProxyControl
    private let address: SocketAddress
    /// Ends a turn in which nothing happens on this loop, since the worker changes figures without
    /// a word.
    private let tick: Timer
    /// The client of `settle`.
    private var pacer: Peer?

    /// Runs `conversation` with a proxy before `count` servers, and stops the proxy.
    static func run(
        _ cacheProtocol: CacheProtocol, servers count: Int = 1, maxMemory: Int = 1 << 30,
        workers: Int = 1, overTCP: Bool = false,
        batching: Batching = Batching(waitMicroseconds: 120),
        _ configure: (inout PoolConfiguration) -> Void = { _ in },
        conversation: (ProxyHarness) throws -> Void
    ) throws {
        let harness = try ProxyHarness(
            cacheProtocol, servers: count, maxMemory: maxMemory, workers: workers, overTCP: overTCP,
            batching, configure)
        defer { harness.stop() }
        try conversation(harness)
    }

    private init(
        _ cacheProtocol: CacheProtocol, servers count: Int, maxMemory: Int, workers: Int,
        overTCP: Bool, _ batching: Batching,
        _ configure: (inout PoolConfiguration) -> Void
    ) throws {
        loop = try EventLoop()
        tick = Timer(loop) {}
        tick.start(everyMilliseconds: 1)
        for _ in 0..<count { servers.append(try ScriptedServer(on: loop)) }
        // The first server's port is nobody else's for as long as this lives.
        let port = servers[0].address.port
        let listen: ListenAddress
        if overTCP {
            listen = .tcp(host: "127.0.0.2", port: port)
            address = SocketAddress(ip: "127.0.0.2", port: port)!
        } else {
            let path = "/tmp/proxy-tests-\(getpid())-\(port).sock"
            listen = .unix(path: path, permissions: nil)
            address = .unix(path: path)
        }
        var pool = PoolConfiguration(
            name: "pool", listen: listen, listenText: address.description,
            servers: servers.enumerated().map { index, server in
                ServerConfiguration(
                    name: "s\(index)", hasExplicitName: true,
                    address: .tcp(host: "127.0.0.1", port: server.address.port), weight: 1,
                    endpoint: "s\(index)")
            })
        pool.cacheProtocol = cacheProtocol
        configure(&pool)
        self.pool = pool
        var configuration = Configuration(pools: [pool])
        configuration.maxMemory = maxMemory
        control = try ProxyControl(
            configuration, batching, workers: workers, loop: loop, logger: .silent)
        try control.start()
    }

    private func stop() {
        var isStopped = false
        control.drain(withinMilliseconds: 1) { isStopped = true }
        while !isStopped { loop.runOnce(waiting: true) }
        pacer?.close()
        tick.cancel()
        for server in servers { server.stop() }
    }

    // MARK: - The parties

    /// A new client.
    func client() throws -> Peer {
        var inProgress = false
        return Peer(try Socket.connect(to: address, inProgress: &inProgress), on: loop)
    }

    /// A new client whose request has reached the first server, on its first connection.
    func client(
        _ request: String, _ location: SourceLocation = #_sourceLocation
    ) throws -> (Peer, Peer) {
        let client = try client()
        try client.say(request)
        let server = try connection()
        try expect(server, hears: request, location)
        return (client, server)
    }

    /// A server's connection, once it is there.
    func connection(_ number: Int = 0, of server: Int = 0) throws -> Peer {
        try wait { servers[server].connections.count > number }
        return servers[server].connections[number]
    }

    /// Starts a stopped server again, at its address.
    func restart(_ server: Int) throws {
        servers[server] = try ScriptedServer(on: loop, at: servers[server].address)
    }

    /// A key of the given server.
    func key(of server: Int) -> String {
        let placement = PoolControl(pool).routing.placement
        var number = 0
        while placement.server(for: Array("key\(number)".utf8).span) != server { number += 1 }
        return "key\(number)"
    }

    /// The proxy's figures now.
    var stats: PoolStats { control.snapshot().pools[0] }

    /// How long requests took, as of now.
    var latency: PoolLatency { control.latency()[0] }

    /// What the control thread last told the workers.
    var routing: PoolRouting { control.pools[0].routing }

    /// How many clients each worker has.
    var clientsOfWorkers: [Int] {
        control.seats.map { $0.counters.pools[0].pool.value(PoolMetric.clientConnections.index) }
    }

    /// Bytes that the worker's connections held at the end of its last turn.
    var memory: Int { control.memoryHeld }

    // MARK: - Waiting

    /// Turns the loop for so long, for what must not happen in that time.
    func pass(milliseconds: Int64) throws {
        loop.refreshNow()
        let end = loop.now + milliseconds
        try wait { loop.now >= end }
    }

    /// Turns the loop until the condition holds.
    func wait(
        until condition: () -> Bool, _ location: SourceLocation = #_sourceLocation
    ) throws {
        for _ in 0..<Self.mostTurns {
            if condition() { return }
            loop.runOnce(waiting: true)
        }
        Issue.record("waited too long", sourceLocation: location)
        throw HarnessError.waitedTooLong
    }

    /// Waits until the peer has heard as much as `text`, which must be it.
    func expect(
        _ peer: Peer, hears text: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
        try wait(until: { peer.received.count >= text.utf8.count || peer.isEnded }, location)
        #expect(peer.take(text.utf8.count) == text, sourceLocation: location)
    }

    /// Waits until the peer has heard a line, and takes it.
    func line(
        from peer: Peer, _ location: SourceLocation = #_sourceLocation
    ) throws -> String {
        try wait(until: { peer.received.contains(UInt8(ascii: "\n")) || peer.isEnded }, location)
        return peer.take((peer.received.firstIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
    }

    /// Waits until the proxy has closed the connection, without another word.
    func expectEnd(of peer: Peer, _ location: SourceLocation = #_sourceLocation) throws {
        try wait(until: { peer.isEnded }, location)
        #expect(peer.received.isEmpty, sourceLocation: location)
    }

    /// The latencies once so many requests are counted: they are when their replies have left.
    func latencies(_ count: Int) throws -> PoolLatency {
        try wait { latency.table[.total].count >= count }
        #expect(latency.table[.total].count == count)
        return latency
    }

    /// Waits until the worker has taken everything that was sent to it before: what is there when a
    /// question is asked is taken at the latest in the turn that answers it.
    func settle(_ location: SourceLocation = #_sourceLocation) throws {
        let pacer = try self.pacer ?? client()
        self.pacer = pacer
        // No command, so the proxy answers by itself, whatever state its servers are in.
        let isRedis = pool.cacheProtocol == .redis
        try pacer.say(isRedis ? redis("nothing") : "nothing\r\n")
        let answer =
            isRedis
            ? "-ERR unknown command 'nothing', with args beginning with: \r\n" : "ERROR\r\n"
        try expect(pacer, hears: answer, location)
    }

    private enum HarnessError: Error {
        case waitedTooLong
    }
}

/// A Redis request.
func redis(_ words: String...) -> String { redis(words) }

/// A Redis request.
func redis(_ words: [String]) -> String {
    words.reduce("*\(words.count)\r\n") { $0 + "$\($1.utf8.count)\r\n\($1)\r\n" }
}
