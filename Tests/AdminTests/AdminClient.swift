import Glibc
import Reactor
import Testing

@testable import Admin

/// A client of the admin port that shares the test's thread: it moves only when the test drives the
/// loop.
final class AdminClient {
    private let socket: Socket
    private(set) var received: [UInt8] = []
    /// The server has sent its last byte, in an orderly way.
    private(set) var sawEnd = false
    /// The connection broke.
    private(set) var failure: SystemError?

    init(_ address: SocketAddress) throws {
        var inProgress = false
        socket = try Socket.connect(to: address, inProgress: &inProgress)
    }

    var text: String { String(decoding: received, as: UTF8.self) }
    var isOver: Bool { sawEnd || failure != nil }

    /// The reply's status line, without the protocol.
    var status: String { String(text.prefix { $0 != "\r\n" }.dropFirst("HTTP/1.1 ".count)) }

    /// What follows the head.
    var body: String {
        guard let head = text.range(of: "\r\n\r\n") else { return "" }
        return String(text[head.upperBound...])
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        let count = unsafe try bytes.withUnsafeBytes { unsafe try socket.send($0) }
        try #require(count == bytes.count)
    }

    func finishSending() { socket.shutdownWrite() }

    /// Reads what is there.
    func receive() {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while !isOver {
            do throws(SystemError) {
                let result = try unsafe bytes.withUnsafeMutableBufferPointer {
                    (room) throws(SystemError) in
                    try unsafe socket.read(into: UnsafeMutableRawBufferPointer(room))
                }
                switch result {
                case .bytes(let count): received += bytes[..<count]
                case .endOfFile: sawEnd = true
                case .wouldBlock: return
                }
            } catch {
                failure = error
            }
        }
    }
}

extension String {
    /// Where `part` begins and ends.
    fileprivate func range(of part: String) -> Range<Index>? {
        firstRange(of: part)
    }
}

/// An admin server on a free loopback port with its loop.
final class AdminFixture {
    let loop: EventLoop
    let source = FixedSource()
    let server: AdminServer
    private let tick: Timer

    init(_ change: (inout AdminLimits) -> Void = { _ in }) throws {
        var limits = AdminLimits()
        change(&limits)
        loop = try EventLoop()
        server = AdminServer(
            loop: loop, source: source, identity: Samples.identity, limits: limits)
        tick = Timer(loop) {}
        // The clients are not watched by the loop, so it must turn without events too.
        tick.start(everyMilliseconds: 1)
        try server.listen(on: SocketAddress.ipv4(0x7f00_0001, port: 0))
    }

    deinit {
        server.stop()
    }

    func connect() throws -> AdminClient {
        try AdminClient(try #require(server.address))
    }

    /// Turns the loop until `condition` holds; a test that waits ten seconds has failed.
    func drive(
        _ clients: AdminClient..., until condition: () -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let end = EventLoop.monotonicMicroseconds() + 10_000_000
        while !condition() {
            guard EventLoop.monotonicMicroseconds() < end else {
                Issue.record("waited too long", sourceLocation: sourceLocation)
                return
            }
            loop.runOnce(waiting: true)
            for client in clients { client.receive() }
        }
    }

    /// Asks over a connection of its own and waits for the whole reply.
    func ask(_ request: String) throws -> AdminClient {
        let client = try connect()
        drive(client, until: { server.connectionCount > 0 })
        try client.send(request)
        drive(client, until: { client.isOver })
        #expect(client.failure == nil)
        return client
    }
}
