internal import Reactor

/// What a worker holds, and who has to go when memory is short.
extension Worker {
    /// Frees what waits for the next burst, and notes the most that is held anew.
    func freeMemory() {
        blocks.freeWaiting()
        watchers.freeWaiting()
        noteMost(blocks.bytesTaken + clients.count * Limits.bytesPerClient)
    }

    private func noteMost(_ held: Int) {
        mostHeld = held
        figures.set(held, at: WorkerFigure.mostHeld)
    }

    /// Tells the other workers and the control thread what is held at the end of this turn, and acts
    /// if that is too much.
    func accountMemory() {
        let own = blocks.bytesTaken
        figures.set(own, at: WorkerFigure.memory)
        let held = own &+ clients.count &* Limits.bytesPerClient
        if held > mostHeld { noteMost(held) }
        memory.exchange(own: own)
        if memory.total(own: own) > commons.memory.short { relieve() }
    }

    /// Whether slow readers cost more than they may.
    var isShortOfMemory: Bool { blocks.bytesTaken > memoryForSlowReaders }

    /// Whether all workers' connections hold as much as they may: requests are refused, and nobody
    /// is accepted.
    var isFull: Bool { !hasMemory(for: 0) }

    /// Whether so many more bytes are within `max_memory`.
    func hasMemory(for bytes: Int) -> Bool {
        memory.total(own: blocks.bytesTaken) &+ bytes <= memoryLimit
    }

    /// Closes those who hold the most until there is room again: first clients that do not read,
    /// then those whose requests or transactions are not complete. Whatever else holds memory is
    /// requests that servers will answer or lose.
    private func relieve() {
        guard loop.now >= nextRelief else { return }
        nextRelief = loop.now + Int64(Limits.reliefMilliseconds)
        relieve(by: \.outputCount)
        relieve(by: \.inputCapacity)
        memory.exchange(own: blocks.bytesTaken)
    }

    private func relieve(by held: (Client) -> Int) {
        let holders = clients.all.map { (client: $0, held: held($0)) }
            .filter { $0.held >= Limits.worthRelieving }
            .sorted { $0.held > $1.held }
        for holder in holders {
            guard memory.total(own: blocks.bytesTaken) > commons.memory.relieved else { return }
            holder.client.close(because: .memoryNeeded)
        }
    }
}
