import TestKit

/// Keys of which a test knows where they live, each with itself as its value.
struct KeyFinder {
    private let keysByNode: [[String]]

    /// Writes keys through the proxy and looks for them on the servers themselves.
    ///
    /// - Parameter count: How many keys each server gets at least.
    init(proxy: RunningProxy, nodes: [CacheNode], count: Int = 5) throws {
        let client = try proxy.client()
        let direct = try nodes.map { try $0.client() }
        var found = nodes.map { _ in [String]() }
        for number in 0..<10_000 where found.contains(where: { $0.count < count }) {
            let key = "known:\(number):\(number * 7919)"
            _ = try client.command("SET", key, key)
            for index in nodes.indices
            where try direct[index].command("EXISTS", key) == .integer(1) {
                found[index].append(key)
            }
        }
        guard found.allSatisfy({ $0.count >= count }) else {
            throw KitError("not every server got keys: \(found.map(\.count))")
        }
        keysByNode = found
    }

    /// A key that lives on the server with this index among the nodes.
    func key(on node: Int, _ number: Int = 0) -> String {
        keysByNode[node][number]
    }

    /// All known keys of a server.
    func keys(on node: Int) -> [String] {
        keysByNode[node]
    }
}
