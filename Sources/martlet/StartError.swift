import Glibc

/// Why the daemon cannot start, in words for its operator.
struct StartError: Error {
    /// One line, without the program's name.
    let message: String

    /// An error in its own words.
    init(_ message: String) {
        self.message = message
    }

    /// An error of the kernel: what was tried, and errno.
    init(_ action: String, _ code: Int32) {
        message = unsafe "\(action): \(String(cString: strerror(code)))"
    }
}
