internal import Configuration
internal import Reactor

/// What the control thread and one worker share.
struct WorkerSeat: Sendable {
    let index: Int
    /// How many workers there are.
    let workers: Int
    /// The one that it runs on; nil: any.
    let cpu: Int?
    let reports: Mailbox<WorkerReport>
    let counters: WorkerCounters
    /// What all workers have in common.
    let commons: Commons

    /// What the worker is told.
    var commands: Mailbox<WorkerCommand> { commons.mailboxes[index] }
}

/// What the workers of a process share besides their counters.
struct Commons: Sendable {
    let memory: SharedMemory
    let descriptors: DescriptorReserve
    let spread: ClientSpread
    /// Every worker's own.
    let mailboxes: [Mailbox<WorkerCommand>]
    /// How every worker's begins.
    let batching: Batching
    let acceptWarnings = WarningPace()
    let closeWarnings = WarningPace()
    /// What every worker counts, for those who tell it to clients.
    let counters: [WorkerCounters]
    private let startedAt = EventLoop.monotonicMicroseconds()

    init(_ configuration: Configuration, _ batching: Batching, counters: [WorkerCounters]) {
        let workers = counters.count
        self.counters = counters
        self.batching = batching
        memory = SharedMemory(limit: configuration.maxMemory)
        descriptors = DescriptorReserve(configuration.pools, workers: workers)
        spread = ClientSpread(workers: workers, pools: configuration.pools.count)
        mailboxes = (0..<workers).map { _ in Mailbox() }
    }

    /// How long the proxy has been there.
    var uptimeMicroseconds: Int { Int(EventLoop.monotonicMicroseconds() - startedAt) }
}
