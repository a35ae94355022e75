import CGlibc
import Glibc

/// How sockets come to be: connected, listening, accepted.
extension Socket {
    private static func open(for address: SocketAddress) throws(SystemError) -> Socket {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = socket(address.family, Int32(kind), 0)
        guard descriptor >= 0 else { throw SystemError(call: "socket") }
        return Socket(adopting: descriptor)
    }

    /// Starts to connect to `address`.
    ///
    /// With `inProgress` true on return, the socket becomes writable when the attempt has ended,
    /// and `pendingError` then tells how. Throws if it fails at once, as for a unix socket that
    /// nobody serves.
    public static func connect(
        to address: SocketAddress, inProgress: inout Bool
    ) throws(SystemError) -> Socket {
        let socket = try open(for: address)
        let descriptor = socket.descriptor
        let result = unsafe address.withSockaddr { unsafe Glibc.connect(descriptor, $0, $1) }
        // An interrupted connect goes on by itself.
        inProgress = result != 0 && (errno == EINPROGRESS || errno == EINTR)
        guard result == 0 || inProgress else { throw SystemError(call: "connect") }
        return socket
    }

    // MARK: - Listening

    /// Listens on `address`; port 0 takes a free one, see `localAddress`.
    ///
    /// - Parameters:
    ///   - backlog: How many connections may wait to be accepted; the kernel caps it
    ///     (net.core.somaxconn).
    ///   - reusePort: Lets several sockets share the address, the kernel spreads connections over
    ///     them.
    ///   - permissions: The mode of a unix socket's file, set before anyone can connect; nil leaves
    ///     it to the umask.
    ///
    /// A unix socket's file that a dead process left is replaced; one that is being served is
    /// EADDRINUSE. The file stays when the socket closes.
    public static func listen(
        on address: SocketAddress, backlog: Int32, reusePort: Bool, permissions: UInt32?
    ) throws(SystemError) -> Socket {
        let socket = try open(for: address)
        if case .unix(let path) = address {
            try removeStaleFile(path, of: address)
        } else {
            try socket.allowReuse(port: reusePort)
        }
        try socket.bind(to: address)
        if case .unix(let path) = address, let permissions, unsafe chmod(path, permissions) != 0 {
            throw SystemError(call: "chmod")
        }
        guard Glibc.listen(socket.descriptor, backlog) == 0 else {
            throw SystemError(call: "listen")
        }
        return socket
    }

    private func allowReuse(port: Bool) throws(SystemError) {
        // SO_REUSEADDR: a restart must not wait until the old process's connections have left
        // TIME_WAIT.
        guard setOption(SOL_SOCKET, SO_REUSEADDR),
            !port || setOption(SOL_SOCKET, SO_REUSEPORT)
        else { throw SystemError(call: "setsockopt") }
    }

    private func bind(to address: SocketAddress) throws(SystemError) {
        let result = unsafe address.withSockaddr { unsafe Glibc.bind(descriptor, $0, $1) }
        guard result == 0 else { throw SystemError(call: "bind") }
    }

    /// Whether another socket serves `address`, even one that would share it (SO_REUSEPORT).
    ///
    /// Sockets with SO_REUSEPORT bind beside those of another process of the same user without a
    /// word; this asks first. The answer is false too if the address cannot be had for another
    /// reason, which `listen` will tell.
    public static func isTaken(_ address: SocketAddress) -> Bool {
        do throws(SystemError) {
            if case .unix = address { return try isServed(address) }
            let socket = try open(for: address)
            try socket.allowReuse(port: false)
            try socket.bind(to: address)
            return false
        } catch {
            return error.code == EADDRINUSE
        }
    }

    /// Whether somebody accepts connections at a unix address.
    private static func isServed(_ address: SocketAddress) throws(SystemError) -> Bool {
        var inProgress = false
        do throws(SystemError) {
            try connect(to: address, inProgress: &inProgress).close()
            return true
        } catch {
            // EAGAIN: somebody listens, but too many wait already.
            if error.code == EAGAIN { return true }
            if error.code == ECONNREFUSED || error.code == ENOENT { return false }
            throw error
        }
    }

    private static func removeStaleFile(
        _ path: String, of address: SocketAddress
    ) throws(SystemError) {
        var status = stat()
        // Only a socket can be stale; anything else in the way is for bind to refuse.
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        if try isServed(address) { throw SystemError(code: EADDRINUSE, call: "bind") }
        // Another process that starts at this moment may have removed it.
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw SystemError(call: "unlink")
        }
    }

    // MARK: - Accepting

    /// How many connections in a row may turn out to be dead before the loop gets to other work.
    private static let mostDeadConnections = 64

    /// Takes the next connection of a listening socket: its descriptor, non-blocking and
    /// close-on-exec, for the caller to adopt; nil if none waits.
    public func accept() throws(SystemError) -> Int32? {
        for _ in 0..<Socket.mostDeadConnections {
            let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let accepted = cglibc_accept4(descriptor, nil, nil, flags)
            if accepted >= 0 { return accepted }
            switch errno {
            case EAGAIN:
                return nil
            case EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET,
                EHOSTUNREACH, ENETUNREACH:
                // accept(2): Linux passes on what had already happened to the new connection.
                continue
            default:
                throw SystemError(call: "accept")
            }
        }
        return nil
    }
}
