import Synchronization

/// Replication groups of real redis-servers, each node on a loopback address of its own and all on
/// one port, behind names that a test rewrites: what a cloud provider's endpoints look like from
/// below.
public final class ReplicationLab: Sendable {
    /// The name server that the proxy asks.
    public let names: NameServer
    /// The groups, one a shard of the pool.
    public let groups: [ReplicationGroup]
    /// The port of every node.
    public let port: Int

    /// The third byte of the labs' addresses: no two labs of a process share a block, and labs of
    /// two processes seldom do, which also differ in their ports.
    private static let nextBlock = Atomic<Int>(Int.random(in: 0..<254))

    /// Starts everything and waits until the replicas are in sync.
    ///
    /// - Parameters:
    ///   - shards: How many groups, at most 25.
    ///   - replicas: Replicas of each, at most 8.
    ///   - login: The arguments of AUTH that the nodes ask for; `arguments` must say so to them.
    ///   - arguments: Further arguments of every redis-server.
    public init(
        shards: Int = 1, replicas: Int = 1, login: [String] = [], arguments: [String] = []
    ) throws {
        let names = try NameServer()
        let port = try FreePort.take()
        let block = 1 + Self.nextBlock.wrappingAdd(1, ordering: .relaxed).oldValue % 254
        groups = try (0..<shards).map { shard in
            let hosts = (1...replicas + 1).map { "127.0.\(block).\(shard * 10 + $0)" }
            return try ReplicationGroup(
                named: "shard\(shard)", names: names, hosts: hosts, port: port, login: login,
                arguments: arguments)
        }
        self.names = names
        self.port = port
    }

    /// The first group.
    public var group: ReplicationGroup { groups[0] }

    /// A proxy in front of the groups, which knows nothing but their names.
    ///
    /// - Parameters:
    ///   - options: Directives of the pool, besides those that make it follow the groups.
    ///   - knowsReaders: Whether it knows the readers' names, too.
    ///   - names: Directives of `global`, besides `resolver`.
    ///   - workers: Its worker threads.
    public func proxy(
        _ options: [String: String] = [:], knowsReaders: Bool = false,
        names settings: [String: String] = [:], workers: Int = 1
    ) throws -> RunningProxy {
        var usual = ["topology": "replication_group", "hash": "murmur"]
        if knowsReaders { usual["reader"] = readerLines }
        let servers = groups.enumerated().map { shard, group in
            "\(group.primaryName):\(port):1 \(Self.serverName(shard))"
        }
        let pool = PoolSpecification.redis(
            servers: servers, options: usual.merging(options) { _, given in given })
        let global = settings.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)\n" }
        return try RunningProxy(
            pools: [pool], workers: workers,
            global: "global:\n  resolver: \"\(names.address)\"\n" + global.joined() + "\n")
    }

    private var readerLines: String {
        groups.enumerated().map { shard, group in
            "\n    - \(group.readerName):\(port) \(Self.serverName(shard))"
        }.joined()
    }

    /// The name of a shard's server in the pool.
    public static func serverName(_ shard: Int) -> String { "shard\(shard)" }

    /// A key that lies on a group.
    public func key(on group: ReplicationGroup, through proxy: RunningProxy) throws -> String {
        let keys = (0..<64).map { "key:\($0)" }
        let client = try proxy.client()
        for key in keys { _ = try client.command("SET", key, key) }
        let holders = try groups(holding: keys)
        guard let index = holders.firstIndex(where: { $0 === group }) else {
            throw KitError("no key lies on \(group.primaryName)")
        }
        return keys[index]
    }

    /// The group that holds each of the keys, found by looking at the primaries.
    ///
    /// - Throws: If a key is nowhere.
    public func groups(holding keys: [String]) throws -> [ReplicationGroup] {
        let held = try groups.map { try $0.primary.data() }
        return try keys.map { key in
            guard let shard = held.firstIndex(where: { $0[key] != nil }) else {
                throw KitError("no group holds \(key)")
            }
            return groups[shard]
        }
    }
}
