import Foundation
import Synchronization
import TestKit

/// Clients at work, each on a thread of its own, until they are told to stop.
final class Load: Sendable {
    private let threads: [BackgroundThread<LoadReport>]
    private let gauge: BackgroundThread<LoadReport>
    private let progress: Progress

    /// What one thread does.
    private typealias ClientBody = @Sendable (Progress) throws -> LoadReport

    /// What all threads share.
    fileprivate final class Progress: Sendable {
        private let over = Atomic<Bool>(false)
        private let count = Atomic<Int>(0)

        var isOver: Bool { over.load(ordering: .relaxed) }
        var operations: Int { count.load(ordering: .relaxed) }

        func end() { over.store(true, ordering: .relaxed) }
        func add(_ operations: Int) { count.add(operations, ordering: .relaxed) }
    }

    private init(_ clients: [ClientBody]) {
        let progress = Progress()
        self.progress = progress
        threads = clients.map { client in
            BackgroundThread { try client(progress) }
        }
        gauge = BackgroundThread { Self.measureStalls(until: progress) }
    }

    deinit {
        progress.end()
    }

    /// Requests that were answered so far.
    var operations: Int { progress.operations }

    /// Lets it work on for some seconds, while whatever a test did takes its course.
    func run(for seconds: Double) {
        _ = always(for: seconds) { true }
    }

    /// Waits until more requests were answered than until now: it is being served.
    func waitUntilServed(_ count: Int = 100) throws {
        let before = operations
        guard eventually({ operations >= before + count }) else {
            throw KitError("the load is not served")
        }
    }

    /// Ends it, and sums up what its clients met.
    func stop() throws -> LoadReport {
        progress.end()
        var sum = LoadReport()
        for thread in threads { sum.add(try thread.value()) }
        sum.stall = try gauge.value().stall
        return sum
    }

    /// Wakes every millisecond and looks how late it is.
    private static func measureStalls(until progress: Progress) -> LoadReport {
        var report = LoadReport()
        while !progress.isOver {
            let before = now()
            usleep(1_000)
            report.stall = max(report.stall, now() - before - 0.001)
        }
        return report
    }
}

// MARK: - The application's loop

extension Load {
    /// The time between two operations of the loop, in microseconds.
    private static let loopPause: UInt32 = 2_000

    /// One client that sets, gets and deletes a key over and over, an operation every two
    /// milliseconds.
    ///
    /// - Parameters:
    ///   - group: Where the key lives.
    ///   - replay: What the pool sends again.
    ///   - connect: Makes its connection, again whenever it is lost.
    static func loop(
        on group: ReplicationGroup, replay: ReplayPolicy = .safe,
        connect: @escaping @Sendable () throws -> TestClient
    ) -> Load {
        Load([
            { (progress: Progress) in
                var client = LoadClient(
                    keys: ["loop"], holding: [nil], on: [group], replay: replay,
                    connect: connect)
                var round = 0
                while !progress.isOver {
                    for operation in [KeyOperation.set("value \(round)"), .get, .delete] {
                        client.play([.single(operation, on: 0)])
                        progress.add(1)
                        usleep(loopPause)
                    }
                    round += 1
                }
                return client.report
            }
        ])
    }
}

// MARK: - The crowd

extension Load {
    /// How many clients work, and how hard.
    struct CrowdSize: Sendable {
        var clients = 50
        /// Requests in a batch.
        var depth = 10
        /// Between a batch and the next, in microseconds: without, the machine is busy to the brim,
        /// and what is measured is how long requests wait for it.
        var pause: UInt32 = 100_000
        /// Whether some requests are transactions.
        var hasTransactions = false
    }

    /// Many pipelining clients with keys on all groups.
    ///
    /// - Parameter replay: What the pool sends again.
    static func crowd(
        _ size: CrowdSize = CrowdSize(), through proxy: RunningProxy, on lab: ReplicationLab,
        replay: ReplayPolicy = .safe
    ) throws -> Load {
        let sets = (0..<size.clients).map { CrowdKeys(client: $0) }
        let seeding = try proxy.client()
        for set in sets {
            let pairs = zip(set.names, set.values).flatMap { [$0, $1] }
            guard try seeding.command(["MSET"] + pairs) == .ok else {
                throw KitError("the crowd cannot write its keys")
            }
        }
        let groups = try lab.groups(holding: sets.flatMap(\.names))
        return Load(
            sets.enumerated().map { number, set in
                let own = Array(groups[(number * set.names.count)...].prefix(set.names.count))
                return { (progress: Progress) in
                    var client = LoadClient(
                        keys: set.names, holding: set.values, on: own, replay: replay
                    ) { try proxy.client() }
                    var requests = CrowdRequests(set, on: own, size: size, seed: UInt64(number))
                    while !progress.isOver {
                        client.play(requests.nextBatch())
                        progress.add(size.depth)
                        usleep(requests.nextPause())
                    }
                    return client.report
                }
            })
    }
}

// MARK: - The readers

extension Load {
    /// Clients that read keys whose values never change, a batch every ten milliseconds.
    ///
    /// - Parameter connect: Makes a client's connection, again whenever it is lost.
    static func readers(
        _ count: Int, of values: [String: String], on group: ReplicationGroup,
        connect: @escaping @Sendable () throws -> TestClient
    ) -> Load {
        let keys = values.keys.sorted()
        let held = keys.map { values[$0] }
        return Load(
            (0..<count).map { _ in
                { (progress: Progress) in
                    var client = LoadClient(
                        keys: keys, holding: held, on: keys.map { _ in group }, replay: .safe,
                        connect: connect)
                    let batch = keys.indices.map { LoadRequest.single(.get, on: $0) }
                    while !progress.isOver {
                        client.play(batch)
                        progress.add(batch.count)
                        usleep(10_000)
                    }
                    return client.report
                }
            })
    }
}
