/// Which server each key of a request belongs to, while the request is being split. One per worker,
/// reused.
final class SplitPlan {
    /// For each key, in order: its server's index.
    private(set) var serverOfKey: [UInt16] = []
    /// The servers that have a key, in the order in which they came up.
    private(set) var servers: [Int] = []
    /// For each server of the pool: its keys, and its fragment's number (-1: none yet, or no
    /// connection).
    private(set) var keysOfServer: [Int32] = []
    private(set) var fragmentOfServer: [Int32] = []
    /// A request over more keys than this must not pin its tables for ever.
    private static let largestKept = 16 * 1024

    func begin(servers count: Int) {
        if serverOfKey.capacity > Self.largestKept { serverOfKey = [] }
        serverOfKey.removeAll(keepingCapacity: true)
        for server in servers where server < keysOfServer.count {
            keysOfServer[server] = 0
            fragmentOfServer[server] = -1
        }
        servers.removeAll(keepingCapacity: true)
        while keysOfServer.count < count {
            keysOfServer.append(0)
            fragmentOfServer.append(-1)
        }
    }

    /// The next key belongs to this server.
    func addKey(of server: Int) {
        serverOfKey.append(UInt16(server))
        if keysOfServer[server] == 0 { servers.append(server) }
        keysOfServer[server] += 1
    }

    func set(_ fragment: Int, of server: Int) { fragmentOfServer[server] = Int32(fragment) }
}
