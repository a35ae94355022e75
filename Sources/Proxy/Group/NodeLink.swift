internal import Reactor

/// The socket of one connection to a node: it carries bytes and says how it ended.
///
/// Its owner is told each event by one closure and may close it from there.
final class NodeLink {
    enum Event {
        case connected
        case received(ArraySlice<UInt8>)
        /// It never came to be, or is over; the link is closed.
        case ended(String)
    }

    private static let mostBytes = 16 * 1024

    private let loop: EventLoop
    private let event: (Event) -> Void
    /// Closed while there is no watcher.
    private var socket = Socket(adopting: -1)
    private var watcher: IOWatcher?

    init(_ loop: EventLoop, _ event: @escaping (Event) -> Void) {
        self.loop = loop
        self.event = event
    }

    /// Starts to connect; `connected` or `ended` follows, at once or later.
    func open(_ address: SocketAddress) {
        do throws(SystemError) {
            var inProgress = false
            let opened = try Socket.connect(to: address, inProgress: &inProgress)
            opened.setNoDelay()
            let watcher = IOWatcher(loop, descriptor: opened.descriptor) {
                [unowned self] readiness in self.ready(readiness)
            }
            socket = consume opened
            self.watcher = watcher
            watcher.watch(.writable)
        } catch {
            event(.ended(error.message))
        }
    }

    /// Sends a few bytes.
    ///
    /// - Returns: what went wrong; nil if they are on their way. A peer that has not taken the
    ///   little that was sent before is as good as gone.
    func send(_ bytes: [UInt8]) -> String? {
        do throws(SystemError) {
            let sent = try unsafe bytes.withUnsafeBytes { bytes in
                Result { () throws(SystemError) in try unsafe socket.send(bytes) }
            }.get()
            return sent == bytes.count ? nil : "takes no more bytes"
        } catch {
            return error.message
        }
    }

    /// Closes without a word; harmless when repeated.
    func close() {
        watcher?.cancel()
        watcher = nil
        socket.disconnect()
    }

    private func ready(_ readiness: Readiness) {
        guard readiness.contains(.writable) else { return receive() }
        if let error = socket.pendingError() { return end(error.message) }
        watcher?.watch(.readable)
        event(.connected)
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: Self.mostBytes)
        do throws(SystemError) {
            let result = try unsafe buffer.withUnsafeMutableBytes { room in
                Result { () throws(SystemError) in try unsafe socket.read(into: room) }
            }.get()
            switch result {
            case .wouldBlock: return
            case .endOfFile: end("closed the connection")
            case .bytes(let count): event(.received(buffer[..<count]))
            }
        } catch {
            end(error.message)
        }
    }

    private func end(_ problem: String) {
        close()
        event(.ended(problem))
    }
}
