internal import Reactor
internal import Synchronization

/// Lets one of many like warnings a second into the log, on all workers together, so that what a
/// client can provoke does not fill a disk.
final class WarningPace: Sendable {
    private static let everyMicroseconds: Int64 = 1_000_000
    /// When the next one may be written, on the monotonic clock.
    private let next = Atomic<Int64>(0)

    /// Whether a warning may be written now.
    func allows() -> Bool {
        let now = EventLoop.monotonicMicroseconds()
        let due = next.load(ordering: .relaxed)
        guard now >= due else { return false }
        return next.compareExchange(
            expected: due, desired: now + Self.everyMicroseconds, ordering: .relaxed
        ).exchanged
    }
}
