import CGlibc
import Glibc
import Synchronization

/// A thread of ours: it has a name and blocks all signals, so that the main loop gets them.
public struct WorkerThread: Sendable {
    /// Empty after the thread was joined.
    private final class Identity: Sendable {
        let thread: Mutex<pthread_t?>

        init(_ thread: pthread_t) { self.thread = Mutex(thread) }
    }

    /// What the new thread takes over.
    private final class Start {
        let name: String
        let body: () -> Void

        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let identity: Identity

    /// Starts a thread that runs `body` and ends with it.
    ///
    /// ps and top show the first 15 bytes of `name`. Fails if the process may not have more
    /// threads, or may not use the CPU.
    ///
    /// - Parameter cpu: The one that the thread runs on, by the kernel's number; nil: any.
    public static func start(
        name: String, cpu: Int? = nil, _ body: sending @escaping () -> Void
    ) throws(SystemError) -> WorkerThread {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        // The new thread inherits the mask: it must not be able to take a signal even before its
        // first instruction.
        let code = withSignalsBlocked {
            unsafe cglibc_create_thread(
                &thread, Int32(clamping: cpu ?? -1),
                { start in
                    guard let start = unsafe start else { return nil }
                    unsafe WorkerThread.run(Unmanaged<Start>.fromOpaque(start).takeRetainedValue())
                    return nil
                }, start.toOpaque())
        }
        guard code == 0 else {
            unsafe start.release()
            throw SystemError(code: code, call: "pthread_create")
        }
        return WorkerThread(identity: Identity(thread))
    }

    /// Waits until the thread has ended; further calls return at once.
    public func join() {
        let thread = identity.thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    private static func run(_ start: Start) {
        let longestName = 15
        _ = unsafe String(decoding: start.name.utf8.prefix(longestName), as: UTF8.self)
            .withCString { unsafe cglibc_name_thread($0) }
        // The kernel may otherwise stretch a sleep by 50 microseconds.
        cglibc_set_timer_slack(1000)
        start.body()
    }

    /// Signals are for the main thread, but for those that tell of a thread's own fault: blocked,
    /// they would end the process without a word, whoever listens for them.
    private static func withSignalsBlocked(_ body: () -> Int32) -> Int32 {
        var others = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&others)
        for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] {
            unsafe sigdelset(&others, fault)
        }
        unsafe pthread_sigmask(SIG_BLOCK, &others, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        return body()
    }
}
