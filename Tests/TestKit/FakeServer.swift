import Foundation
import Synchronization

/// A scripted server: a test says what it does with each connection, and so plays every half reply,
/// stall and hang-up that a real one would show once a year.
public final class FakeServer: Sendable {
    /// The port it listens on.
    public let port: Int

    private let running: Running

    /// Starts to accept connections. Each is given to `script` on a thread of its own, and closes
    /// when the script returns or throws: a script usually ends so, because the proxy hangs up.
    public init(_ script: @escaping @Sendable (Connection) throws -> Void) throws {
        let port = try FreePort.take()
        let running = Running()
        let started = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let listener = try? Descriptor(listeningOn: .tcp("127.0.0.1", port))
            started.signal()
            var count = 0
            while !running.isOver {
                guard let accepted = try? listener?.accept(timeout: 0.05) else { continue }
                serve(accepted, number: count, running: running, script: script)
                count += 1
            }
        }
        started.wait()
        self.port = port
        self.running = running
    }

    deinit {
        running.end()
    }

    /// What a pool's `servers` says to use it.
    public var line: String { "127.0.0.1:\(port):1" }

    /// Its name in a pool that gives it none.
    public var name: String { "127.0.0.1:\(port)" }

    /// Connections accepted so far.
    public var connectionCount: Int { running.connectionCount }

    /// One connection of the server.
    public struct Connection {
        /// Counts the server's connections, from 0.
        public let number: Int
        /// The bytes.
        public let stream: TestClient

        fileprivate let running: Running

        /// Waits for the next Redis request and returns its arguments.
        public func nextCommand() throws -> [String] {
            guard let arguments = try stream.readReply().elements else {
                throw KitError("not a request")
            }
            return arguments.compactMap(\.text)
        }

        /// Neither answers nor closes until the server ends.
        public func stall() {
            _ = eventually(timeout: 60) { running.isOver }
        }
    }

    /// Whether the server still runs: what its threads look at.
    fileprivate final class Running: Sendable {
        private let over = Atomic<Bool>(false)
        private let connections = Atomic<Int>(0)

        var isOver: Bool { over.load(ordering: .relaxed) }
        var connectionCount: Int { connections.load(ordering: .relaxed) }

        func end() { over.store(true, ordering: .relaxed) }
        func countConnection() { connections.add(1, ordering: .relaxed) }
    }
}

/// Runs the script of one connection on a thread of its own.
private func serve(
    _ accepted: Descriptor, number: Int, running: FakeServer.Running,
    script: @escaping @Sendable (FakeServer.Connection) throws -> Void
) {
    running.countConnection()
    let socket = accepted.release()
    Thread.detachNewThread {
        // Scripts end by an error whenever the proxy hangs up, which is no failure of the test.
        try? script(
            FakeServer.Connection(
                number: number, stream: TestClient(Descriptor(socket), timeout: 60),
                running: running))
    }
}
