import Glibc

/// Drives all connections from one thread.
final class Generator {
    private let workload: Workload
    private let pipeline: Int
    private let connections: [Connection]
    private var epoll: Epoll
    private var tally = Tally()
    private var keys: Keys

    /// Opens a connection for each batch.
    private let reconnects: Bool
    private var opened: UInt64 = 0

    /// Connections whose batch is not answered yet, and those that wait for one.
    private var active = 0
    private var idle: IdleQueue
    /// When batches are due; nil in a closed loop, where replies decide.
    private var schedule: Schedule?

    /// Which keys come next.
    private enum Keys {
        /// Uniformly drawn by an xorshift64 of this state, until the time (nanoseconds) is over.
        case random(state: UInt64, until: UInt64)
        /// Every key once, from this one on.
        case sequential(next: UInt32)
    }

    /// Why a run was given up.
    enum Failure: Error, CustomStringConvertible {
        case stalled(unanswered: Int)
        case hopeless(Tally)

        var description: String {
            switch self {
            case .stalled(let unanswered): "no complete reply any more on \(unanswered) connections"
            case .hopeless(let tally): "too many failures: \(tally.json)"
            }
        }
    }

    /// Without any event for so long a run is given up; no server is silent for that long.
    private static let patienceNanoseconds: UInt64 = 10_000_000_000

    /// Addresses that clients come from if they connect for each batch. With 28,000 ports each, and
    /// ports in TIME_WAIT free again after a second, these are enough for any rate.
    private static let sources: UInt64 = 16

    /// Failed or wrong replies after which there is nothing worth measuring.
    private static let tolerated = 1000

    init(
        workload: Workload, ports: [UInt16], clients: Int, pipeline: Int, reconnects: Bool
    ) throws(SystemError) {
        self.workload = workload
        self.pipeline = pipeline
        self.reconnects = reconnects
        epoll = try Epoll()
        keys = .sequential(next: 0)
        idle = IdleQueue(capacity: clients)
        connections = (0..<clients).map { number in
            Connection(
                to: ports[number % ports.count], workload: workload, pipeline: pipeline)
        }
        guard !reconnects else { return }
        for number in connections.indices { try open(number) }
    }

    private func open(_ number: Int) throws(SystemError) {
        let source = reconnects ? UInt8(1 + opened % Self.sources) : 1
        opened += 1
        try connections[number].open(from: source)
        try epoll.add(connections[number].socket.descriptor, as: number)
    }

    /// Asks for random keys for so long, then waits for the last replies.
    ///
    /// - Parameter rate: requests per second, or 0 for as many as are answered.
    func run(seconds: Double, rate: Double) throws -> Tally {
        let start = monotonicNanoseconds()
        let end = start + UInt64(seconds * 1e9)
        // The seed is fixed: every run draws the same keys.
        keys = .random(state: 0x2545_F491_4F6C_DD1D, until: end)
        guard rate > 0 else { return try measure() }
        sharpenTimers()
        return try measure(
            by: Schedule(start: start, end: end, batchesPerSecond: rate / Double(pipeline)))
    }

    /// Goes through every key once.
    func fill() throws -> Tally {
        keys = .sequential(next: 0)
        return try measure()
    }

    // MARK: - Loops

    /// The closed loop: a connection that has its replies sends again.
    private func measure() throws -> Tally {
        let start = begin(schedule: nil)
        for number in connections.indices {
            try startBatch(on: number, dueAt: start)
        }
        while active > 0 {
            try advance(waiting: Self.patienceNanoseconds)
        }
        return finish(since: start)
    }

    /// The open loop: batches start when they are due, on any connection that is idle.
    private func measure(by schedule: Schedule) throws -> Tally {
        let start = begin(schedule: schedule)
        idle = IdleQueue(capacity: connections.count)
        for number in connections.indices { idle.append(number) }
        while let due = try startDue() {
            try advance(waiting: idle.isEmpty ? Self.patienceNanoseconds : due)
        }
        while active > 0 {
            try advance(waiting: Self.patienceNanoseconds)
        }
        return finish(since: start)
    }

