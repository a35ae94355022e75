/// Whether a server is on the ring, from what the workers report of it. Told the time, so it needs
/// no clock.
///
///     up ── limit of failures in a row ──▶ ejected ── own probe succeeded ──▶ up
struct Ejection {
    /// A server that restarts loses all its connections at once, on every worker: that is one
    /// failure, not many.
    static let burstMilliseconds: Int64 = 100

    /// Failures in a row that eject (twemproxy's `server_failure_limit`; 0 counts as 1).
    let limit: Int
    private(set) var isEjected = false
    private var failures = 0
    private var lastFailure = Int64.min

    init(limit: Int) { self.limit = max(1, limit) }

    /// A worker saw the server fail.
    ///
    /// - Returns: whether this ejects it now.
    mutating func failed(at now: Int64) -> Bool {
        guard !isEjected else { return false }
        if failures > 0 && now - lastFailure < Self.burstMilliseconds { return false }
        lastFailure = now
        failures += 1
        guard failures >= limit else { return false }
        isEjected = true
        return true
    }

    /// The server is given up for another reason.
    ///
    /// - Returns: false if it was before.
    mutating func eject() -> Bool {
        defer { isEjected = true }
        return !isEjected
    }

    /// A worker got an answer after a failure.
    mutating func answered() { failures = 0 }

    /// The server's probe succeeded.
    mutating func readmit() {
        isEjected = false
        failures = 0
    }
}
