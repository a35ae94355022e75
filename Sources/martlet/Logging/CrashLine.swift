import Glibc
import Synchronization

/// The last line in the log of a process that a signal ends: twemproxy's, for the same signal and
/// for those that end a Swift program. In the background there is no standard error to tell it.
enum CrashLine {
    /// Where it goes.
    private static let descriptor = Atomic<Int32>(STDERR_FILENO)

    /// Names the open log file, at the start and after each time that it was opened again.
    static func goes(to file: Int32) {
        descriptor.store(file, ordering: .relaxed)
    }

    /// Catches the signals, but for those that somebody catches already: a sanitizer, say, which
    /// has more to tell.
    static func watch() {
        for number in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] {
            var current = sigaction()
            unsafe sigaction(number, nil, &current)
            guard unsafe current.__sigaction_handler.sa_handler == nil else { continue }
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { CrashLine.write($0) }
            // The second time the kernel does what it would have done, a core dump included.
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
            unsafe sigaction(number, &action, nil)
        }
    }

    /// Nothing here allocates, locks or asks for the time: the process may be in any state.
    private static func write(_ number: Int32) {
        let line = line(number)
        _ = unsafe Glibc.write(
            descriptor.load(ordering: .relaxed), line.utf8Start, line.utf8CodeUnitCount)
        raise(number)
    }

    private static func line(_ number: Int32) -> StaticString {
        switch number {
        case SIGSEGV: "[.......................] signal 11 (SIGSEGV) received, core dumping\n"
        case SIGBUS: "[.......................] signal 7 (SIGBUS) received, core dumping\n"
        case SIGFPE: "[.......................] signal 8 (SIGFPE) received, core dumping\n"
        case SIGILL: "[.......................] signal 4 (SIGILL) received, core dumping\n"
        case SIGTRAP: "[.......................] signal 5 (SIGTRAP) received, core dumping\n"
        default: "[.......................] signal 6 (SIGABRT) received, core dumping\n"
        }
    }
}
