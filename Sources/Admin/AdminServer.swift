import Glibc
public import Reactor

/// The admin port: twemproxy's statistics for scripts that know it, HTTP for everything newer.
///
/// It lives on the control thread's loop and never blocks it. A client is told apart by its first
/// bytes: an HTTP method gets HTTP, while silence, a bare newline or anything else gets the JSON
/// line that twemproxy writes.
public final class AdminServer {
    /// Connections that the kernel holds for us; the admin port is not where they pile up.
    private static let backlog: Int32 = 128
    /// Accepted in one go, before the loop gets to its other work.
    private static let acceptBatch = 64
    /// The pause after a failed accept. Out of descriptors, the listener stays readable, and the
    /// loop would spin.
    private static let acceptPauseMilliseconds = 100

    private let loop: EventLoop
    private let pages: AdminPages
    private let limits: AdminLimits
    private var listener: Listener?
    /// In the order of their arrival.
    private var connections: [AdminConnection] = []

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - loop: the control thread's loop; everything here happens on it.
    ///   - source: asked for fresh figures on every request; kept alive.
    ///   - identity: what the JSON says of this process.
    ///   - limits: how much the port takes.
    public init(
        loop: EventLoop, source: any StatsSource, identity: ServiceIdentity = ServiceIdentity(),
        limits: AdminLimits = AdminLimits()
    ) {
        self.loop = loop
        self.limits = limits
        pages = AdminPages(source: source, identity: identity)
    }

    /// Starts to listen, instead of where it listened before; throws if the address cannot be had.
    public func listen(on address: SocketAddress) throws(SystemError) {
        let socket = try Socket.listen(
            on: address, backlog: Self.backlog, reusePort: false, permissions: nil)
        listener?.close()
        listener = Listener(loop, socket) { [weak self] in self?.acceptConnections() }
    }

    /// Where it listens, with the port that the kernel chose; nil when it does not.
    public var address: SocketAddress? { listener?.address }

    /// Clients connected now.
    public var connectionCount: Int { connections.count }

    /// Stops listening, closes every connection and removes a unix socket's file.
    public func stop() {
        listener?.close()
        listener = nil
        for connection in connections { connection.close() }
    }

    private func acceptConnections() {
        for _ in 0..<Self.acceptBatch {
            do throws(SystemError) {
                guard let descriptor = try listener?.accept() else { return }
                admit(descriptor)
            } catch {
                listener?.pause(milliseconds: Self.acceptPauseMilliseconds)
                return
            }
        }
    }

    private func admit(_ descriptor: Int32) {
        if connections.count >= limits.connections {
            (connections.first { $0.isWaiting } ?? connections.first)?.close()
        }
        connections.append(
            AdminConnection(loop, adopting: descriptor, pages: pages, limits: limits) {
                [weak self] gone in
                self?.connections.removeAll { $0 === gone }
            })
    }
}

@available(*, unavailable)
extension AdminServer: Sendable {}

/// The listening socket with what watches it.
private final class Listener {
    private let socket: Socket
    private let watcher: IOWatcher
    private let resume: Timer

    init(_ loop: EventLoop, _ socket: consuming Socket, _ accept: @escaping () -> Void) {
        let watcher = IOWatcher(loop, descriptor: socket.descriptor) { _ in accept() }
        watcher.watch(.readable)
        self.watcher = watcher
        resume = Timer(loop) { watcher.watch(.readable) }
        self.socket = socket
    }

    var address: SocketAddress? { socket.localAddress }

    func accept() throws(SystemError) -> Int32? {
        try socket.accept()
    }

    func pause(milliseconds: Int) {
        watcher.stop()
        resume.start(afterMilliseconds: milliseconds)
    }

    func close() {
        watcher.cancel()
        resume.cancel()
        // The kernel leaves the file of a unix socket behind.
        if case .unix(let path) = address { unsafe unlink(path) }
    }
}
