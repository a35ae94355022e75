import Reactor

/// A server on loopback that does nothing by itself but number its connections: the test speaks for
/// each of them.
final class ScriptedServer {
    private let loop: EventLoop
    private var socket: Socket
    private var watcher: IOWatcher?
    let address: SocketAddress
    /// Its connections, in the order in which they came.
    private(set) var connections: [Peer] = []

    /// Listens at `address`; port 0 takes a free one.
    init(
        on loop: EventLoop, at address: SocketAddress = .ipv4(0x7f00_0001, port: 0)
    ) throws(SystemError) {
        self.loop = loop
        socket = try Socket.listen(on: address, backlog: 16, reusePort: false, permissions: nil)
        self.address = socket.localAddress ?? address
        watcher = IOWatcher(loop, descriptor: socket.descriptor) { [unowned self] _ in
            self.accept()
        }
        watcher?.watch(.readable)
    }

    deinit { watcher?.cancel() }

    /// Listens no more and closes every connection.
    func stop() {
        watcher?.cancel()
        socket.disconnect()
        for connection in connections { connection.close() }
    }

    private func accept() {
        do {
            while let descriptor = try socket.accept() {
                let peer = Peer(Socket(adopting: descriptor), on: loop)
                peer.number = connections.count
                connections.append(peer)
            }
        } catch {
            stop()
        }
    }
}
