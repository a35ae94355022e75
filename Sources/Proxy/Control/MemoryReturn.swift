internal import CGlibc
internal import Reactor

/// Gives memory back to the system after a burst.
///
/// Workers free what they do not need, but for some blocks that they keep for the next burst, and the allocator keeps
/// all freed memory, for ever. Looking four times a second from the control thread costs nothing; freeing and trimming,
/// a few milliseconds for tens of megabytes, happens only after what connections hold has shrunk by a good deal, and
/// has not grown again by the next look: where large values come and go all the time, memory is not given away between
/// them.
final class MemoryReturn {
    private static let everyMilliseconds = 250
    /// Less than this is not worth the trouble.
    private static let worthwhileBytes = 4 * 1024 * 1024
    /// What a connection takes besides its blocks.
    private static let bytesPerConnection = 768

    private let workers: [WorkerSeat]
    private var timer: Timer?
    private var peak = 0
    private var before = 0
    /// Whether the workers have been told to free what they keep.
    private var isFreed = false

    init(_ loop: EventLoop, of workers: [WorkerSeat]) {
        self.workers = workers
        timer = Timer(loop) { [unowned self] in self.look() }
        timer?.start(everyMilliseconds: Self.everyMilliseconds)
    }

    /// The workers have the time until the next look to free memory.
    private func look() {
        if isFreed { cglibc_trim_memory() }
        isFreed = isWorthwhile(holding: workers.reduce(0) { $0 + Self.bytes(of: $1) })
        if isFreed { for worker in workers { worker.commands.post(.freeMemory) } }
    }

    private static func bytes(of worker: WorkerSeat) -> Int {
        let figures = worker.counters.worker
        return figures.value(WorkerFigure.memory)
            + figures.value(WorkerFigure.current) * bytesPerConnection
    }

    /// Takes note of what connections hold at this look.
    ///
    /// - Returns: whether so much less is held, now and at the last look, that memory is to be given back.
    private func isWorthwhile(holding now: Int) -> Bool {
        let recent = max(before, now)
        before = now
        peak = max(peak, now)
        guard peak - recent >= Self.worthwhileBytes else { return false }
        peak = recent
        return true
    }
}
