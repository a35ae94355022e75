public import Glibc

/// Where a socket listens or connects to.
public enum SocketAddress: Sendable, Hashable {
    /// An IPv4 address, as a number (127.0.0.1 is 0x7f000001), and a port.
    case ipv4(UInt32, port: UInt16)

    /// An IPv6 address, as its two halves, a port, and the interface of a link-local address (else
    /// 0).
    case ipv6(high: UInt64, low: UInt64, port: UInt16, scope: UInt32)

    /// The path of a unix socket, never empty and short enough for the kernel.
    case unix(path: String)

    /// The longest path that `sockaddr_un` holds, beside its final zero.
    public static let longestUnixPath = 107

    /// Any IPv4 address of this host, for listening on `*`.
    public static func wildcard(port: UInt16) -> SocketAddress { .ipv4(0, port: port) }

    /// Reads a numeric address, without brackets: "10.0.0.7", "::1", "fe80::1%eth0"; nil for
    /// anything else.
    public init?(ip: String, port: UInt16) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, ip, &four) == 1 {
            self = .ipv4(UInt32(bigEndian: four.s_addr), port: port)
            return
        }
        let parts = ip.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var six = in6_addr()
        guard let digits = parts.first, unsafe inet_pton(AF_INET6, String(digits), &six) == 1 else {
            return nil
        }
        var scope: UInt32 = 0
        if parts.count == 2 {
            scope = unsafe UInt32(parts[1]) ?? if_nametoindex(String(parts[1]))
            guard scope != 0 else { return nil }
        }
        self = .init(six, port: port, scope: scope)
    }

    /// Takes a path for a unix socket; nil if it is empty, longer than 107 bytes or contains a zero
    /// byte.
    public init?(unixPath path: String) {
        let length = path.utf8.count
        guard length > 0, length <= SocketAddress.longestUnixPath, !path.utf8.contains(0) else {
            return nil
        }
        self = .unix(path: path)
    }

    private init(_ address: in6_addr, port: UInt16, scope: UInt32) {
        let halves = unsafe withUnsafeBytes(of: address) { bytes in
            unsafe (
                high: bytes.loadUnaligned(as: UInt64.self),
                low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
        self = .ipv6(
            high: UInt64(bigEndian: halves.high), low: UInt64(bigEndian: halves.low), port: port,
            scope: scope)
    }

    /// What the kernel, or a resolver, wrote; nil for other families and for a unix socket without
    /// a path.
    init?(_ address: UnsafePointer<sockaddr>, length: Int) {
        let raw = unsafe UnsafeRawBufferPointer(start: address, count: length)
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let four = unsafe raw.loadUnaligned(as: sockaddr_in.self)
            self = .ipv4(
                UInt32(bigEndian: four.sin_addr.s_addr), port: UInt16(bigEndian: four.sin_port))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let six = unsafe raw.loadUnaligned(as: sockaddr_in6.self)
            self.init(
                six.sin6_addr, port: UInt16(bigEndian: six.sin6_port), scope: six.sin6_scope_id)
        case AF_UNIX:
            let path = unsafe raw.dropFirst(SocketAddress.unixPathOffset).prefix { $0 != 0 }
            unsafe self.init(unixPath: String(decoding: path, as: UTF8.self))
        default:
            return nil
        }
    }

    private static let unixPathOffset = MemoryLayout<sa_family_t>.size

    /// AF_INET, AF_INET6 or AF_UNIX.
    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// The port; 0 for a unix socket.
    public var port: UInt16 {
        switch self {
        case .ipv4(_, let port): port
        case .ipv6(_, _, let port, _): port
        case .unix: 0
        }
    }

    /// The same host at another port; a unix socket stays as it is.
    public func with(port: UInt16) -> SocketAddress {
        switch self {
        case .ipv4(let address, _): .ipv4(address, port: port)
        case .ipv6(let high, let low, _, let scope):
            .ipv6(high: high, low: low, port: port, scope: scope)
        case .unix: self
        }
    }

    /// Calls `body` with the address as the socket calls take it, valid only during the call.
    public func withSockaddr<Result, Failure: Error>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var storage = sockaddr_storage()
        let length = unsafe withUnsafeMutableBytes(of: &storage) { unsafe write(into: $0) }
        return try unsafe withUnsafePointer(to: storage) { (storage) throws(Failure) -> Result in
            let address = unsafe UnsafeRawPointer(storage).assumingMemoryBound(to: sockaddr.self)
            return try unsafe body(address, socklen_t(length))
        }
    }

    private func write(into raw: UnsafeMutableRawBufferPointer) -> Int {
        switch self {
        case .ipv4(let address, let port):
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            four.sin_addr.s_addr = address.bigEndian
            unsafe raw.storeBytes(of: four, as: sockaddr_in.self)
            return MemoryLayout<sockaddr_in>.size
        case .ipv6(let high, let low, let port, let scope):
            var six = sockaddr_in6()
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            six.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &six.sin6_addr) { bytes in
                unsafe bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            unsafe raw.storeBytes(of: six, as: sockaddr_in6.self)
            return MemoryLayout<sockaddr_in6>.size
        case .unix(let path):
            // `case unix` can be made without the checks of init(unixPath:).
            let bytes = path.utf8
            precondition(bytes.count <= SocketAddress.longestUnixPath)
            unsafe raw.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: raw.dropFirst(SocketAddress.unixPathOffset))
            unsafe room.copyBytes(from: bytes)
            return SocketAddress.unixPathOffset + bytes.count + 1
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// As in a configuration: "10.0.0.7:6379", "[::1]:6379", "/path".
    public var description: String {
        switch self {
        case .ipv4, .ipv6:
            guard let host = numericHost else { return "?" }
            return family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path):
            return path
        }
    }

    private var numericHost: String? {
        let room = Int(NI_MAXHOST)
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { text in
            let failed = unsafe withSockaddr { address, length in
                unsafe getnameinfo(
                    address, length, text.baseAddress, socklen_t(room), nil, 0, NI_NUMERICHOST)
            }
            guard failed == 0, let text = text.baseAddress else { return nil }
            return unsafe String(cString: text)
        }
    }
}
