internal import Configuration
internal import Reactor

/// What the control thread and one worker share.
struct WorkerSeat: Sendable {
    let index: Int
    /// How many workers there are.
    let workers: Int
    let commands = Mailbox<WorkerCommand>()
    let reports: Mailbox<WorkerReport>
    let counters: WorkerCounters
    /// What all workers have in common.
    let commons: Commons
}

/// What the workers of a process share besides their counters.
struct Commons: Sendable {
    let memory: SharedMemory
    let descriptors: DescriptorReserve
    let acceptWarnings = WarningPace()
    let closeWarnings = WarningPace()
    /// What every worker counts, for those who tell it to clients.
    let counters: [WorkerCounters]
    private let startedAt = EventLoop.monotonicMicroseconds()

    init(_ configuration: Configuration, counters: [WorkerCounters]) {
        let workers = counters.count
        self.counters = counters
        memory = SharedMemory(limit: configuration.maxMemory)
        descriptors = DescriptorReserve(configuration.pools, workers: workers)
    }

    /// How long the proxy has been there.
    var uptimeMicroseconds: Int { Int(EventLoop.monotonicMicroseconds() - startedAt) }
}
