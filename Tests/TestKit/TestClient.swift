import Glibc

/// A client, or the server's side of a connection: it blocks, but never for longer than its
/// timeout.
///
/// Every wait that ends by the clock throws, so a test cannot hang on a proxy that does not answer.
public final class TestClient {
    /// Seconds that any one call may take.
    public var timeout: Double

    private let descriptor: Descriptor
    /// What arrived and was not taken yet is `inbound[head...]`.
    private var inbound: [UInt8] = []
    private var head = 0
    private var scratch = [UInt8](repeating: 0, count: 1 << 18)

    /// Connects to a port of the loopback address, or of another one.
    public convenience init(port: Int, host: String = "127.0.0.1", timeout: Double = 20) throws {
        try self.init(Descriptor(connectedTo: .tcp(host, port)), timeout: timeout)
    }

    /// Connects to a unix socket.
    public convenience init(unixPath: String, timeout: Double = 20) throws {
        try self.init(Descriptor(connectedTo: .unix(unixPath)), timeout: timeout)
    }

    init(_ descriptor: Descriptor, timeout: Double) throws {
        self.descriptor = descriptor
        self.timeout = timeout
        var yes: Int32 = 1
        // A unix socket refuses the option, and does not need it.
        _ = unsafe setsockopt(
            descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY, &yes,
            socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: - Sending

    /// Sends all bytes. While the peer does not take them, it takes in what the peer sends, so that
    /// neither waits for the other for ever.
    public func send(_ bytes: [UInt8]) throws {
        let deadline = now() + timeout
        var sent = 0
        while sent < bytes.count {
            let count = write(bytes, from: sent)
            if count >= 0 {
                sent += count
                continue
            }
            guard errno == EAGAIN else { throw KitError("send: \(errorText(errno))") }
            let ready = try descriptor.readiness(for: POLLIN | POLLOUT, timeout: deadline - now())
            guard ready != 0 else { throw KitError("the peer takes no bytes") }
            if ready & POLLIN != 0 { _ = try receive(until: deadline) }
        }
    }

    /// Sends what the kernel takes now, without reading and without waiting.
    ///
    /// - Returns: The bytes taken; 0 if there is no room, or no connection any more.
    public func sendNow(_ bytes: [UInt8]) -> Int { max(0, write(bytes, from: 0)) }

    /// Sends text.
    public func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends a Redis request without waiting for its reply.
    public func sendCommand(_ arguments: String...) throws {
        try send(Bytes.command(arguments))
    }

    /// Tells the peer that nothing more will come; it can still answer.
    public func shutdownWrite() {
        _ = Glibc.shutdown(descriptor.number, Int32(SHUT_WR))
    }

    /// Closes the connection.
    public func close() {
        descriptor.close()
    }

    /// Closes the connection with a reset.
    public func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(
            descriptor.number, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size))
        descriptor.close()
    }

