import Glibc

/// Where a socket listens or connects to.
public enum Endpoint: Sendable {
    /// A numeric IPv4 or IPv6 address and a port.
    case tcp(String, Int)
    /// The path of a unix socket.
    case unix(String)
}

/// An open socket, closed at the latest with this object.
final class Descriptor {
    private(set) var number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close()
    }

    /// A socket connected to `endpoint`.
    init(connectedTo endpoint: Endpoint) throws {
        number = try openSocket(for: endpoint)
        let result = try unsafe withAddress(of: endpoint) { unsafe Glibc.connect(number, $0, $1) }
        if result != 0 {
            let reason = errno
            close()
            throw KitError("connect to \(endpoint): \(errorText(reason))")
        }
    }

    /// A socket listening on `endpoint`.
    init(listeningOn endpoint: Endpoint) throws {
        number = try openSocket(for: endpoint)
        var yes: Int32 = 1
        _ = unsafe setsockopt(
            number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = try unsafe withAddress(of: endpoint) { unsafe Glibc.bind(number, $0, $1) }
        if bound != 0 || Glibc.listen(number, 128) != 0 {
            let reason = errno
            close()
            throw KitError("listen on \(endpoint): \(errorText(reason))")
        }
    }

    /// Waits for the next connection.
    ///
    /// - Returns: `nil` if none came within `timeout` seconds.
    func accept(timeout: Double) throws -> Descriptor? {
        guard try wait(for: POLLIN, timeout: timeout) else { return nil }
        let accepted = Glibc.accept(number, nil, nil)
        guard accepted >= 0 else { throw KitError("accept: \(errorText(errno))") }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return Descriptor(accepted)
    }

    /// Waits until the socket is ready for `events`, has failed or was hung up.
    ///
    /// - Returns: False if `timeout` seconds passed without that.
    func wait(for events: Int32, timeout: Double) throws -> Bool {
        try readiness(for: events, timeout: timeout) != 0
    }

    /// Like `wait`, but says for which events it is ready.
    func readiness(for events: Int32, timeout: Double) throws -> Int32 {
        guard number >= 0 else { throw KitError("the connection is closed") }
        var watched = pollfd(fd: number, events: Int16(events), revents: 0)
        let ready = unsafe poll(&watched, 1, Int32(max(0, timeout) * 1000) + 1)
        if ready < 0 && errno != EINTR { throw KitError("poll: \(errorText(errno))") }
        return ready > 0 ? Int32(watched.revents) : 0
    }

    /// Gives the socket away; this object no longer closes it.
    func release() -> Int32 {
        defer { number = -1 }
        return number
    }

    func close() {
        guard number >= 0 else { return }
        _ = Glibc.close(number)
        number = -1
    }
}

/// The system's words for an error number.
func errorText(_ number: Int32) -> String {
    unsafe String(cString: strerror(number))
}

private func openSocket(for endpoint: Endpoint) throws -> Int32 {
    let family: Int32
    switch endpoint {
    case .tcp(let host, _): family = host.contains(":") ? AF_INET6 : AF_INET
    case .unix: family = AF_UNIX
    }
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let number = Glibc.socket(family, type, 0)
    guard number >= 0 else { throw KitError("socket: \(errorText(errno))") }
    return number
}

private func withAddress(
    of endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) throws -> Int32 {
    switch endpoint {
    case .tcp(let host, let port) where host.contains(":"):
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(port).bigEndian
        guard unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else {
            throw KitError("\(host) is not an address")
        }
        return unsafe withGeneric(&address, body)
    case .tcp(let host, let port):
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw KitError("\(host) is not an address")
        }
        return unsafe withGeneric(&address, body)
    case .unix(let path):
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw KitError("\(path) is too long for a socket") }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { space in
            unsafe space.copyBytes(from: path.utf8)
        }
        return unsafe withGeneric(&address, body)
    }
}

private func withGeneric<Address>(
    _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
    unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            unsafe body(generic, socklen_t(MemoryLayout<Address>.size))
        }
    }
}
