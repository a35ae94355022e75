import Glibc

/// A port of 127.0.0.`host`, as the kernel takes it.
struct LoopbackAddress {
    private var address = sockaddr_in()

    init(port: UInt16, host: UInt8) {
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (INADDR_LOOPBACK & ~0xFF | UInt32(host)).bigEndian
    }

    /// Hands the address to a system call; returns whether that succeeded.
    mutating func apply(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Bool {
        unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe call($0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
