import Glibc
import Logging
import Reactor
import Synchronization

/// The log file and the one thread that writes it.
///
/// A worker must never wait for a disk: it leaves its line in a bounded queue and goes on. Beyond
/// the bound lines are dropped and counted, and the count is logged once there is room. The file is
/// opened for appending, so rotation by renaming needs only `reopen()`.
final class LogWriter: Sendable {
    /// Lines that wait at most: a second of a very bad storm, some megabytes.
    private static let capacity = 8192

    /// What the other threads ask of the writer.
    private struct Requests {
        var lines: [LogLine] = []
        var dropped = 0
        var reopens = false
        var finishes = false

        var isEmpty: Bool { lines.isEmpty && dropped == 0 && !reopens && !finishes }
    }

    private let path: String?
    private let requests = Mutex(Requests())
    /// The file; -1 after a reopen that failed. Only the writer's thread uses it once started.
    private let file: Atomic<Int32>
    /// A pipe that carries one byte when requests appear: the writer sleeps in reading it.
    private let wakeReader: Int32
    private let wakeWriter: Int32
    private let thread = Mutex<WorkerThread?>(nil)

    /// Opens the log at `path`, or takes standard error if it is nil. Call before any thread may
    /// log.
    init(path: String?) throws(StartError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw StartError("pipe", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A full pipe already holds a wakeup, so a thread that logs need not wait for room.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        self.path = path
        wakeReader = ends[0]
        wakeWriter = ends[1]
        file = Atomic(STDERR_FILENO)
        if let path { file.store(try Self.open(path), ordering: .relaxed) }
        CrashLine.goes(to: file.load(ordering: .relaxed))
    }

    /// Starts the writer's thread. A fork loses it, so this comes after the last one.
    func start() throws(StartError) {
        do throws(SystemError) {
            let thread = try WorkerThread.start(name: "log") { self.run() }
            self.thread.withLock { $0 = thread }
        } catch {
            throw StartError("cannot start the log's thread: \(error.message)")
        }
    }

    /// Leaves a line for the writer; never waits.
    func write(_ line: LogLine) {
        request { requests in
            if requests.lines.count < Self.capacity {
                requests.lines.append(line)
            } else {
                requests.dropped += 1
            }
        }
    }

    /// Closes and opens the file again, after everything logged so far was written to the old one.
    func reopen() {
        request { $0.reopens = true }
    }

    /// Writes what is left and ends the thread.
    func finish() {
        request { $0.finishes = true }
        thread.withLock { $0 }?.join()
    }

    private func request(_ change: (inout sending Requests) -> Void) {
        let isFirst = requests.withLock { requests in
            let isFirst = requests.isEmpty
            change(&requests)
            return isFirst
        }
        if isFirst {
            var byte: UInt8 = 0
            _ = unsafe Glibc.write(wakeWriter, &byte, 1)
        }
    }

    // MARK: - The writer's thread

    private func run() {
        var format = LogFormat()
        while true {
            var byte: UInt8 = 0
            _ = unsafe read(wakeReader, &byte, 1)
            let asked = requests.withLock { requests in
                let asked = requests
                requests = Requests()
                return asked
            }
            put(asked, in: &format)
            if asked.reopens { reopenFile(&format) }
            if asked.finishes { return }
        }
    }

    private func put(_ asked: Requests, in format: inout LogFormat) {
        var bytes: [UInt8] = []
        for line in asked.lines { format.append(line, to: &bytes) }
        if asked.dropped > 0 {
            let text = "martlet: \(asked.dropped) log lines were dropped, the log cannot keep up"
            format.append(LogLine(.warning, text), to: &bytes)
        }
        put(bytes)
    }

    /// Writes everything; what the file does not take is lost, since there is nowhere to say so.
    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let target = file.load(ordering: .relaxed)
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(target, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func reopenFile(_ format: inout LogFormat) {
        guard let path else { return }
        do throws(StartError) {
            let next = try Self.open(path)
            CrashLine.goes(to: next)
            close(file.exchange(next, ordering: .relaxed))
        } catch {
            // The old file still works; a full disk or a lost directory must not end the log.
            var bytes: [UInt8] = []
            format.append(LogLine(.error, "martlet: \(error.message)"), to: &bytes)
            put(bytes)
        }
    }

    private static func open(_ path: String) throws(StartError) -> Int32 {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw StartError("opening log file '\(path)' failed", errno) }
        return descriptor
    }
}
