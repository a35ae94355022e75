import Glibc
import Synchronization

/// Many servers in one thread, of which each answers every Redis request with its own number, so
/// that the replies show where the requests went.
///
/// Fifty real servers would tell no more about placement, and cost fifty processes.
public final class NumberedServers: Sendable {
    /// Bytes of each reply: `+NN` and a line's end.
    public static let replyLength = 5

    private let running = Running()

    /// Starts to listen; the number of a server is its place in `endpoints`, below 100.
    ///
    /// - Parameter absent: Numbers that nobody listens for: connections to them are refused.
    public init(_ endpoints: [Endpoint], absent: Set<Int> = []) throws {
        precondition(endpoints.count <= 100)
        var listeners: [Int32: Int] = [:]
        for (number, endpoint) in endpoints.enumerated() where !absent.contains(number) {
            listeners[try Descriptor(listeningOn: endpoint).release()] = number
        }
        let running = running
        _ = BackgroundThread { [listeners] in
            let crowd = Crowd(listeners)
            while !running.isOver { crowd.turn() }
        }
    }

    deinit {
        running.end()
    }

    /// The numbers in a stream of replies.
    public static func numbers(in replies: [UInt8]) -> [Int] {
        stride(from: 0, to: replies.count - replyLength + 1, by: replyLength).map { start in
            Int(replies[start + 1] - 0x30) * 10 + Int(replies[start + 2] - 0x30)
        }
    }

    private final class Running: Sendable {
        private let over = Atomic<Bool>(false)

        var isOver: Bool { over.load(ordering: .relaxed) }

        func end() { over.store(true, ordering: .relaxed) }
    }
}

/// The sockets of all servers, which it owns.
private final class Crowd {
    private struct Connection {
        let number: Int
        var inbound: [UInt8] = []
    }

    private let listeners: [Int32: Int]
    private var connections: [Int32: Connection] = [:]
    private var watched: [pollfd] = []
    private var scratch = [UInt8](repeating: 0, count: 1 << 16)

    init(_ listeners: [Int32: Int]) {
        self.listeners = listeners
        listeners.keys.forEach(watch)
    }

    deinit {
        for descriptor in watched { close(descriptor.fd) }
    }

    /// Serves what is ready, or waits for a moment.
    func turn() {
        guard unsafe poll(&watched, nfds_t(watched.count), 50) > 0 else { return }
        for ready in watched where ready.revents != 0 {
            if let number = listeners[ready.fd] {
                accept(from: ready.fd, number)
            } else {
                serve(ready.fd)
            }
        }
    }

    private func watch(_ descriptor: Int32) {
        watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    }

    private func accept(from listener: Int32, _ number: Int) {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var yes: Int32 = 1
        // Replies are small, and the next requests wait for them. A unix socket refuses the option.
        _ = unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes,
            socklen_t(MemoryLayout<Int32>.size))
        connections[descriptor] = Connection(number: number)
        watch(descriptor)
    }

    private func serve(_ descriptor: Int32) {
        let count = unsafe recv(descriptor, &scratch, scratch.count, 0)
        guard count > 0, var connection = connections.removeValue(forKey: descriptor) else {
            connections[descriptor] = nil
            watched.removeAll { $0.fd == descriptor }
            close(descriptor)
            return
        }
        connection.inbound += scratch[..<count]
        var end = 0
        var requests = 0
        while let next = Self.end(ofRequestIn: connection.inbound, from: end) {
            end = next
            requests += 1
        }
        connection.inbound.removeFirst(end)
        let digits = [connection.number / 10, connection.number % 10].map { UInt8($0) + 0x30 }
        send(
            Array(repeatElement([0x2b] + digits + [13, 10], count: requests).joined()), descriptor)
        connections[descriptor] = connection
    }

    private func send(_ bytes: [UInt8], _ descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            // Who does not read any more will be noticed when reading.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Where the array of bulk strings that begins at `start` ends, if all of it is there.
    private static func end(ofRequestIn bytes: [UInt8], from start: Int) -> Int? {
        guard var (arguments, position) = number(in: bytes, from: start + 1) else { return nil }
        while arguments > 0 {
            guard let (length, content) = number(in: bytes, from: position + 1) else { return nil }
            position = content + length + 2
            arguments -= 1
        }
        return position <= bytes.count ? position : nil
    }

    /// The decimal number at `start`, and where the line after it begins.
    private static func number(in bytes: [UInt8], from start: Int) -> (Int, Int)? {
        var value = 0
        var position = start
        while position < bytes.count {
            if bytes[position] == 13 { return (value, position + 2) }
            value = value * 10 + Int(bytes[position]) - 0x30
            position += 1
        }
        return nil
    }
}
