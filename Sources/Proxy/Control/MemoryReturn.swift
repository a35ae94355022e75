internal import CGlibc
internal import Reactor

/// Gives memory back to the system after a burst.
///
/// Workers free what they do not need, but the allocator keeps freed memory for the next burst, for ever. Looking once a
/// second from the control thread costs nothing; trimming, a few milliseconds for tens of megabytes, happens only after
/// the connections' memory has shrunk by a good deal.
final class MemoryReturn {
    private static let everyMilliseconds = 1000
    /// Less than this is not worth the trouble.
    private static let worthwhileBytes = 8 * 1024 * 1024

    private let workers: [Counters]
    private var timer: Timer?
    private var peak = 0

    init(_ loop: EventLoop, of workers: [Counters]) {
        self.workers = workers
        timer = Timer(loop) { [unowned self] in self.look() }
        timer?.start(everyMilliseconds: Self.everyMilliseconds)
    }

    private func look() {
        let now = workers.reduce(0) { $0 + $1.value(WorkerFigure.memory) }
        peak = max(peak, now)
        guard peak - now >= Self.worthwhileBytes else { return }
        peak = now
        cglibc_trim_memory()
    }
}
