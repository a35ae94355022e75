import Glibc

/// A TCP socket on loopback that never makes its owner wait, once it is connected.
struct Socket: ~Copyable {
    /// -1 once closed.
    private(set) var descriptor: Int32
    var isOpen: Bool { descriptor >= 0 }

    /// What became of a read or a write.
    enum Outcome {
        case moved(Int)
        case wouldBlock
        case closed
    }

    /// A socket yet to be connected.
    init() {
        descriptor = -1
    }

    /// Takes over an accepted connection.
    init(accepted descriptor: Int32) throws(SystemError) {
        self.descriptor = descriptor
        try sendAtOnce()
    }

    /// Connects, waiting for it.
    ///
    /// - Parameters:
    ///   - port: where to.
    ///   - source: the last number of the address to come from, 127.0.0.`source`. The ports of one
    ///     address are used up in a second by clients that connect for every request.
    init(to port: UInt16, from source: UInt8) throws(SystemError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw SystemError("socket") }

        // The kernel picks the port while connecting, when it knows which are free for this peer.
        try set(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT)
        var own = LoopbackAddress(port: 0, host: source)
        guard unsafe own.apply({ unsafe bind(descriptor, $0, $1) }) else {
            throw SystemError("bind")
        }
        var peer = LoopbackAddress(port: port, host: 1)
        guard unsafe peer.apply({ unsafe connect(descriptor, $0, $1) }) else {
            throw SystemError("connect to port \(port)")
        }
        try sendAtOnce()
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    mutating func close() {
        if isOpen { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func sendAtOnce() throws(SystemError) {
        try set(IPPROTO_TCP, TCP_NODELAY)
    }

    private func set(_ level: Int, _ option: Int32) throws(SystemError) {
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe setsockopt(descriptor, Int32(level), option, &one, size) == 0 else {
            throw SystemError("setsockopt")
        }
    }

    /// Reads into `bytes` from `start` on.
    func receive(into bytes: inout [UInt8], from start: Int) -> Outcome {
        precondition(start < bytes.count)
        let room = bytes.count - start
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(descriptor, buffer.baseAddress! + start, room, Int32(MSG_DONTWAIT))
        }
        return count == 0 ? .closed : outcome(count)
    }

    /// Writes `bytes[range]`.
    func send(_ bytes: [UInt8], _ range: Range<Int>) -> Outcome {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(
                descriptor, buffer.baseAddress! + range.lowerBound, range.count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        return outcome(count)
    }

    private func outcome(_ count: Int) -> Outcome {
        if count >= 0 { return .moved(count) }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : .closed
    }
}
