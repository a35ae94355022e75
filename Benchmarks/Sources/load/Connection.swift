import Glibc

/// One client: sends a batch of requests, waits for all their replies, and is asked for the next.
final class Connection {
    private let workload: Workload
    private let port: UInt16
    private(set) var socket = Socket()

    /// Requests filled in side by side, as many as the pipeline is deep.
    private var outgoing: [UInt8]
    private var sent = 0
    private var unsent: Range<Int> { sent..<keys.count * workload.request.count }
    /// The rest of the batch has to wait until the socket can be written to.
    var isBlocked: Bool { !unsent.isEmpty }
    /// Replies are outstanding.
    var isWaiting: Bool { answered < keys.count }
    /// Whether the event loop has been told of that; its to keep.
    var isWatchedForWriting = false

    /// Has room for all replies to a batch.
    private var inbox: Inbox

    /// The first key of each request of the batch.
    private var keys: [UInt32] = []
    private var answered = 0
    private var startedAt: UInt64 = 0

    /// What a call on the connection led to.
    enum Progress {
        /// Replies are outstanding, and with `isBlocked` part of the batch too.
        case waiting
        /// Every request of the batch has its reply.
        case finished
        /// The peer closed, or what it sent cannot be made sense of: start over.
        case broken
    }

    /// A connection that is yet to be opened.
    init(to port: UInt16, workload: Workload, pipeline: Int) {
        self.port = port
        self.workload = workload
        outgoing = Array(repeatElement(workload.request, count: pipeline).joined())
        inbox = Inbox(capacity: pipeline * max(workload.replyLength, Workload.longestError))
        keys.reserveCapacity(pipeline)
    }

    /// Connects from 127.0.0.`source`.
    func open(from source: UInt8) throws(SystemError) {
        socket = try Socket(to: port, from: source)
    }

    /// Closes; what was outstanding is forgotten.
    func close() {
        socket.close()
        keys.removeAll(keepingCapacity: true)
        isWatchedForWriting = false
        reset()
    }

    /// Sends so many requests, which were due at `time`.
    func start(_ count: Int, dueAt time: UInt64, nextKey: () -> UInt32) -> Progress {
        keys.removeAll(keepingCapacity: true)
        for index in 0..<count {
            let key = nextKey()
            keys.append(key)
            workload.write(key: key, into: &outgoing, at: index * workload.request.count)
        }
        reset()
        startedAt = time
        return flush()
    }

    private func reset() {
        (sent, answered) = (0, 0)
        inbox.clear()
    }

    /// Sends what is left of the batch.
    func flush() -> Progress {
        while !unsent.isEmpty {
            switch socket.send(outgoing, unsent) {
            case .moved(let count): sent += count
            // After a close the next read tells the same, and that is where it is counted.
            case .wouldBlock, .closed: return .waiting
            }
        }
        return .waiting
    }

    /// Reads once and judges the replies that are complete.
    func receive(into tally: inout Tally) -> Progress {
        guard !inbox.isFull else {
            return lose(&tally)
        }
        switch inbox.receive(from: socket) {
        case .wouldBlock: return .waiting
        case .closed: return lose(&tally)
        case .moved: return judge(at: monotonicNanoseconds(), into: &tally)
        }
    }

    private func judge(at now: UInt64, into tally: inout Tally) -> Progress {
        while answered < keys.count, !inbox.isEmpty {
            switch inbox.judge(by: workload, key: keys[answered]) {
            case .incomplete:
                return .waiting
            case .right:
                tally.answered(after: now - startedAt)
                inbox.consume(workload.replyLength)
            case .failed(let length):
                show("an error", unless: tally)
                tally.failed()
                inbox.consume(length)
            case .wrong:
                show("a wrong reply", unless: tally)
                tally.misanswered()
                answered += 1
                return lose(&tally)
            }
            answered += 1
        }
        guard answered == keys.count else { return .waiting }
        guard inbox.isEmpty else {
            show("a reply to no request", unless: tally)
            tally.misanswered()
            return .broken
        }
        return .finished
    }

    private func lose(_ tally: inout Tally) -> Progress {
        tally.failed(keys.count - answered)
        return .broken
    }

    /// Shows what came, unless the first few have made it clear.
    private func show(_ what: String, unless tally: Tally) {
        guard tally.errors + tally.wrong < 5 else { return }
        complain("\(what): \(inbox.excerpt)")
    }
}

/// The clock of the latencies.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
