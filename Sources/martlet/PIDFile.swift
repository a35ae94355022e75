import Glibc

/// The file that holds the daemon's process id, for as long as it runs.
///
/// The file is locked, so that a second daemon can neither overwrite nor remove it; the lock goes
/// with the process, so that a file left by a crash is simply taken over. flock(2), since its lock
/// is not lost when some other descriptor of the same file is closed, as fcntl's is.
struct PIDFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// Locks the file at `path`, creating it if need be, and writes this process's id: decimal, no
    /// line end.
    init(_ path: String) throws(StartError) {
        descriptor = try Self.claim(path)
        self.path = path
    }

    deinit {
        // Removed while still locked, and only if the name still leads to our file.
        if Self.leads(path, to: descriptor) { unsafe unlink(path) }
        close(descriptor)
    }

    /// Removes the file.
    consuming func remove() {}

    private static func claim(_ path: String) throws(StartError) -> Int32 {
        let descriptor = try lock(path)
        let digits = Array(String(getpid()).utf8)
        guard ftruncate(descriptor, 0) == 0,
            unsafe pwrite(descriptor, digits, digits.count, 0) == digits.count
        else {
            let code = errno
            close(descriptor)
            throw StartError("writing pid file '\(path)' failed", code)
        }
        return descriptor
    }

    private static func lock(_ path: String) throws(StartError) -> Int32 {
        // The holder may remove the file between our open and our lock; then we hold a file without
        // a name and begin again. Each turn needs another daemon that ends just then, so a few are
        // plenty.
        for _ in 0..<8 {
            let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw StartError("opening pid file '\(path)' failed", errno)
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                let holder = content(of: descriptor)
                close(descriptor)
                guard code == EWOULDBLOCK else {
                    throw StartError("locking pid file '\(path)' failed", code)
                }
                throw StartError("pid file '\(path)' is held by running process \(holder)")
            }
            if leads(path, to: descriptor) { return descriptor }
            close(descriptor)
        }
        throw StartError("pid file '\(path)' keeps disappearing")
    }

    private static func leads(_ path: String, to descriptor: Int32) -> Bool {
        var named = stat()
        var opened = stat()
        guard unsafe stat(path, &named) == 0, unsafe fstat(descriptor, &opened) == 0 else {
            return false
        }
        return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino
    }

    private static func content(of descriptor: Int32) -> String {
        // A process id has at most seven digits on Linux.
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { 0x30...0x39 ~= $0 }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }
}
