import Glibc

/// A system call that failed: which one, and the kernel's reason.
public struct SystemError: Error, Equatable, Sendable {
    /// The `errno` value.
    public let code: Int32

    /// The call's name, as its manual page has it.
    public let call: StaticString

    /// An error of `call`, for the reason `code` (an `errno` value).
    public init(code: Int32, call: StaticString) {
        self.code = code
        self.call = call
    }

    /// An error of `call`, which has just failed: `errno` has the reason.
    public init(call: StaticString) {
        self.init(code: errno, call: call)
    }

    /// The reason in the C library's words, "Connection refused": what scripts look for.
    public var message: String {
        // glibc's strerror answers from constants, or from memory of the calling thread.
        unsafe String(cString: strerror(code))
    }

    /// Equal if both the reason and the call are.
    public static func == (left: SystemError, right: SystemError) -> Bool {
        left.code == right.code && left.call.description == right.call.description
    }
}

extension SystemError: CustomStringConvertible {
    /// The call and the reason: "connect: Connection refused".
    public var description: String { "\(call): \(message)" }
}
