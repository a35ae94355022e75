import CGlibc
import Glibc

/// A daemon that has not yet told its parent that it is up.
///
/// The command that starts a daemon must fail if the daemon cannot start, or scripts believe in a
/// proxy that is not there. So the parent stays until the daemon says that it listens; if the
/// daemon ends before, the parent ends with 1. Until then the daemon keeps standard error, where it
/// says why.
struct DetachedDaemon {
    /// A pipe to the parent. It stays open until the daemon is ready or the process ends, whatever
    /// ends it, so that the parent does not go before the daemon has said why it failed.
    private let readiness: Int32

    /// Forks twice and returns in the grandchild only, which has a session of its own and can get
    /// no terminal.
    ///
    /// The working directory stays: relative paths of the command line go on to mean what they say.
    /// The umask goes, as twemproxy's does: a unix socket without permissions in the configuration
    /// is for everyone, and clients of other users rely on that. Other files have a mode of their
    /// own.
    init() throws(StartError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw StartError("pipe", errno) }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)

        let child = cglibc_fork()
        guard child >= 0 else { throw StartError("fork", errno) }
        if child > 0 {
            close(ends[1])
            Self.waitAndExit(child: child, readiness: ends[0])
        }
        close(ends[0])
        _ = setsid()
        umask(0)
        let grandchild = cglibc_fork()
        guard grandchild >= 0 else { throw StartError("fork", errno) }
        if grandchild > 0 { _exit(0) }
        readiness = ends[1]
    }

    /// Lets go of the terminal and lets the parent end with status 0.
    func announceReady() {
        let null = unsafe open("/dev/null", O_RDWR)
        if null >= 0 {
            for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
                dup2(null, descriptor)
            }
            if null > STDERR_FILENO { close(null) }
        }
        var byte: UInt8 = 0
        _ = unsafe write(readiness, &byte, 1)
        close(readiness)
    }

    private static func waitAndExit(child: pid_t, readiness: Int32) -> Never {
        var byte: UInt8 = 0
        var count: Int
        repeat {
            count = unsafe read(readiness, &byte, 1)
        } while count < 0 && errno == EINTR
        waitpid(child, nil, 0)
        _exit(count == 1 ? 0 : 1)
    }
}