    /// Makes the kernel hold few bytes that this side has not read: a slow reader's peer notices
    /// soon.
    public func limitReceiveBuffer(to bytes: Int32) {
        var size = bytes
        _ = unsafe setsockopt(
            descriptor.number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: - Receiving

    /// Reads exactly `count` bytes.
    public func read(_ count: Int) throws -> [UInt8] {
        let deadline = now() + timeout
        while inbound.count - head < count {
            guard try receive(until: deadline) else { throw endOfStream() }
        }
        return take(count)
    }

    /// Reads at least one byte and at most `count`.
    public func readSome(_ count: Int) throws -> [UInt8] {
        if inbound.count == head, try !receive(until: now() + timeout) { throw endOfStream() }
        return take(min(count, inbound.count - head))
    }

    /// Reads a line and returns it without its end, which may be CRLF or LF.
    public func readLine() throws -> String {
        let deadline = now() + timeout
        var searched = head
        while true {
            if let newline = inbound[searched...].firstIndex(of: 10) {
                var line = take(newline + 1 - head)
                line.removeLast()
                if line.last == 13 { line.removeLast() }
                return String(decoding: line, as: UTF8.self)
            }
            let unread = inbound.count - head
            guard try receive(until: deadline) else { throw endOfStream() }
            searched = head + unread
        }
    }

    /// Reads everything until the peer closes.
    public func readToEnd() throws -> [UInt8] {
        let deadline = now() + timeout
        while try receive(until: deadline) {}
        return take(inbound.count - head)
    }

    /// Reads until what arrived ends in `end`, and returns what stands before it.
    ///
    /// - Returns: `nil` if the peer closes or resets the connection first.
    public func read(upTo end: [UInt8]) throws -> [UInt8]? {
        let deadline = now() + timeout
        while !inbound[head...].suffix(end.count).elementsEqual(end) {
            guard try descriptor.wait(for: POLLIN, timeout: deadline - now()) else {
                throw KitError("no answer within \(timeout) s")
            }
            let count = receiveNow()
            guard count > 0 else { return nil }
            inbound += scratch[..<count]
        }
        return take(inbound.count - head).dropLast(end.count)
    }

    /// Whether the peer closes or resets the connection within the timeout, without having sent
    /// more.
    public func isAtEnd() -> Bool {
        guard inbound.count == head else { return false }
        guard (try? descriptor.wait(for: POLLIN, timeout: timeout)) == true else { return false }
        return receiveNow() <= 0
    }

    /// Throws away what arrives.
    ///
    /// - Returns: Whether the peer closed or reset the connection within the timeout.
    public func discardUntilEnd() -> Bool {
        let deadline = now() + timeout
        while (try? descriptor.wait(for: POLLIN, timeout: deadline - now())) == true {
            if receiveNow() <= 0 { return true }
        }
        return false
    }

    /// Whether nothing arrives for `seconds`.
    public func isSilent(for seconds: Double) throws -> Bool {
        guard inbound.count == head else { return false }
        return try !descriptor.wait(for: POLLIN, timeout: seconds)
    }

    /// Reads a whole reply of Redis's protocol; on a server's side that is also a request.
    public func readReply() throws -> Reply {
        let line = try readLine()
        let rest = String(line.dropFirst())
        switch line.first {
        case "+": return .simple(rest)
        case "-": return .error(rest)
        case ":": return .integer(try number(rest))
        case "$":
            let length = try number(rest)
            guard length >= 0 else { return .null }
            let bytes = try read(length)
            guard try read(2) == [13, 10] else { throw KitError("a bulk has no end") }
            return .bulk(bytes)
        case "*":
            let count = try number(rest)
            guard count >= 0 else { return .nullArray }
            return .array(try (0..<count).map { _ in try readReply() })
        default: throw KitError("not a reply: \(line)")
        }
    }

    /// Sends a Redis request and reads its reply.
    public func command(_ arguments: String...) throws -> Reply {
        try command(arguments)
    }

    /// Sends a Redis request and reads its reply.
    public func command(_ arguments: [String]) throws -> Reply {
        try send(Bytes.command(arguments))
        return try readReply()
    }

    /// Sends a Redis request of any bytes and reads its reply.
    public func command(bytes arguments: [[UInt8]]) throws -> Reply {
        try send(Bytes.command(arguments))
        return try readReply()
    }

    /// Sends a memcached request and reads one line.
    public func ask(_ line: String) throws -> String {
        try send(line + "\r\n")
        return try readLine()
    }

    /// Sends a memcached request and reads lines up to one of the words that end a reply.
    public func lines(_ request: String, through end: String = "END") throws -> [String] {
        try send(request + "\r\n")
        var lines: [String] = []
        repeat { lines.append(try readLine()) } while lines.last != end && !isFailure(lines)
        return lines
    }

    private func isFailure(_ lines: [String]) -> Bool {
        guard let last = lines.last else { return false }
        return last == "ERROR" || last.hasPrefix("CLIENT_ERROR") || last.hasPrefix("SERVER_ERROR")
    }

    private func number(_ text: String) throws -> Int {
        guard let number = Int(text) else { throw KitError("not a number: \(text)") }
        return number
    }

    private func endOfStream() -> KitError {
        KitError("the peer closed the connection")
    }

    private func take(_ count: Int) -> [UInt8] {
        let bytes = Array(inbound[head..<head + count])
        head += count
        if head == inbound.count {
            inbound.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1 << 20 {
            inbound.removeFirst(head)
            head = 0
        }
        return bytes
    }

    /// Waits for bytes and adds them to `inbound`.
    ///
    /// - Returns: False at the end of the stream.
    private func receive(until deadline: Double) throws -> Bool {
        guard try descriptor.wait(for: POLLIN, timeout: deadline - now()) else {
            throw KitError("no answer within \(timeout) s")
        }
        let count = receiveNow()
        guard count >= 0 else { throw KitError("receive: \(errorText(errno))") }
        inbound += scratch[..<count]
        return count > 0
    }

    /// Reads what has arrived into `scratch`.
    ///
    /// - Returns: The bytes read, 0 at the end of the stream, or −1 with `errno` set.
    private func receiveNow() -> Int {
        let room = scratch.count
        return unsafe scratch.withUnsafeMutableBytes { space in
            unsafe recv(descriptor.number, space.baseAddress, room, 0)
        }
    }

    /// Writes what the kernel takes now.
    ///
    /// - Returns: The bytes taken, or −1 with `errno` set.
    private func write(_ bytes: [UInt8], from start: Int) -> Int {
        unsafe bytes.withUnsafeBytes { all in
            let rest = unsafe all[start...]
            return unsafe Glibc.send(
                descriptor.number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count,
                Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        }
    }
}
