internal import CGlibc
public import Glibc

/// The one owner of a non-blocking socket's descriptor; closes it at its end.
///
/// Would-block is a result, not an error; EINTR is never seen outside.
public struct Socket: ~Copyable {
    /// What `read` found.
    public enum ReadResult: Equatable, Sendable {
        /// So many bytes, at least 1.
        case bytes(Int)
        /// The peer sends no more.
        case endOfFile
        /// Nothing there now.
        case wouldBlock
    }

    /// The kernel's number, valid until the socket is closed, then -1.
    public private(set) var descriptor: Int32

    /// Takes over `descriptor`, which should be non-blocking and close-on-exec.
    public init(adopting descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { if descriptor >= 0 { Socket.closeDescriptor(descriptor) } }

    /// Closes now.
    public consuming func close() {
        // The end of a consuming method is the end of the value.
    }

    /// Closes now what its owner keeps as an empty shell; harmless when repeated.
    public mutating func disconnect() {
        guard descriptor >= 0 else { return }
        Socket.closeDescriptor(descriptor)
        descriptor = -1
    }

    /// Gives the open descriptor away to a caller who will close it.
    public consuming func release() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    private static func closeDescriptor(_ descriptor: Int32) {
        // On Linux the descriptor is free whatever close says; to repeat it could hit another file.
        _ = Glibc.close(descriptor)
    }

    // MARK: - Bytes

    /// Reads what is there into `buffer`, which must have room.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> ReadResult {
        precondition(buffer.count > 0)
        let count = unsafe cglibc_read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(count) }
        if count == 0 { return .endOfFile }
        return try unsafe readAgain(into: buffer)
    }

    /// The kernel has given an error instead of bytes.
    @inline(never)
    private func readAgain(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> ReadResult {
        switch errno {
        case EINTR: return try unsafe read(into: buffer)
        case EAGAIN: return .wouldBlock
        default: throw SystemError(call: "read")
        }
    }

    /// Sends as much of `bytes` as the kernel takes now, and returns how much; 0 means it would
    /// block.
    public func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        // MSG_NOSIGNAL: a peer that hung up is an error of this socket, not the end of the process.
        let count = unsafe cglibc_send(
            descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        return count >= 0 ? count : try unsafe sendAgain(bytes)
    }

    /// The kernel has given an error instead of taking bytes.
    @inline(never)
    private func sendAgain(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        switch errno {
        case EINTR: return try unsafe send(bytes)
        case EAGAIN: return 0
        default: throw SystemError(call: "send")
        }
    }

    /// The most pieces that one gathering send hands to the kernel (Linux's UIO_MAXIOV).
    public static let mostPieces = 1024

    /// Sends as much of `pieces`, one after the other, as the kernel takes now, in one call of at
    /// most 1,024 pieces, and returns the number of bytes; 0 means it would block.
    public func send(
        gathering pieces: UnsafeMutableBufferPointer<iovec>
    ) throws(SystemError) -> Int {
        if pieces.count == 1, let piece = unsafe pieces.first {
            // Half of the overhead of sendmsg, for what most turns send.
            return try unsafe send(
                UnsafeRawBufferPointer(start: piece.iov_base, count: piece.iov_len))
        }
        var message = unsafe msghdr()
        unsafe message.msg_iov = pieces.baseAddress
        unsafe message.msg_iovlen = min(pieces.count, Socket.mostPieces)
        while true {
            let count = unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: return 0
            default: throw SystemError(call: "sendmsg")
            }
        }
    }

    /// Tells the peer that no more bytes will come; reading goes on.
    public func shutdownWrite() {
        // Fails only if the connection is gone already, which the next read tells.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    // MARK: - Options and names

    /// The error that the kernel keeps for this socket, such as the failure of a connect; taking it
    /// clears it.
    public func pendingError() -> SystemError? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            return SystemError(call: "getsockopt")
        }
        return code == 0 ? nil : SystemError(code: code, call: "connect")
    }

    /// Sends small writes at once (TCP_NODELAY); means nothing on a unix socket.
    public func setNoDelay() {
        // Fails on a unix socket, and on a connection that is gone: neither needs it.
        _ = setOption(Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    /// Has the kernel probe an idle peer, with its configured times, so that a vanished one is
    /// noticed.
    public func setKeepalive() {
        // Fails only on a connection that is gone.
        _ = setOption(SOL_SOCKET, SO_KEEPALIVE)
    }

    /// Turns an option on; false if the kernel refuses.
    func setOption(_ level: Int32, _ option: Int32) -> Bool {
        var on: Int32 = 1
        let length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe setsockopt(descriptor, level, option, &on, length) == 0
    }

    /// How long the way to the peer and back takes, in microseconds, as the kernel sees it; nil for
    /// a unix socket.
    public var roundTripMicroseconds: Int? {
        var info = tcp_info()
        var length = socklen_t(MemoryLayout<tcp_info>.size)
        guard unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0
        else { return nil }
        return Int(info.tcpi_rtt)
    }

    /// This end's address; nil for a unix socket without a path.
    public var localAddress: SocketAddress? {
        unsafe address { unsafe getsockname($0, $1, $2) }
    }

    /// The other end's address; nil if not connected, and for a unix client.
    public var peerAddress: SocketAddress? {
        unsafe address { unsafe getpeername($0, $1, $2) }
    }

    private func address(
        _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { storage in
            let address = unsafe UnsafeMutableRawPointer(storage)
                .assumingMemoryBound(to: sockaddr.self)
            guard unsafe ask(descriptor, address, &length) == 0 else { return nil }
            return unsafe SocketAddress(address, length: Int(length))
        }
    }
}
