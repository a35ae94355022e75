internal import Reactor

/// A server's changes of primary as its clients live through them: one line of the event log each,
/// and the figures.
///
///     idle ── a promotion ──▶ awaiting ── a worker has a reply of the new primary ──▶ gathering
///      ▲                         │ nobody asks                                           │
///      └─────────────────────────┴───────────────────────────────────────────────────────┘
final class PromotionRecord {
    /// A change of primary that is over.
    struct Entry: Equatable {
        var from: SocketAddress
        var to: SocketAddress
        /// The first sign of it.
        var sign: String
        /// From that to the first reply of the new primary; if nobody asked it, to the decision.
        var microseconds: Int
        var held: Int
        var failed: Int
    }

    private struct Pending {
        var entry: Entry
        let signAt: Int64
        var decidedAt: Int64
        var epoch: Int
        /// When the new primary first answered a worker (microseconds on the monotonic clock).
        var answeredAt: Int64?
    }

    /// The other workers' clients come back within this of the first one's.
    static let gatherMilliseconds = 200
    /// A new primary that nobody asks anything for so long need not be waited for.
    static let quietMilliseconds = 1000

    /// Changes that are over, and the time that all of them took, and the last.
    private(set) var changes = 0
    private(set) var totalMicroseconds = 0
    private(set) var lastMicroseconds = 0

    private let isAsked: () -> Bool
    private let tell: (Entry) -> Void
    private var pending: Pending?
    private var lastEpoch = 0
    private var timer: Timer?

    /// - Parameters:
    ///   - isAsked: whether requests wait for the server.
    ///   - tell: told of every change when it is over.
    init(_ loop: EventLoop, isAsked: @escaping () -> Bool, tell: @escaping (Entry) -> Void) {
        self.isAsked = isAsked
        self.tell = tell
        timer = Timer(loop) { [unowned self] in self.timeIsOver() }
    }

    /// The group's last change, whenever it may be a new one.
    func take(_ change: PrimaryChange) {
        guard change.epoch > lastEpoch else { return }
        lastEpoch = change.epoch
        guard change.isPromotion, let from = change.from else { return }
        if pending?.answeredAt != nil { finish() }
        if pending != nil {
            // Clients wait since the first sign of the one before: to them it is one change.
            pending?.entry.to = change.to
            pending?.epoch = change.epoch
            pending?.decidedAt = change.decidedAt
            return
        }
        let entry = Entry(
            from: from, to: change.to, sign: change.sign, microseconds: 0, held: 0, failed: 0)
        pending = Pending(
            entry: entry, signAt: change.signAt, decidedAt: change.decidedAt, epoch: change.epoch)
        timer?.start(afterMilliseconds: Self.quietMilliseconds)
    }

    /// A worker has a reply of the primary of an epoch, or more to say of what it had held for it.
    func answered(epoch: Int, _ summary: HoldSummary) {
        guard pending != nil else { return }
        pending?.entry.held += summary.held
        pending?.entry.failed += summary.failed
        guard let pending, pending.answeredAt == nil, epoch >= pending.epoch else { return }
        self.pending?.answeredAt = EventLoop.monotonicMicroseconds()
        timer?.start(afterMilliseconds: Self.gatherMilliseconds)
    }

    /// Ends; nothing is told any more.
    func cancel() {
        timer?.cancel()
        pending = nil
    }

    private func timeIsOver() {
        guard pending?.answeredAt == nil, isAsked() else { return finish() }
        timer?.start(afterMilliseconds: Self.quietMilliseconds)
    }

    private func finish() {
        guard let pending else { return }
        self.pending = nil
        timer?.stop()
        var entry = pending.entry
        entry.microseconds = Int((pending.answeredAt ?? pending.decidedAt) - pending.signAt)
        changes += 1
        totalMicroseconds += entry.microseconds
        lastMicroseconds = entry.microseconds
        tell(entry)
    }
}

extension PromotionRecord.Entry: CustomStringConvertible {
    /// The words of the log.
    var description: String {
        """
        \(from) → \(to) after \(sign), \(microseconds / 1000) ms, \(held) requests held, \
        \(failed) failed
        """
    }
}
