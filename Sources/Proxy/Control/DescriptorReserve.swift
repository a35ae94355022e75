internal import Configuration
internal import Glibc

/// Descriptors that clients must leave to the proxy itself: for connections to servers, statistics,
/// probes and the log. Without them a crowd of clients would make every server seem to fail.
struct DescriptorReserve: Sendable {
    /// What the proxy opens besides the connections to servers: 256 clients of the statistics
    /// port wait for nothing long, so a quarter of them will do; the rest are probes and lookups.
    private static let others: UInt = 64

    /// The ends of a worker's pipe.
    private static let perWorker: UInt = 2

    /// The first descriptor that clients may not have. The kernel gives the lowest free number, so
    /// a client on a higher one means that all below are taken.
    let firstReserved: Int32

    /// The reserve for `pools` on so many workers, under the process's limit of open files; never
    /// more than half of it.
    init(_ pools: [PoolConfiguration], workers: Int) {
        var limit = rlimit()
        let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        guard isKnown, limit.rlim_cur < UInt(Int32.max) else {
            firstReserved = .max
            return
        }
        let own = Self.others + Self.perWorker * UInt(workers)
        let wanted = pools.reduce(own) { $0 + Self.connections(to: $1, workers: workers) }
        firstReserved = Int32(limit.rlim_cur - min(wanted, limit.rlim_cur / 2))
    }

    /// Connections that a pool may have to servers.
    private static func connections(to pool: PoolConfiguration, workers: Int) -> UInt {
        guard pool.cacheProtocol == .redis else {
            return UInt(pool.servers.count * pool.serverConnections * workers)
        }
        let readable = pool.readFrom == .primary ? 1 : nodesOfGroup
        // RESP3 clients have connections of their own; each node may be watched over one more.
        let perServer = readable * pool.serverConnections * workers * 2 + nodesOfGroup
        return UInt(pool.servers.count * perServer)
    }

    /// ElastiCache has one primary and up to five replicas in a group.
    private static let nodesOfGroup = 6

    /// Whether a client may have one more descriptor; asks the kernel with a copy of `any`.
    func hasRoom(besides any: Int32) -> Bool {
        let lowest = fcntl(any, F_DUPFD_CLOEXEC, 0)
        guard lowest >= 0 else { return false }
        close(lowest)
        return lowest < firstReserved
    }
}
