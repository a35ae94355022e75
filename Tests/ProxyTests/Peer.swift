import Glibc
import Reactor

/// The other end of one of the proxy's connections, a client's or a server's: it says what the test
/// tells it to and keeps what it hears.
final class Peer {
    private var socket: Socket
    private var watcher: IOWatcher?
    /// Words that the kernel has no room for yet.
    private var unsent: [UInt8] = []
    /// Bytes that came and were not taken yet.
    private(set) var received: [UInt8] = []
    /// What it answers by itself to the proxy's question for the connection's number; nil: nothing,
    /// as a client.
    var number: Int?
    /// Whether the proxy has closed the connection.
    private(set) var isEnded = false

    init(_ socket: consuming Socket, on loop: EventLoop) {
        self.socket = consume socket
        self.socket.setNoDelay()
        watcher = IOWatcher(loop, descriptor: self.socket.descriptor) { [unowned self] readiness in
            self.ready(readiness)
        }
        watcher?.watch(.readable)
    }

    deinit { watcher?.cancel() }

    /// Whether the kernel has taken all that was said.
    var isSilent: Bool { unsent.isEmpty }

    /// Sends the text, what does not fit into the kernel's buffer while the test waits.
    func say(_ text: String) throws {
        unsent += Array(text.utf8)
        try send()
    }

    /// Takes the first bytes of what came.
    func take(_ count: Int) -> String {
        let text = String(decoding: received.prefix(count), as: UTF8.self)
        received.removeFirst(min(count, received.count))
        return text
    }

    /// Leaves what comes from now on unread.
    func stopListening() { watcher?.stop() }

    /// Listens again.
    func listen() { watcher?.watch(unsent.isEmpty ? .readable : [.readable, .writable]) }

    /// Says that nothing more will be said, and listens on.
    func finish() { socket.shutdownWrite() }

    /// Closes with a reset, as a host does that has forgotten the connection.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(
            socket.descriptor, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    func close() {
        watcher?.cancel()
        watcher = nil
        socket.disconnect()
    }

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.readable) { receive() }
        guard readiness.contains(.writable), !isEnded else { return }
        do { try send() } catch { end() }
    }

    private func send() throws {
        let sent = try unsafe unsent.withUnsafeBytes { try unsafe socket.send($0) }
        unsent.removeFirst(sent)
        guard let watcher, watcher.interest.contains(.readable) else { return }
        watcher.watch(unsent.isEmpty ? .readable : [.readable, .writable])
    }

    private func receive() {
        var room = [UInt8](repeating: 0, count: 64 * 1024)
        do {
            switch try unsafe room.withUnsafeMutableBytes({ try unsafe socket.read(into: $0) }) {
            case .bytes(let count):
                received += room.prefix(count)
                try answerNumber()
            case .endOfFile: end()
            case .wouldBlock: break
            }
        } catch {
            end()
        }
    }

    private func answerNumber() throws {
        guard let number, received.starts(with: Self.question) else { return }
        received.removeFirst(Self.question.count)
        try say(":\(number)\r\n")
    }

    private static let question = Array(redis("CLIENT", "ID").utf8)

    private func end() {
        isEnded = true
        watcher?.stop()
    }
}
