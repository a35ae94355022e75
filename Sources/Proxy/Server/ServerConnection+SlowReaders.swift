internal import Reactor

/// Clients that read more slowly than their replies come.
extension ServerConnection {
    /// `client` reads more slowly than its replies come.
    func restrain(_ client: Client) {
        leavePlace()
        guard isAwaited(byOthersThan: client) else { return pause(for: client) }
        if worker.isShortOfMemory { client.close(because: .tooSlow) }
    }

    /// Lets the rest of a large reply stay in the server's socket until the client has taken what
    /// waits for it, so that it need not be copied; but only where nobody else waits, or will.
    ///
    /// - Returns: whether nothing is to be read until then.
    func waits(for client: Client) -> Bool {
        guard isDetached, client.isBlocked, !isAwaited(byOthersThan: client) else { return false }
        pause(for: client)
        return true
    }

    private func isAwaited(byOthersThan client: Client) -> Bool {
        (0..<tickets.count).contains { tickets[$0].client != client.handle }
    }

    /// Stops reading until the client has read some.
    private func pause(for client: Client) {
        guard pausedFor == .nobody, phase != .closed else { return }
        pausedFor = client.handle
        client.blocks(self)
        watcher?.watch(isBlocked ? .writable : [])
        let timer = pause ?? Timer(worker.loop) { [unowned self] in self.reconsider() }
        pause = timer
        timer.start(everyMilliseconds: Limits.stalledReaderMilliseconds)
    }

    /// The client has read enough, or is gone.
    func resume() {
        pausedFor = .nobody
        pause?.stop()
        guard phase != .closed else { return }
        lastProgress = worker.loop.now
        watcher?.watch(isBlocked ? [.readable, .writable] : .readable)
    }

    private func reconsider() {
        guard let found = unsafe worker.clients.find(pausedFor) else { return resume() }
        let client = unsafe found.takeUnretainedValue()
        guard isAwaited(byOthersThan: client) else { return }
        client.blocksNoMore(self)
        resume()
        if worker.isShortOfMemory { client.close(because: .tooSlow) }
    }
}
