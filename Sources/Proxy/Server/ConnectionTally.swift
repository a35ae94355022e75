/// What a server connection tells the statistics: noted as it happens, told once a turn, since a
/// counter that is read elsewhere costs more than a field.
struct ConnectionTally {
    /// What waits on a connection.
    struct Levels {
        var inQueue = 0
        var inQueueBytes = 0
        var outQueue = 0
        var outQueueBytes = 0
    }

    // What is added to together is not side by side: as two lanes of a vector it takes the compiler
    // six instructions instead of two.
    private var requests = 0
    private var responses = 0
    private var requestBytes = 0
    private var responseBytes = 0
    /// What the server's levels have of this connection: a server may have several.
    private var shown = Levels()

    /// A request was queued.
    @inline(__always)
    mutating func addRequest(_ bytes: Int) {
        requests &+= 1
        requestBytes &+= bytes
    }

    /// A piece of a reply has come, or the whole of it if that makes it complete.
    @inline(__always)
    mutating func addReply(_ bytes: Int, isComplete: Bool) {
        if isComplete { responses &+= 1 }
        responseBytes &+= bytes
    }

    /// Adds what is new to a server's counters, and to its levels what changed here.
    ///
    /// - Returns: how many replies have come since the last time.
    mutating func tell(_ levels: Levels, to counters: Counters) -> Int {
        counters.add(requests, to: .requests)
        counters.add(requestBytes, to: .requestBytes)
        counters.add(responses, to: .responses)
        counters.add(responseBytes, to: .responseBytes)
        counters.add(levels.inQueue - shown.inQueue, to: .inQueue)
        counters.add(levels.inQueueBytes - shown.inQueueBytes, to: .inQueueBytes)
        counters.add(levels.outQueue - shown.outQueue, to: .outQueue)
        counters.add(levels.outQueueBytes - shown.outQueueBytes, to: .outQueueBytes)
        defer {
            self = ConnectionTally()
            shown = levels
        }
        return responses
    }
}
