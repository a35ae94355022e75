internal import Synchronization

/// How many clients every worker has, so that whoever accepts one can give it to a worker that has
/// fewer.
///
/// The kernel spreads connections over the workers' sockets by a hash, and those of a unix socket
/// go to whoever comes first: of 8 clients and 4 workers, one worker often has 4 and another none.
/// Counts change when clients come and go, never with requests. A client counts from the moment
/// that it is given, so that a burst does not all go to one worker.
@safe final class ClientSpread: @unchecked Sendable {
    /// How many workers are looked at for one client: each costs two cache lines of another core.
    /// The best of sixteen is even enough where there are more.
    private static let mostCompared = 16
    /// Two lines, since the adjacent one is prefetched along on x86; in counts.
    private static let cacheLines = 128 / MemoryLayout<Atomic<Int>>.stride

    private let workers: Int
    private let rowLength: Int
    /// A row for each worker: all its clients, then those of each pool. On lines of its own.
    private let counts: UnsafeMutablePointer<Atomic<Int>>

    init(workers: Int, pools: Int) {
        self.workers = workers
        let lines = (pools + 1 + Self.cacheLines - 1) / Self.cacheLines
        rowLength = lines * Self.cacheLines
        let total = workers * rowLength
        unsafe counts = UnsafeMutableRawPointer.allocate(
            byteCount: total * MemoryLayout<Atomic<Int>>.stride,
            alignment: Self.cacheLines * MemoryLayout<Atomic<Int>>.stride
        ).bindMemory(to: Atomic<Int>.self, capacity: total)
        for index in 0..<total { unsafe (counts + index).initialize(to: Atomic(0)) }
    }

    deinit { unsafe counts.deallocate() }

    /// Counts a new client of a pool in at the worker that shall have it, and returns that worker:
    /// the one that accepted it unless another has fewer clients of the pool, or as few and fewer
    /// by more than one of all pools.
    ///
    /// - Parameter random: Which of the others is looked at first.
    func place(_ pool: Int, acceptedBy own: Int, random: UInt32) -> Int {
        guard workers > 1 else { return own }
        var best = own
        var (fewest, total) = (clients(of: own, in: pool), clients(of: own) - 1)
        for step in 1..<min(workers, Self.mostCompared) {
            let other = (own + 1 + (Int(random) + step) % (workers - 1)) % workers
            let count = clients(of: other, in: pool)
            guard count <= fewest else { continue }
            let all = clients(of: other)
            guard count < fewest || all < total else { continue }
            (best, fewest, total) = (other, count, all)
        }
        add(1, to: best, pool)
        return best
    }

    /// A client of the worker has gone.
    func leave(_ pool: Int, of worker: Int) {
        if workers > 1 { add(-1, to: worker, pool) }
    }

    /// Clients of a pool that a worker has, or is about to have. Not counted if it is the only one.
    func clients(of worker: Int, in pool: Int) -> Int { count(worker, pool + 1) }

    private func clients(of worker: Int) -> Int { count(worker, 0) }

    private func add(_ amount: Int, to worker: Int, _ pool: Int) {
        let row = worker * rowLength
        unsafe counts[row].wrappingAdd(amount, ordering: .relaxed)
        unsafe counts[row + pool + 1].wrappingAdd(amount, ordering: .relaxed)
    }

    private func count(_ worker: Int, _ column: Int) -> Int {
        precondition(worker < workers)
        precondition(column < rowLength)
        return unsafe counts[worker * rowLength + column].load(ordering: .relaxed)
    }
}
