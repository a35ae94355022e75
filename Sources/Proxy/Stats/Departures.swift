internal import Reactor

/// Replies that were handed to their clients in this turn, whose latencies are counted when they are
/// sent.
///
/// All clients' replies of a turn are sent one after the other at its end, and a clock read for each
/// of them would be the dearest part of the figure; one for every few sends is as good.
struct Departures {
    /// Some 40 µs, which is little against such a turn.
    private static let sendsPerStamp = 8
    /// One huge turn must not pin its memory for ever.
    private static let largestKept = 4096

    /// A reply, and what is known of its request.
    struct Departure: BitwiseCopyable {
        let cells: LatencyCells
        let visit: Visit
        let receivedAt: UInt32
        /// How many of the turn's sends come before it.
        let sendsBefore: Int
    }

    private var waiting: [Departure] = []
    /// When every eighth send had ended, on the worker's clock.
    private var stamps: [UInt32] = []

    /// A reply is with its client.
    mutating func add(_ departure: Departure) { waiting.append(departure) }

    /// So many clients were sent to in this turn.
    mutating func sent(_ count: Int) {
        guard count % Self.sendsPerStamp == 0 else { return }
        stamps.append(Worker.clock())
    }

    /// Everything is sent.
    mutating func count() {
        guard !waiting.isEmpty else { return stamps.removeAll(keepingCapacity: true) }
        stamps.append(Worker.clock())
        for departure in waiting {
            // A client that was closed meanwhile may tell of an earlier turn's sends.
            let stamp = min(departure.sendsBefore / Self.sendsPerStamp, stamps.count - 1)
            count(departure, leavingAt: stamps[stamp])
        }
        waiting.removeAll(keepingCapacity: waiting.count <= Self.largestKept)
        stamps.removeAll(keepingCapacity: true)
    }

    private func count(_ departure: Departure, leavingAt stamp: UInt32) {
        let cells = departure.cells
        let slot = departure.visit.slot
        let total = stamp &- departure.receivedAt
        let atServer = min(total, departure.visit.microseconds)
        cells.add(total, times: 1, to: .total, of: slot)
        cells.add(total - atServer, times: 1, to: .proxy, of: slot)
        // Each part was counted when its reply came, at its own server.
        if slot.isSplit { cells.add(atServer, times: 1, to: .server, of: slot) }
    }
}
