import Glibc

/// A connected, non-blocking TCP socket on loopback.
struct Socket: ~Copyable {
    let descriptor: Int32

    /// What became of a read or a write.
    enum Outcome {
        case moved(Int)
        case wouldBlock
        case closed
    }

    /// Connects, waiting for it.
    init(port: UInt16) throws(SystemError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }

        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SystemError("connect to port \(port)") }

        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size) == 0,
            fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        else { throw SystemError("setsockopt") }
    }

    deinit {
        close(descriptor)
    }

    /// Reads into `bytes` from `start` on.
    func receive(into bytes: inout [UInt8], from start: Int) -> Outcome {
        precondition(start < bytes.count)
        let room = bytes.count - start
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(descriptor, buffer.baseAddress! + start, room, 0)
        }
        return count == 0 ? .closed : outcome(count)
    }

    /// Writes `bytes[range]`.
    func send(_ bytes: [UInt8], _ range: Range<Int>) -> Outcome {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(
                descriptor, buffer.baseAddress! + range.lowerBound, range.count,
                Int32(MSG_NOSIGNAL))
        }
        return outcome(count)
    }

    private func outcome(_ count: Int) -> Outcome {
        if count >= 0 { return .moved(count) }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : .closed
    }
}
