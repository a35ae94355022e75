import Proxy

/// What `--describe-stats` prints, without the last line's end: every metric with its help, pools
/// first.
public func describeStats() -> String {
    func line(_ name: String, _ help: String) -> String {
        "  " + name + String(repeating: " ", count: max(1, 20 - name.utf8.count)) + "\"\(help)\""
    }
    let pool = PoolMetric.allCases.map { line($0.rawValue, $0.help) }
    let server = ServerMetric.allCases.map { line($0.rawValue, $0.help) }
    return (["pool stats:"] + pool + ["", "server stats:"] + server).joined(separator: "\n")
}
