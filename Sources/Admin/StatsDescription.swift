import Proxy

/// What `--describe-stats` prints: every metric with its help, pools first.
public func describeStats() -> String {
    func line(_ name: String, _ help: String) -> String {
        "  " + name + String(repeating: " ", count: max(1, 20 - name.utf8.count)) + "\"" + help
            + "\"\n"
    }
    let pool = PoolMetric.allCases.map { line($0.rawValue, $0.help) }.joined()
    let server = ServerMetric.allCases.map { line($0.rawValue, $0.help) }.joined()
    return "pool stats:\n" + pool + "\nserver stats:\n" + server
}
