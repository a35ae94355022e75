internal import Configuration
internal import Glibc
internal import Reactor

/// A pool's listening sockets, one for each worker.
///
/// For TCP each worker has a socket of its own on the same address (SO_REUSEPORT), and the kernel
/// spreads connections over them; a unix socket has one backlog that all workers accept from.
struct PoolListeners {
    let pool: PoolConfiguration
    let workers: Int

    /// Descriptors for the workers to adopt.
    func open(resolvingWith loop: EventLoop) throws(ProxyStartError) -> [Int32] {
        let address = try address(resolvingWith: loop)
        do throws(SystemError) {
            if case .unix = address { return try openUnix(address) }
            return try openTCP(address)
        } catch {
            throw ProxyStartError(
                "pool \(pool.name): cannot listen on '\(pool.listenText)': \(error.message)")
        }
    }

    private func openUnix(_ address: SocketAddress) throws(SystemError) -> [Int32] {
        var permissions: UInt32?
        if case .unix(_, let given) = pool.listen { permissions = given }
        let first = try Socket.listen(
            on: address, backlog: Int32(clamping: pool.backlog), reusePort: false,
            permissions: permissions
        ).release()
        var descriptors = [first]
        while descriptors.count < workers {
            let copy = fcntl(first, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw SystemError(call: "fcntl") }
            descriptors.append(copy)
        }
        return descriptors
    }

    private func openTCP(_ address: SocketAddress) throws(SystemError) -> [Int32] {
        // Another process would share the port without a word; a second instance by mistake must
        // not.
        if !pool.reusePort && Socket.isTaken(address) {
            throw SystemError(code: EADDRINUSE, call: "bind")
        }
        var descriptors: [Int32] = []
        while descriptors.count < workers {
            descriptors.append(
                try Socket.listen(
                    on: address, backlog: Int32(clamping: pool.backlog), reusePort: true,
                    permissions: nil
                ).release())
        }
        return descriptors
    }

    private func address(resolvingWith loop: EventLoop) throws(ProxyStartError) -> SocketAddress {
        switch pool.listen {
        case .unix(let path, _):
            if let address = SocketAddress(unixPath: path) { return address }
            throw ProxyStartError("pool \(pool.name): the path '\(path)' is too long")
        case .tcp(let host, let port):
            do throws(ResolverError) {
                return try Resolver.waitForAddress(of: host, port: port, on: loop)
            } catch {
                throw ProxyStartError(
                    "pool \(pool.name): cannot listen on '\(host)': \(error.message)")
            }
        }
    }
}
