/// What the control thread, or another worker, tells a worker.
enum WorkerCommand: Sendable {
    /// The pool's servers changed.
    case route(pool: Int, PoolRouting)
    /// A client that another worker has accepted, for the receiver to own.
    case adopt(pool: Int, descriptor: Int32)
    /// Another worker asks about clients, for one of its own.
    case inquire(ClientInquiry)
    /// Another worker's answer.
    case answer(ClientAnswer)
    /// Free what is kept for a next burst.
    case freeMemory
    /// Accept nobody any more, finish what is in flight, say so.
    case drain
    /// Leave the loop now.
    case stop
}

/// What a worker tells the control thread: facts, not decisions.
enum WorkerReport: Sendable {
    /// A server failed: a connection was refused or lost, or made no progress within the timeout.
    /// The epoch is that of the routing by which it was reached.
    case serverFailed(pool: Int, server: Int, epoch: Int, reason: String)
    /// A server said that it is not the primary, or cannot act as one now.
    case serverDemoted(pool: Int, server: Int, epoch: Int, reason: String)
    /// A server that had failed, or its successor, answers again, or held requests went on to it.
    /// The epoch is that of the routing by which it was reached.
    case serverAnswered(pool: Int, server: Int, epoch: Int, HoldSummary)
    /// After `.drain`: no client is left.
    case drained(worker: Int)
}

/// What one worker did with the requests that it held for one server.
struct HoldSummary: Sendable {
    /// Requests that waited, or had to move, and were sent in the end.
    var held = 0
    /// Requests whose time was over before there was a server for them.
    var failed = 0
}
