import Foundation
import Synchronization

/// How a process ended.
public enum ExitStatus: Equatable, Sendable {
    /// It exited with this status.
    case exited(Int32)
    /// This signal killed it.
    case signalled(Int32)
}

/// A process of the test's, killed at the latest with this object, and by the kernel if the tests
/// die.
public final class ChildProcess: Sendable {
    /// Its process id.
    public let pid: Int32

    private let ended = Mutex<ExitStatus?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: A path, or a name to be found by `PATH`.
    ///   - output: The file its standard output is appended to.
    ///   - errors: The file its standard error is appended to.
    ///   - environment: Variables set in addition to the test's own.
    public init(
        _ program: String, _ arguments: [String], output: String = "/dev/null",
        errors: String = "/dev/null", environment: [String: String] = [:]
    ) throws {
        pid = try Spawner.shared.spawn(
            [program] + arguments, output: output, errors: errors, environment: environment)
    }

    deinit {
        kill()
    }

    /// How it ended, or `nil` while it runs.
    public var exitStatus: ExitStatus? {
        ended.withLock { ended in
            if ended != nil { return ended }
            var status: Int32 = 0
            guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7f
            ended = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
            return ended
        }
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { exitStatus == nil }

    /// Sends it a signal, if it still runs.
    public func signal(_ number: Int32) {
        if isRunning { _ = Glibc.kill(pid, number) }
    }

    /// Stops it in its tracks.
    ///
    /// Returns when it has stopped: the signal goes to one thread, and until that one runs, the
    /// others may go on.
    public func pause() {
        signal(SIGSTOP)
        _ = eventually { isStopped }
    }

    /// Whether every thread of the process is stopped, as /proc tells.
    private var isStopped: Bool {
        let tasks = "/proc/\(pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.allSatisfy { thread in
            let stat =
                (try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8)) ?? ""
            return stat.drop { $0 != ")" }.dropFirst(2).first == "T"
        }
    }

    /// Kills it and waits for its end.
    public func kill() {
        signal(SIGKILL)
        _ = eventually { !isRunning }
    }

    /// Waits for its end.
    public func wait(timeout: Double = 20) throws -> ExitStatus {
        guard eventually(timeout: timeout, { !isRunning }), let exitStatus else {
            throw KitError("process \(pid) still runs after \(timeout) s")
        }
        return exitStatus
    }
}

/// Starts processes from one thread that never ends.
///
/// The kernel kills a process that asked for it (`PR_SET_PDEATHSIG`) when the *thread* that started
/// it ends, and the threads that tests run on come and go.
private final class Spawner: Sendable {
    static let shared = Spawner()

    private let jobs = Mutex<[SpawnJob]>([])
    private let arrived = DispatchSemaphore(value: 0)

    private init() {
        Thread.detachNewThread { [self] in
            while true {
                arrived.wait()
                jobs.withLock { $0.removeFirst() }.run()
            }
        }
    }

    func spawn(
        _ command: [String], output: String, errors: String, environment: [String: String]
    ) throws -> Int32 {
        let job = SpawnJob(
            command: ["setpriv", "--pdeathsig", "KILL", "--"] + command, output: output,
            errors: errors, environment: environment)
        jobs.withLock { $0.append(job) }
        arrived.signal()
        return try job.pid()
    }
}

/// One process to start.
private final class SpawnJob: Sendable {
    private let command: [String]
    private let output: String
    private let errors: String
    private let environment: [String: String]
    private let result = Mutex<(error: Int32, pid: Int32)>((0, 0))
    private let done = DispatchSemaphore(value: 0)

    init(command: [String], output: String, errors: String, environment: [String: String]) {
        self.command = command
        self.output = output
        self.errors = errors
        self.environment = environment
    }

    /// Waits for the start.
    func pid() throws -> Int32 {
        done.wait()
        let (error, pid) = result.withLock { $0 }
        guard error == 0 else { throw KitError("start \(command): \(errorText(error))") }
        return pid
    }

    func run() {
        var pid: Int32 = 0
        let error = unsafe withCStrings(command) { arguments in
            unsafe withCStrings(variables) { variables in
                unsafe start(&pid, arguments, variables)
            }
        }
        result.withLock { $0 = (error, pid) }
        done.signal()
    }

    private var variables: [String] {
        let all = ProcessInfo.processInfo.environment.merging(environment) { _, added in added }
        return all.map { "\($0.key)=\($0.value)" }
    }

    private func start(
        _ pid: inout Int32, _ arguments: [UnsafeMutablePointer<CChar>?],
        _ variables: [UnsafeMutablePointer<CChar>?]
    ) -> Int32 {
        var files = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&files)
        defer { unsafe posix_spawn_file_actions_destroy(&files) }
        let append = O_WRONLY | O_CREAT | O_APPEND
        unsafe posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&files, 1, output, append, 0o644)
        unsafe posix_spawn_file_actions_addopen(&files, 2, errors, append, 0o644)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The threads of tests block most signals, which a process would inherit.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        return unsafe posix_spawnp(&pid, "setpriv", &files, &attributes, arguments, variables)
    }
}

private func withCStrings(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32
) -> Int32 {
    let copies = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies + [nil])
}
