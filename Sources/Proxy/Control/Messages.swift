/// What the control thread tells a worker.
enum WorkerCommand: Sendable {
    /// The pool's servers changed.
    case route(pool: Int, PoolRouting)
    /// Accept nobody any more, finish what is in flight, say so.
    case drain
    /// Leave the loop now.
    case stop
}

/// What a worker tells the control thread: facts, not decisions.
enum WorkerReport: Sendable {
    /// A server failed: a connection was refused or lost, or made no progress within the timeout.
    case serverFailed(pool: Int, server: Int, reason: String)
    /// A server that had failed answers again.
    case serverAnswered(pool: Int, server: Int)
    /// After `.drain`: no client is left.
    case drained(worker: Int)
}
