internal import Configuration
internal import Logging
internal import Reactor

/// The end of a client.
extension Client {
    /// Why a client's connection ended.
    enum CloseReason {
        /// The client closed it, and has got every reply.
        case finished
        /// It spoke no protocol, or was not let in, and has got its error.
        case refused
        /// A read or write failed: reset, broken pipe.
        case failed(SystemError)
        /// Too much waited for it for too long.
        case tooSlow
        /// Another client said CLIENT KILL.
        case killed
        /// Memory is short, and it holds more than others.
        case memoryNeeded
        /// Nothing came or went for `client_idle_timeout`.
        case idle
        /// A reply that had begun to stream cannot be completed.
        case replyLost
        /// The proxy shuts down.
        case shutdown

        /// What the operator should know, since a limit may want another value.
        var warning: StaticString? {
            switch self {
            case .tooSlow: "closed a client that reads too slowly"
            case .memoryNeeded: "closed a client that holds much, since max_memory is near"
            case .finished, .refused, .failed, .killed, .idle, .replyLost, .shutdown: nil
            }
        }
    }

    /// Closes the client if nothing has come or gone for `client_idle_timeout` and it is not the
    /// servers that it waits for. Without a word: the client would take it for the next reply.
    func closeIfIdle() {
        let limit = pool.configuration.clientIdleTimeoutMilliseconds
        guard limit > 0, worker.loop.now - lastActive >= Int64(limit) else { return }
        let isUploading = upload != nil && !isHeldBack
        guard requests.isEmpty || isBlocked || !blocked.isEmpty || isUploading else { return }
        guard subscriptions?.topics.isEmpty ?? true else { return }
        close(because: .idle)
    }

    /// The one end of a client: tickets that still name it find nobody from now on.
    func close(because reason: CloseReason) {
        guard !isClosed else { return }
        isClosed = true
        if let watcher { worker.watchers.give(watcher) }
        watcher = nil
        lingering?.cancel()
        socket.disconnect()
        endWait()
        switch reason {
        case .finished: pool.counters.add(to: .clientEOF)
        case .refused, .failed, .killed, .tooSlow, .memoryNeeded, .idle, .replyLost:
            pool.counters.add(to: .clientErrors)
        case .shutdown: break
        }
        if let warning = reason.warning, worker.commons.closeWarnings.allows() {
            worker.log.warning("pool \(pool.configuration.name): \(warning)")
        }
        dropUpload()
        releaseRequests()
        if let transaction { end(transaction) }
        endSubscriptions()
        dropUnfinished()
        input.removeAll(to: worker.blocks)
        output.removeAll(to: worker.blocks)
        resumeBlocked()
        if isCounted { pool.leave() }
        worker.closed(self)
        if waitsAlone { pool.counts.blocked.add(-1) }
        // Its requests there find no client any more.
        session?.end()
    }

    /// Takes what has arrived, then nothing more; closes once the replies are sent.
    func drain() {
        if wantsInput && !isLingering { receive() }
        guard !isClosed else { return }
        if let upload, !upload.isWhole { return close(because: .shutdown) }
        isDraining = true
        if !isHeldBack { isFinished = true }
        updateInterest()
        markDirty()
    }

    private func releaseRequests() {
        while !requests.isEmpty {
            var request = requests.popFirst(to: worker.blocks)
            request.held.removeAll(to: worker.blocks)
            if request.place.isTaken { held.release(request.place, to: worker.blocks) }
            if request.split != Request.noSplit {
                worker.splits.give(request.split, clearedTo: worker.blocks)
            }
        }
        requests.release(to: worker.blocks)
        heldCount = 0
    }
}
