import Glibc

/// Tells systemd how far the daemon is: sd_notify(3)'s protocol, one datagram a message.
///
/// Does nothing without `NOTIFY_SOCKET`, that is, when no service manager wants to know.
struct SystemdNotify {
    private let address: String?

    /// Reads the socket's address from the environment.
    init() {
        address = unsafe getenv("NOTIFY_SOCKET").map { unsafe String(cString: $0) }
    }

    /// The daemon listens on every port.
    func ready() {
        send("READY=1")
    }

    /// The daemon has begun to reload; `ready()` follows.
    func reloading() {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    }

    /// The daemon has begun to stop.
    func stopping() {
        send("STOPPING=1")
    }

    private func send(_ message: String) {
        guard let address, let first = address.utf8.first else { return }
        guard first == UInt8(ascii: "/") || first == UInt8(ascii: "@") else { return }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        guard path.count < MemoryLayout.size(ofValue: target.sun_path) else { return }
        // An abstract name starts with a zero byte, written as "@" in the environment, and has no
        // terminator.
        if first == UInt8(ascii: "@") { path[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: path) }

        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bytes = Array(message.utf8)
        // A manager that cannot be told is no reason to stop serving.
        unsafe withUnsafePointer(to: &target) { target in
            unsafe target.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                _ = unsafe sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), target, length)
            }
        }
    }
}