    private func begin(schedule: Schedule?) -> UInt64 {
        tally = Tally()
        active = 0
        self.schedule = schedule
        return monotonicNanoseconds()
    }

    private func finish(since start: UInt64) -> Tally {
        tally.seconds = Double(monotonicNanoseconds() - start) / 1e9
        return tally
    }

    /// Starts what is due, as far as connections are idle; returns the nanoseconds until more is
    /// due, or nil at the end.
    private func startDue() throws -> UInt64? {
        let now = monotonicNanoseconds()
        guard let end = schedule?.end, now < end else {
            countUnsent(at: now)
            return nil
        }
        while !idle.isEmpty, let due = schedule?.next, due <= now {
            schedule?.advance()
            try startBatch(on: idle.removeFirst(), dueAt: due)
        }
        return schedule.map { min(end, max(now, $0.next)) - now }
    }

    /// Counts what was due and found no connection until the end.
    private func countUnsent(at now: UInt64) {
        while let schedule, schedule.next < schedule.end {
            tally.neverSent(after: now - schedule.next, count: pipeline)
            self.schedule?.advance()
        }
    }

    /// Starts the next batch on an idle connection, if there is anything left to ask.
    private func startBatch(on number: Int, dueAt time: UInt64) throws {
        let count = batchSize(at: time)
        guard count > 0 else { return }
        let connection = connections[number]
        if !connection.socket.isOpen { try open(number) }
        active += 1
        try follow(connection.start(count, dueAt: time) { nextKey() }, of: number)
    }

    // MARK: - Events

    private func advance(waiting nanoseconds: UInt64) throws {
        let count = try epoll.wait(nanoseconds: nanoseconds)
        guard count > 0 || nanoseconds < Self.patienceNanoseconds else {
            throw Failure.stalled(unanswered: active)
        }
        for index in 0..<count {
            try advance(epoll.number(at: index))
        }
    }

    private func advance(_ number: Int) throws {
        let connection = connections[number]
        guard connection.isWaiting else {
            // An idle connection has nothing to hear, but may be closed by its peer.
            if case .broken = connection.receive(into: &tally) { connection.close() }
            return
        }
        if connection.isBlocked {
            try follow(connection.flush(), of: number)
        }
        try follow(connection.receive(into: &tally), of: number)
    }

    private func follow(_ progress: Connection.Progress, of number: Int) throws {
        let connection = connections[number]
        switch progress {
        case .waiting:
            // Only a request larger than the socket's buffer changes this.
            guard connection.isBlocked != connection.isWatchedForWriting else { break }
            connection.isWatchedForWriting = connection.isBlocked
            try epoll.watch(
                connection.socket.descriptor, as: number, writable: connection.isBlocked)
        case .finished:
            active -= 1
            // The old socket leaves the epoll instance as it is closed.
            if reconnects { connection.close() }
            try goOn(with: number)
        case .broken:
            guard tally.errors + tally.wrong < Self.tolerated else { throw Failure.hopeless(tally) }
            active -= 1
            connection.close()
            try goOn(with: number)
        }
    }

    private func goOn(with number: Int) throws {
        if schedule == nil {
            try startBatch(on: number, dueAt: monotonicNanoseconds())
        } else {
            idle.append(number)
        }
    }

    // MARK: - Keys

    private func batchSize(at now: UInt64) -> Int {
        switch keys {
        case .random(_, let end): now < end ? pipeline : 0
        case .sequential(let next): min(pipeline, Int(workload.keyCount - next))
        }
    }

    private func nextKey() -> UInt32 {
        switch keys {
        case .random(var state, let end):
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            keys = .random(state: state, until: end)
            // The high half, scaled to the range without a division.
            return UInt32(((state >> 32) * UInt64(workload.keyCount)) >> 32)
        case .sequential(let next):
            keys = .sequential(next: next + 1)
            return next
        }
    }
}
