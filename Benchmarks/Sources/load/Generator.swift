import Glibc

/// Drives all connections from one thread.
final class Generator {
    private let workload: Workload
    private let pipeline: Int
    private let connections: [Connection]
    private var epoll: Epoll
    private var tally = Tally()
    private var keys: Keys

    /// Connections whose batch is not answered yet.
    private var active = 0

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
    private static let patienceMilliseconds: Int32 = 10_000

    /// Failed or wrong replies after which there is nothing worth measuring.
    private static let tolerated = 1000

    init(workload: Workload, ports: [UInt16], clients: Int, pipeline: Int) throws(SystemError) {
        self.workload = workload
        self.pipeline = pipeline
        epoll = try Epoll()
        keys = .sequential(next: 0)
        var connections: [Connection] = []
        for number in 0..<clients {
            let connection = try Connection(
                to: ports[number % ports.count], workload: workload, pipeline: pipeline)
            try epoll.add(connection.socket.descriptor, as: number)
            connections.append(connection)
        }
        self.connections = connections
    }

    /// Asks for random keys for so long, then waits for the last replies.
    func run(seconds: Double) throws -> Tally {
        let end = monotonicNanoseconds() + UInt64(seconds * 1e9)
        // The seed is fixed: every run draws the same keys.
        keys = .random(state: 0x2545_F491_4F6C_DD1D, until: end)
        return try measure()
    }

    /// Goes through every key once.
    func fill() throws -> Tally {
        keys = .sequential(next: 0)
        return try measure()
    }

    private func measure() throws -> Tally {
        tally = Tally()
        active = 0
        let start = monotonicNanoseconds()
        for number in connections.indices {
            try startBatch(on: number, at: start)
        }
        while active > 0 {
            let count = try epoll.wait(milliseconds: Self.patienceMilliseconds)
            guard count > 0 else { throw Failure.stalled(unanswered: active) }
            for index in 0..<count {
                try advance(epoll.number(at: index))
            }
        }
        tally.seconds = Double(monotonicNanoseconds() - start) / 1e9
        return tally
    }

    /// Starts the next batch on an idle connection, if there is anything left to ask.
    private func startBatch(on number: Int, at now: UInt64) throws {
        let count = batchSize(at: now)
        guard count > 0 else { return }
        active += 1
        try follow(connections[number].start(count, at: now) { nextKey() }, of: number)
    }

    private func advance(_ number: Int) throws {
        let connection = connections[number]
        if connection.isBlocked {
            try follow(connection.flush(), of: number)
        }
        let wasWaiting = connection.isWaiting
        let progress = connection.receive(into: &tally)
        // An idle connection has nothing to say, unless its peer closes it.
        if !wasWaiting, case .broken = progress { active += 1 }
        try follow(progress, of: number)
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
            try startBatch(on: number, at: monotonicNanoseconds())
        case .broken:
            guard tally.errors + tally.wrong < Self.tolerated else { throw Failure.hopeless(tally) }
            active -= 1
            // The old socket leaves the epoll instance as it is closed.
            try connection.reconnect()
            try epoll.add(connection.socket.descriptor, as: number)
            try startBatch(on: number, at: monotonicNanoseconds())
        }
    }

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
