import Glibc
import Reactor

/// A socket that closures can share.
final class IOEnd {
    enum Read: Equatable {
        case bytes([UInt8])
        case endOfFile
        case wouldBlock
    }

    let socket: Socket

    var descriptor: Int32 { socket.descriptor }

    init(_ descriptor: Int32) { socket = Socket(adopting: descriptor) }

    init(_ socket: consuming Socket) { self.socket = socket }

    // Through calls, because #expect cannot look into a noncopyable value.
    func localAddress() -> SocketAddress? { socket.localAddress }

    func peerAddress() -> SocketAddress? { socket.peerAddress }

    func read() throws -> Read {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let result = try unsafe buffer.withUnsafeMutableBytes { bytes in
            try unsafe socket.read(into: bytes)
        }
        return switch result {
        case .bytes(let count): .bytes(Array(buffer[..<count]))
        case .endOfFile: .endOfFile
        case .wouldBlock: .wouldBlock
        }
    }

    /// Sends a text that is short enough to go out at once.
    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        let sent = try unsafe bytes.withUnsafeBytes { bytes in
            try unsafe socket.send(bytes)
        }
        precondition(sent == bytes.count)
    }
}

/// The two ends of a non-blocking stream.
func connectedPair() throws(SystemError) -> (IOEnd, IOEnd) {
    var descriptors: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &descriptors) == 0 else {
        throw SystemError(call: "socketpair")
    }
    return (IOEnd(descriptors[0]), IOEnd(descriptors[1]))
}

/// A local address where nobody listens.
func closedPort() throws(SystemError) -> SocketAddress {
    let any = SocketAddress.ipv4(0x7f00_0001, port: 0)
    let socket = try Socket.listen(on: any, backlog: 1, reusePort: false, permissions: nil)
    return socket.localAddress ?? any
}

/// Has one connection at `address` that sends `text` and another end, accepted from `listener`,
/// that sends it back; returns what came back.
func echo(
    _ text: String, through listener: IOEnd, at address: SocketAddress
) throws -> String {
    let loop = try EventLoop()
    let listening = listener.descriptor
    var inProgress = false
    let client = IOEnd(try Socket.connect(to: address, inProgress: &inProgress))
    var isAcceptable = false
    let accepting = IOWatcher(loop, descriptor: listening) { _ in isAcceptable = true }
    accepting.watch(.readable)
    while !isAcceptable { loop.runOnce(waiting: true) }
    accepting.cancel()
    guard let accepted = try listener.socket.accept() else {
        throw SystemError(code: EAGAIN, call: "accept")
    }

    let server = IOEnd(accepted)
    let serving = IOWatcher(loop, descriptor: server.descriptor) { _ in
        if case .bytes(let bytes)? = try? server.read() {
            try? server.write(String(decoding: bytes, as: UTF8.self))
        }
    }
    serving.watch(.readable)
    var received: [UInt8] = []
    let asking = IOWatcher(loop, descriptor: client.descriptor) { readiness in
        if readiness.contains(.writable) { try? client.write(text) }
        if readiness.contains(.readable), case .bytes(let bytes)? = try? client.read() {
            received += bytes
            if received.count >= text.utf8.count { loop.stop() }
        }
    }
    asking.watch(.writable)
    loop.runOnce(waiting: true)
    asking.watch(.readable)
    loop.run()
    return String(decoding: received, as: UTF8.self)
}

/// A directory that goes away with what is in it.
final class TemporaryDirectory {
    private let root: String

    init() {
        var template = Array("/tmp/reactor-tests-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { fatalError("mkdtemp failed") }
        root = unsafe String(cString: made)
    }

    deinit {
        guard let entries = unsafe opendir(root) else { return }
        while let entry = unsafe readdir(entries) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
            }
            unsafe unlink(path(name))
        }
        unsafe closedir(entries)
        unsafe rmdir(root)
    }

    func path(_ name: String) -> String { root + "/" + name }
}

/// Listens with a short backlog.
func listen(on address: SocketAddress, reusePort: Bool = false) throws(SystemError) -> IOEnd {
    IOEnd(try Socket.listen(on: address, backlog: 4, reusePort: reusePort, permissions: nil))
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
    guard let entries = unsafe opendir("/proc/self/fd") else { return 0 }
    var count = 0
    while unsafe readdir(entries) != nil { count += 1 }
    unsafe closedir(entries)
    return count
}

/// What the system calls the calling thread.
func threadName() -> String {
    let descriptor = unsafe open("/proc/thread-self/comm", O_RDONLY)
    defer { close(descriptor) }
    var name = [UInt8](repeating: 0, count: 64)
    let length = unsafe read(descriptor, &name, name.count)
    return String(decoding: name.prefix(max(length, 1) - 1), as: UTF8.self)
}
