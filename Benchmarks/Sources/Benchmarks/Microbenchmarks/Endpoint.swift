internal import Glibc
internal import Reactor

/// A blocking unix socket; what it reads goes into a buffer of its own, so a round allocates
/// nothing here.
final class Endpoint {
    /// How long to wait for bytes before giving up.
    private static let patienceMilliseconds: Int32 = 10_000
    /// How long nothing comes before what was heard is taken for all.
    private static let pauseMilliseconds: Int32 = 200

    private let socket: Socket
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Listens at `path`.
    convenience init(listeningAt path: String) throws {
        self.init(
            try Socket.listen(
                on: .unix(path: path), backlog: 8, reusePort: false, permissions: nil))
    }

    /// Connects to `path`.
    convenience init(connectedTo path: String) throws {
        var inProgress = false
        self.init(try Socket.connect(to: .unix(path: path), inProgress: &inProgress))
    }

    private init(_ socket: consuming Socket) { self.socket = socket }

    /// The next who connects.
    func accept() throws -> Endpoint {
        guard isReadable(Self.patienceMilliseconds), let descriptor = try socket.accept() else {
            throw LocalProxyError.silence
        }
        return Endpoint(Socket(adopting: descriptor))
    }

    /// Sends all of `bytes`, which the kernel's buffer has room for.
    func send(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let sent = unsafe bytes.withUnsafeBytes { bytes in unsafe try? socket.send(bytes) }
        precondition(sent == bytes.count, "the proxy does not read")
    }

    /// Takes `count` bytes and forgets them.
    func skip(_ count: Int) {
        var left = count
        while left > 0 {
            guard let taken = take(atMost: left, within: Self.patienceMilliseconds) else {
                fatalError("the proxy says nothing")
            }
            left -= taken
        }
    }

    /// `count` bytes.
    func receive(_ count: Int) throws -> [UInt8] {
        var received: [UInt8] = []
        while received.count < count {
            guard
                let taken = take(
                    atMost: count - received.count, within: Self.patienceMilliseconds)
            else { throw LocalProxyError.silence }
            received += buffer[..<taken]
        }
        return received
    }

    /// What comes before the next pause.
    func hear() -> [UInt8] {
        var heard: [UInt8] = []
        while let taken = take(atMost: buffer.count, within: Self.pauseMilliseconds) {
            heard += buffer[..<taken]
        }
        return heard
    }

    private func take(atMost most: Int, within milliseconds: Int32) -> Int? {
        guard isReadable(milliseconds) else { return nil }
        let room = min(most, buffer.count)
        let result = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe try? socket.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
        }
        guard case .bytes(let count) = result else { return nil }
        return count
    }

    private func isReadable(_ milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }
}
