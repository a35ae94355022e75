import Foundation
import Synchronization

/// A real cache server on a free port of the loopback address, empty at the start and killed at the
/// end.
///
/// It can fail in every way a node fails: `pause` makes it silent while its kernel still accepts
/// connections, `kill` makes it refuse them, `restart` brings it back, empty, on the same port.
public final class CacheNode: Sendable {
    /// Which server it is.
    public enum Kind: Sendable {
        /// redis-server.
        case redis
        /// memcached.
        case memcached
    }

    /// Which server it is.
    public let kind: Kind
    /// The port it listens on.
    public let port: Int
    /// A unix socket it listens on, or `nil` if it was started for TCP.
    public let unixPath: String?

    private let directory: TemporaryDirectory
    private let arguments: [String]
    private let process: Mutex<ChildProcess>

    fileprivate init(_ kind: Kind, overUnixSocket: Bool, arguments: [String]) throws {
        self.kind = kind
        port = try FreePort.take()
        directory = try TemporaryDirectory()
        unixPath = overUnixSocket ? directory.file("node.sock") : nil
        self.arguments = arguments
        process = Mutex(
            try Self.start(kind, port, unixPath, directory: directory, arguments: arguments))
        try waitUntilReady()
    }

    /// What a pool's `servers` says to use it, with a weight and maybe a name.
    public func line(weight: Int = 1, named name: String? = nil) -> String {
        let address = unixPath ?? "127.0.0.1:\(port)"
        return "\(address):\(weight)" + (name.map { " " + $0 } ?? "")
    }

    /// Its name in a pool that gives it none.
    public var name: String { "127.0.0.1:\(port)" }

    /// A client of it that no proxy stands between.
    public func client(timeout: Double = 20) throws -> TestClient {
        if let unixPath { return try TestClient(unixPath: unixPath, timeout: timeout) }
        return try TestClient(port: port, timeout: timeout)
    }

    /// Stops it in its tracks: connections are made by its kernel, but nothing is answered.
    public func pause() {
        process.withLock { $0.pause() }
    }

    /// Lets it run on after `pause`.
    public func resume() {
        process.withLock { $0.signal(SIGCONT) }
    }

    /// Ends it: its connections break, new ones are refused.
    public func kill() {
        process.withLock { $0.kill() }
    }

    /// Starts it again on the same port, without data.
    public func restart() throws {
        kill()
        let fresh = try Self.start(kind, port, unixPath, directory: directory, arguments: arguments)
        process.withLock { $0 = fresh }
        try waitUntilReady()
    }

    private static func start(
        _ kind: Kind, _ port: Int, _ unixPath: String?, directory: TemporaryDirectory,
        arguments: [String]
    ) throws -> ChildProcess {
        let log = directory.file("node.log")
        switch kind {
        case .redis:
            var options = [
                "--port", unixPath == nil ? "\(port)" : "0", "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--dir", directory.path, "--maxclients", "4000",
                "--enable-debug-command", "yes",
            ]
            if let unixPath { options += ["--unixsocket", unixPath] }
            return try ChildProcess("redis-server", options + arguments, output: log, errors: log)
        case .memcached:
            let address = unixPath.map { ["-s", $0] } ?? ["-l", "127.0.0.1", "-p", "\(port)"]
            let options = address + ["-U", "0", "-u", NSUserName(), "-c", "4000", "-t", "1"]
            return try ChildProcess("memcached", options + arguments, output: log, errors: log)
        }
    }

    private func waitUntilReady() throws {
        let ready = eventually(timeout: 20) { answers() }
        guard ready else {
            throw KitError("\(kind) did not start: \(contents(of: directory.file("node.log")))")
        }
    }

    private func answers() -> Bool {
        do {
            let client = try client(timeout: 1)
            switch kind {
            // With a password the answer is an error, which is an answer.
            case .redis: return try client.command("PING").errorText?.contains("LOADING") != true
            case .memcached: return try client.ask("version").hasPrefix("VERSION")
            }
        } catch {
            return false
        }
    }
}

extension CacheNode {
    /// A redis-server without persistence.
    public static func redis(
        overUnixSocket: Bool = false, arguments: [String] = []
    ) throws -> CacheNode {
        try CacheNode(.redis, overUnixSocket: overUnixSocket, arguments: arguments)
    }

    /// A memcached.
    public static func memcached(
        overUnixSocket: Bool = false, arguments: [String] = []
    ) throws -> CacheNode {
        try CacheNode(.memcached, overUnixSocket: overUnixSocket, arguments: arguments)
    }

    /// Several servers of one kind.
    public static func several(_ count: Int, _ kind: Kind) throws -> [CacheNode] {
        try (0..<count).map { _ in try CacheNode(kind, overUnixSocket: false, arguments: []) }
    }
}
