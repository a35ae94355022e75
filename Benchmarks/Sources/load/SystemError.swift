import Glibc

/// A system call that failed.
struct SystemError: Error, CustomStringConvertible {
    let call: String
    let number: Int32

    /// The failure of the call just made.
    init(_ call: String) {
        self.call = call
        number = errno
    }

    var description: String {
        unsafe "\(call): \(String(cString: strerror(number)))"
    }
}
