import Foundation
import Synchronization

/// A redis-server of a replication group, on an address of its own, killed at the latest with this
/// object.
///
/// Whoever is its primary is decided by the group's verbs; the node itself only does as it is told.
public final class ReplicationNode: Sendable {
    /// The loopback address it listens on.
    public let host: String
    /// Its port, the same for all nodes of a lab.
    public let port: Int

    private let directory: TemporaryDirectory
    private let arguments: [String]
    private let process: Mutex<ChildProcess>
    private let frozen = Atomic<Bool>(false)
    /// What its clients say to be let in; empty if nothing.
    private let login: Mutex<[String]>

    /// Starts it, empty, as a primary or as a replica, and waits until it answers.
    ///
    /// - Parameter login: The arguments of AUTH, if it asks for that.
    init(
        host: String, port: Int, replicaOf primary: ReplicationNode?, login: [String],
        arguments: [String]
    ) throws {
        let directory = try TemporaryDirectory()
        self.host = host
        self.port = port
        self.directory = directory
        self.login = Mutex(login)
        self.arguments =
            [
                "--port", "\(port)", "--bind", host, "--replica-announce-ip", host,
                "--protected-mode", "no", "--save", "", "--appendonly", "no", "--dir",
                directory.path, "--maxclients", "4000", "--enable-debug-command", "yes",
                // With a diskless sync the stream would begin only up to a second after it.
                "--repl-diskless-sync", "no",
            ] + arguments
        process = Mutex(
            try Self.start(self.arguments, replicaOf: primary, log: directory.file("node.log")))
        try waitUntilReady()
    }

    /// `host:port`, as errors and logs name it.
    public var name: String { "\(host):\(port)" }

    /// What it logged so far.
    public var log: String { contents(of: directory.file("node.log")) }

    /// Whether it runs and is not frozen.
    public var isServing: Bool {
        process.withLock(\.isRunning) && !frozen.load(ordering: .relaxed)
    }

    // MARK: - Talking to it

    /// A client of it that no proxy stands between, let in already.
    public func client(timeout: Double = 5) throws -> TestClient {
        let client = try TestClient(port: port, host: host, timeout: timeout)
        let login = login.withLock(\.self)
        guard try login.isEmpty || client.command(["AUTH"] + login) == .ok else {
            throw KitError("\(name) does not let the lab in")
        }
        return client
    }

    /// Carries out one command on a connection of its own.
    ///
    /// - Throws: Also if the reply is an error.
    @discardableResult public func command(_ arguments: String...) throws -> Reply {
        try command(arguments)
    }

    /// Carries out one command on a connection of its own.
    ///
    /// - Throws: Also if the reply is an error.
    @discardableResult public func command(_ arguments: [String]) throws -> Reply {
        let reply = try client().command(arguments)
        if let error = reply.errorText {
            throw KitError("\(arguments) on \(name): \(error)")
        }
        return reply
    }

    /// The fields of a section of INFO.
    public func info(_ section: String) throws -> [String: String] {
        let text = try command("INFO", section).text ?? ""
        var fields: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        return fields
    }

    /// How many bytes of the replication stream it has written or taken in.
    public func replicationOffset() throws -> Int {
        Int(try info("replication")["master_repl_offset"] ?? "") ?? 0
    }

    /// All its keys of type string, with their values.
    public func data() throws -> [String: String] {
        let client = try client()
        let keys = (try client.command("KEYS", "*").elements ?? []).compactMap(\.text)
        guard !keys.isEmpty else { return [:] }
        let values = (try client.command(["MGET"] + keys).elements ?? []).map(\.text)
        return Dictionary(uniqueKeysWithValues: zip(keys, values)).compactMapValues(\.self)
    }

