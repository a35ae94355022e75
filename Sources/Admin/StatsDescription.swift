import Proxy

/// What `--describe-stats` prints: every metric with its help, pools first; those of replication
/// groups are on the page `/groups` only.
public func describeStats() -> String {
    func line(_ name: String, _ help: String) -> String {
        "  " + name + String(repeating: " ", count: max(1, 20 - name.utf8.count)) + "\"" + help
            + "\"\n"
    }
    let pool = PoolMetric.allCases.map { line($0.rawValue, $0.help) }.joined()
    let server = ServerMetric.allCases.map { line($0.rawValue, $0.help) }.joined()
    let group = GroupMetric.allCases.map { line($0.rawValue, $0.help) }.joined()
    let node = NodeMetric.allCases.map { line($0.rawValue, $0.help) }.joined()
    return "pool stats:\n" + pool + "\nserver stats:\n" + server + "\ngroup stats:\n" + group
        + "\nnode stats:\n" + node
}
