import Glibc

/// A listening socket on loopback, open until the process ends.
struct Listener {
    let descriptor: Int32

    /// As many as the kernel allows: all clients of a benchmark connect at once.
    private static let backlog: Int32 = 4096

    init(port: UInt16) throws(SystemError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        let listener = descriptor
        var address = LoopbackAddress(port: port, host: 1)
        guard unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, size) == 0,
            unsafe address.apply({ unsafe bind(listener, $0, $1) }),
            listen(listener, Self.backlog) == 0
        else { throw SystemError("listen on port \(port)") }
    }
}
