import Glibc
import Synchronization

/// Ports to listen on.
public enum FreePort {
    /// Below the range from which Linux takes the ports of outgoing connections (32768 and up): the
    /// tests open thousands of those, and one must not take a port between its choice and its bind,
    /// nor while the server that had it is down for a moment.
    private static let range = 12_000..<32_000

    /// Counts up from a random start, so that no two callers of this process get the same port and
    /// two processes seldom meet.
    private static let next = Atomic<Int>(Int.random(in: 0..<20_000))

    /// A TCP port of the loopback address that nobody listens on.
    public static func take() throws -> Int {
        for _ in range {
            let step = next.wrappingAdd(1, ordering: .relaxed).oldValue
            let port = range.lowerBound + step % range.count
            if let socket = try? Descriptor(listeningOn: .tcp("127.0.0.1", port)) {
                socket.close()
                return port
            }
        }
        throw KitError("no free port")
    }
}
