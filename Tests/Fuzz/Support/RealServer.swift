import Glibc

/// A connection to a real cache server: what it says to bytes, byte for byte.
///
/// Not locked: a fuzzer has one thread.
final class RealServer: @unchecked Sendable {
    /// Seconds after which a server that says nothing has hung; libFuzzer waits for ten.
    private static let patience = 8

    private let descriptor: Int32
    private var inbound: [UInt8] = []

    /// Connects to the unix socket whose path the environment's `variable` says.
    init(_ variable: String) {
        guard let path = unsafe getenv(variable) else { fatalError("\(variable) names no server") }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let size = MemoryLayout.size(ofValue: address.sun_path)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            let length = unsafe strlen(path)
            check(length < size, "the path is too long")
            unsafe room.copyMemory(from: UnsafeRawBufferPointer(start: path, count: length))
        }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        check(result == 0, "no server at \(unsafe String(cString: path))")
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends all bytes.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[sent...])
                return unsafe Glibc.send(
                    descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            check(count > 0, "the server hung up on what it was sent")
            sent += count
        }
    }

    /// Takes the bytes up to where `length` says that a reply ends; it is asked again with more
    /// bytes while it says nil.
    func take(_ length: ([UInt8]) -> Int?) -> [UInt8] {
        while true {
            if let count = length(inbound) {
                defer { inbound.removeFirst(count) }
                return Array(inbound[..<count])
            }
            receive()
        }
    }

    private func receive() {
        var room = [UInt8](repeating: 0, count: 1 << 16)
        var count = 0
        // libFuzzer's clock interrupts.
        repeat {
            count = unsafe room.withUnsafeMutableBytes { room in
                unsafe recv(descriptor, room.baseAddress, room.count, 0)
            }
        } while count < 0 && errno == EINTR
        check(count != 0, "the server hung up")
        check(count > 0, "the server says nothing")
        inbound += room[..<count]
    }
}
