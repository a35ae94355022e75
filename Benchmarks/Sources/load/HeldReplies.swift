/// Replies of a server that takes its time, each with the moment at which it may be sent.
///
/// One in `stallEvery` batches takes `stallFactor` times as long, and those behind it wait: so the
/// percentiles differ, and a proxy's histogram has to follow.
struct HeldReplies {
    /// Nanoseconds from the arrival of requests to the departure of their replies.
    let delay: UInt64
    private var queue: [(due: UInt64, connection: MockConnection, bytes: [UInt8])] = []
    private var head = 0
    private var count = 0

    private static let stallEvery = 100
    private static let stallFactor: UInt64 = 10

    init(delay: UInt64) {
        self.delay = delay
    }

    mutating func append(_ bytes: [UInt8], for connection: MockConnection, at now: UInt64) {
        count += 1
        let time = count % Self.stallEvery == 0 ? delay * Self.stallFactor : delay
        let due = max(queue.last?.due ?? 0, now + time)
        queue.append((due, connection, bytes))
    }

    /// Nanoseconds until the first is due; nil if there are none.
    func remaining(at now: UInt64) -> UInt64? {
        guard head < queue.count else { return nil }
        return queue[head].due > now ? queue[head].due - now : 0
    }

    /// Takes out the first, if it is due.
    mutating func removeDue(at now: UInt64) -> (connection: MockConnection, bytes: [UInt8])? {
        guard remaining(at: now) == 0 else { return nil }
        let first = queue[head]
        head += 1
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        }
        return (first.connection, first.bytes)
    }
}
