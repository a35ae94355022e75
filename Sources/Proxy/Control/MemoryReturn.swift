internal import CGlibc
internal import Reactor

/// Gives memory back to the system after a burst.
///
/// Workers free what they do not need, but for some blocks that they keep for the next burst, and
/// the allocator keeps all freed memory, for ever. Looking seven times a second from the control
/// thread costs nothing; freeing and trimming, a few milliseconds for tens of megabytes, happens
/// only after what clients hold has shrunk by a good deal from the most that workers noted, and has
/// not grown again by the next look: where large values come and go all the time, memory is not
/// given away between them.
final class MemoryReturn {
    private static let everyMilliseconds = 150
    /// Less than this is not worth the trouble.
    private static let worthwhileBytes = 4 * 1024 * 1024

    private let workers: [WorkerSeat]
    private var timer: Timer?
    /// What was held at the last look.
    private var before = 0
    /// Whether the workers have just been told to free what they keep.
    private var isFreed = false

    init(_ loop: EventLoop, of workers: [WorkerSeat]) {
        self.workers = workers
        timer = Timer(loop) { [unowned self] in self.look() }
        timer?.start(everyMilliseconds: Self.everyMilliseconds)
    }

    private func look() {
        if isFreed {
            // They have had the time since the last look, and begin to note the most anew.
            isFreed = false
            return cglibc_trim_memory()
        }
        let now = sum {
            $0.value(WorkerFigure.memory) + $0.value(WorkerFigure.current) * Limits.bytesPerClient
        }
        let recent = max(before, now)
        before = now
        guard sum({ $0.value(WorkerFigure.mostHeld) }) - recent >= Self.worthwhileBytes else {
            return
        }
        isFreed = true
        for worker in workers { worker.commands.post(.freeMemory) }
    }

    private func sum(_ figure: (Counters) -> Int) -> Int {
        workers.reduce(0) { $0 + figure($1.counters.worker) }
    }
}
