internal import Configuration

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

    init(_ configuration: Configuration, workers: Int) {
        memory = SharedMemory(limit: configuration.maxMemory)
        descriptors = DescriptorReserve(configuration.pools, workers: workers)
    }
}
