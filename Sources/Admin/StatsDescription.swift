import Proxy

/// What `--describe-stats` prints, without the last line's end: every metric with its help, pools
/// first; those of replication groups are on the page `/groups` only.
public func describeStats() -> String {
    func line(_ name: String, _ help: String) -> String {
        "  " + name + String(repeating: " ", count: max(1, 20 - name.utf8.count)) + "\"\(help)\""
    }
    let pool = PoolMetric.allCases.map { line($0.rawValue, $0.help) }
    let server = ServerMetric.allCases.map { line($0.rawValue, $0.help) }
    let group = GroupMetric.allCases.map { line($0.rawValue, $0.help) }
    let node = NodeMetric.allCases.map { line($0.rawValue, $0.help) }
    let lines =
        ["pool stats:"] + pool + ["", "server stats:"] + server + ["", "group stats:"] + group
        + ["", "node stats:"] + node
    return lines.joined(separator: "\n")
}
