import Foundation

/// A proxy with a configuration of its own, running until this object ends.
public final class RunningProxy: Sendable {
    /// Its files.
    public let directory: TemporaryDirectory
    /// The port that statistics are read from.
    public let statsPort: Int

    private let process: ChildProcess
    private let pools: [PoolSpecification]
    private let endpoints: [PoolEndpoint]
    private let isTwemproxy: Bool

    /// Starts a proxy and waits until all its pools and its statistics answer.
    ///
    /// - Parameters:
    ///   - program: Which proxy.
    ///   - pools: Its pools.
    ///   - workers: Threads that serve clients, where the program has a choice.
    ///   - arguments: Further arguments.
    ///   - global: Lines of YAML before the pools.
    ///   - openFiles: How many files it may have open.
    public init(
        _ program: ProxyProgram = .martlet, pools: [PoolSpecification], workers: Int = 1,
        arguments: [String] = [], global: String = "", openFiles: Int? = nil
    ) throws {
        let directory = try TemporaryDirectory()
        let endpoints = try pools.map { pool in try pool.endpoint(in: directory) }
        let yaml = zip(pools, endpoints).map { pool, endpoint in pool.yaml(listening: endpoint) }
        let config = try directory.write(global + yaml.joined(separator: "\n"), to: "proxy.yml")
        self.directory = directory
        self.endpoints = endpoints
        self.pools = pools
        isTwemproxy = program.isTwemproxy
        statsPort = try FreePort.take()
        let own = isTwemproxy ? ["-i", "50"] : ["--workers", "\(workers)"]
        let limited =
            openFiles.map { ["prlimit", "--nofile=\($0):\($0)", program.path] } ?? [program.path]
        process = try ChildProcess(
            limited[0],
            limited.dropFirst() + [
                "-c", config, "-s", "\(statsPort)", "-a", "127.0.0.1", "-v", "6",
                "-o", directory.file("log"), "-p", directory.file("pid"),
            ] + own + arguments,
            output: directory.file("stdout"), errors: directory.file("stderr"))
        try waitUntilReady()
    }

    /// Starts a proxy with one pool.
    public convenience init(
        _ program: ProxyProgram = .martlet, pool: PoolSpecification, workers: Int = 1,
        arguments: [String] = []
    ) throws {
        try self.init(program, pools: [pool], workers: workers, arguments: arguments)
    }

    /// The process id.
    public var pid: Int32 { process.pid }

    /// Whether it has not ended.
    public var isRunning: Bool { process.isRunning }

    /// Its log file.
    public var logPath: String { directory.file("log") }

    /// Its pid file.
    public var pidPath: String { directory.file("pid") }

    /// Its configuration file.
    public var configPath: String { directory.file("proxy.yml") }

    /// What it logged so far.
    public var log: String { contents(of: logPath) + contents(of: directory.file("stderr")) }

    /// The port of a pool that listens on TCP.
    public func port(ofPool index: Int = 0) -> Int {
        switch endpoints[index] {
        case .tcp(_, let port): port
        case .unix, .text: preconditionFailure("the pool has no port of our choice")
        }
    }

    /// The path of a pool's unix socket.
    public func socketPath(ofPool index: Int = 0) -> String {
        switch endpoints[index] {
        case .unix(let path, _): path
        case .tcp, .text: preconditionFailure("the pool has no unix socket")
        }
    }

    /// A new client of a pool.
    public func client(ofPool index: Int = 0, timeout: Double = 20) throws -> TestClient {
        switch endpoints[index] {
        case .tcp(let host, let port):
            return try TestClient(port: port, host: host, timeout: timeout)
        case .unix(let path, _): return try TestClient(unixPath: path, timeout: timeout)
        case .text(let text): throw KitError("no client for a pool on \(text)")
        }
    }

    /// The statistics now.
    public func stats() throws -> StatsDocument {
        let client = try TestClient(port: statsPort, timeout: 5)
        // twemproxy reads nothing and would answer a byte with a reset.
        if !isTwemproxy { try client.send("\n") }
        return try StatsDocument(parsing: client.readToEnd())
    }

    /// Gets a page of the statistics port by HTTP.
    public func http(_ path: String) throws -> HTTPResponse {
        let client = try TestClient(port: statsPort, timeout: 5)
        try client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return try HTTPResponse(parsing: client.readToEnd())
    }

    /// The memory it occupies, in bytes.
    public func residentBytes() throws -> Int { try memory("VmRSS:") }

    /// The most memory that it has occupied, in bytes.
    public func peakResidentBytes() throws -> Int { try memory("VmHWM:") }

    private func memory(_ name: String) throws -> Int {
        let status = contents(of: "/proc/\(pid)/status")
        for line in status.split(separator: "\n") where line.hasPrefix(name) {
            if let kilobytes = Int(line.split(separator: " ").dropFirst().first ?? "") {
                return kilobytes << 10
            }
        }
        throw KitError("process \(pid) has no memory")
    }

    /// How many descriptors it has open.
    public func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    /// Sends it a signal.
    public func signal(_ number: Int32) {
        process.signal(number)
    }

    /// Waits for its end.
    public func wait(timeout: Double = 20) throws -> ExitStatus {
        try process.wait(timeout: timeout)
    }

    /// Asks it to end, and waits for that.
    public func terminate(timeout: Double = 20) throws -> ExitStatus {
        signal(SIGTERM)
        return try wait(timeout: timeout)
    }

    private func waitUntilReady() throws {
        let ready = eventually(timeout: 20) { !process.isRunning || answers() }
        guard ready && process.isRunning else { throw KitError("the proxy did not start: \(log)") }
    }

    private func answers() -> Bool {
        do {
            for index in endpoints.indices {
                if case .text = endpoints[index] { continue }
                try client(ofPool: index, timeout: 1).close()
            }
            _ = try stats()
            return true
        } catch {
            return false
        }
    }
}