    /// How often it carried out a command since it started.
    public func calls(of command: String) throws -> Int {
        let line = try info("commandstats")["cmdstat_\(command.lowercased())"] ?? ""
        let calls = line.split(separator: ",").first { $0.hasPrefix("calls=") }
        return Int(calls?.dropFirst("calls=".count) ?? "") ?? 0
    }

    // MARK: - What happens to it

    /// Makes it a primary.
    public func promote() throws {
        try command("REPLICAOF", "NO", "ONE")
    }

    /// Makes it a replica of another node.
    public func demote(to primary: ReplicationNode) throws {
        try command("REPLICAOF", primary.host, "\(primary.port)")
    }

    /// Makes writes wait, at most five seconds; reads go on. On a replica that stops the stream of
    /// its primary, so that it lags behind.
    public func pauseWrites() throws {
        try command("CLIENT", "PAUSE", "5000", "WRITE")
    }

    /// Lets writes go on.
    public func resumeWrites() throws {
        try command("CLIENT", "UNPAUSE")
    }

    /// Breaks a replica's link to its primary, which then asks in vain to be let in again.
    public func loseStream() throws {
        try command("CONFIG", "SET", "masterauth", "not the password")
        try command("CLIENT", "KILL", "TYPE", "master")
    }

    /// Lets a replica back to a primary without password after `loseStream`.
    public func findStream() throws {
        try command("CONFIG", "SET", "masterauth", "")
    }

    /// Loads all its data again, slowly: it says LOADING meanwhile and is as it was afterwards.
    ///
    /// Returns at the end, after about as many seconds as are asked for.
    public func reload(for seconds: Double) throws {
        let keys = 2_000
        try command("DEBUG", "POPULATE", "\(keys)", "filling", "10")
        try command("CONFIG", "SET", "appendonly", "yes")
        // The file is complete when the process that writes it has ended.
        guard try eventually({ try info("persistence")["aof_rewrite_in_progress"] == "0" }) else {
            throw KitError("\(name) does not write its file")
        }
        try command("CONFIG", "SET", "loading-process-events-interval-bytes", "1024")
        let microseconds = Int(seconds * 1e6) / keys
        try command("CONFIG", "SET", "key-load-delay", "\(microseconds)")
        try command("DEBUG", "LOADAOF")
        try command("CONFIG", "SET", "key-load-delay", "0")
    }

    /// Closes the connections of all its ordinary clients.
    public func dropClients() throws {
        try command("CLIENT", "KILL", "TYPE", "normal")
    }

    /// Freezes it: its kernel still accepts connections and bytes, but nothing is answered.
    public func pause() {
        frozen.store(true, ordering: .relaxed)
        process.withLock { $0.pause() }
    }

    /// Lets it run on after `pause`.
    public func resume() {
        process.withLock { $0.signal(SIGCONT) }
        frozen.store(false, ordering: .relaxed)
    }

    /// Ends it without warning: its connections break, new ones are refused.
    public func kill() {
        process.withLock { $0.kill() }
    }

    /// Starts it again at the same address, without data, as a primary or as a replica.
    public func restart(replicaOf primary: ReplicationNode? = nil) throws {
        kill()
        let fresh = try Self.start(
            arguments, replicaOf: primary, log: directory.file("node.log"))
        process.withLock { $0 = fresh }
        frozen.store(false, ordering: .relaxed)
        try waitUntilReady()
    }

    /// Says other arguments of AUTH from now on.
    public func logIn(with arguments: [String]) {
        login.withLock { $0 = arguments }
    }

    private static func start(
        _ arguments: [String], replicaOf primary: ReplicationNode?, log: String
    ) throws -> ChildProcess {
        let role = primary.map { ["--replicaof", $0.host, "\($0.port)"] } ?? []
        return try ChildProcess("redis-server", arguments + role, output: log, errors: log)
    }

    private func waitUntilReady() throws {
        guard eventually(timeout: 20, { (try? command("PING")) != nil }) else {
            throw KitError("\(name) did not start: \(log)")
        }
    }
}
