/// What the control thread and one worker share.
struct WorkerSeat: Sendable {
    let index: Int
    /// How many workers there are.
    let workers: Int
    let commands = Mailbox<WorkerCommand>()
    let reports: Mailbox<WorkerReport>
    let counters: WorkerCounters
}
