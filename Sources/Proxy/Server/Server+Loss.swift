internal import Reactor

/// What becomes of a server and its requests when a connection is lost.
extension Server {
    /// A connection ended.
    ///
    /// - Returns: the one that takes over its requests, if they are not lost. An upload's is.
    func closed(
        _ connection: ServerConnection, because reason: CloseReason, wasConnected: Bool
    ) -> ServerConnection? {
        pool.worker.keepForThisTurn(connection)
        let next = next(after: connection, because: reason, wasConnected: wasConnected)
        guard connection.upload != nil else { return next }
        if reason.mayGreetOtherwise, let next { connection.passUpload(to: next) }
        return nil
    }

    private func next(
        after connection: ServerConnection, because reason: CloseReason, wasConnected: Bool
    ) -> ServerConnection? {
        forget(connection)
        if connection.address != nil {
            counters.add(-1, to: .serverConnections)
            pool.worker.connectionClosed()
        }
        switch reason {
        case .retired: return nil
        // However it ended, that says nothing of the server as it is reached now.
        case _ where connection.isSuperseded, .superseded:
            if let metric = reason.metric { counters.add(to: metric) }
            return connection.isIdle ? nil : heir(of: connection)
        // A server may close an idle connection as it likes (its own `timeout`, a restart that went
        // unnoticed).
        case .closedByServer where connection.isIdle:
            counters.add(to: .serverEOF)
            knowsHello = true
            return nil
        case .helloUnknown:
            knowsHello = false
            return successor(of: connection)
        case .passwordRefused where passwords.turn(from: connection.passwordIndex):
            return successor(of: connection)
        // Others may be read from meanwhile.
        default: failed(because: reason, mayRetryAtOnce: wasConnected && !isReplica)
        }
        guard isFollowed, !connection.isIdle else { return nil }
        return heir(of: connection)
    }

    // MARK: - Who takes over

    /// Where requests go on that cannot stay where they are: a replica's are reads, which anybody
    /// of the group may answer.
    private func heir(of connection: ServerConnection) -> ServerConnection? {
        guard let primary, let place = connection.place else { return successor(of: connection) }
        return (primary.reader(at: place) ?? primary).connection(at: place)
    }

    /// The next connection to this server in the same role.
    private func successor(of connection: ServerConnection) -> ServerConnection? {
        guard let place = connection.place else { return successor(ofPrivate: connection) }
        if connection.upload != nil { return openDetached(at: place) }
        return self.connection(at: place)
    }

    /// Who takes a read for a replica that has no connection; nil if nobody may.
    func substitute(at place: Int) -> ServerConnection? {
        primary?.reader(at: place)?.connection(at: place)
    }

    // MARK: - What it says of the server

    /// Requests of this server reached their deadline without a byte from it.
    func stalled() {
        guard primary == nil else { return }
        lastFailure = CloseReason.noProgress.message
        report(.noProgress)
    }

    /// The server said that it is not the primary, or cannot act as one.
    func demoted(because words: String) {
        lastFailure = words
        guard primary == nil else { return rest() }
        guard !isAwaited else { return }
        awaitPrimary()
        owesWord = true
        pool.worker.report(
            .serverDemoted(pool: pool.index, server: index, epoch: route.epoch, reason: words))
    }

    /// Whether the control thread will say where it is when it is lost.
    var isAwaitable: Bool { isFollowed && primary == nil }

    func awaitPrimary() {
        if isAwaitable { isAwaited = true }
    }

    func failed(because reason: CloseReason, mayRetryAtOnce: Bool = false) {
        knowsHello = true
        lastFailure = reason.message
        if !mayRetryAtOnce { rest() }
        if let metric = reason.metric { counters.add(to: metric) }
        awaitPrimary()
        report(reason)
    }

    /// Tries no new connection for a while.
    private func rest() {
        retryAt = pool.worker.loop.now + Int64(backoff.fail() + Int(pool.worker.random() % 10))
    }

    private func report(_ reason: CloseReason) {
        guard primary == nil else { return }
        owesWord = true
        pool.worker.report(
            .serverFailed(
                pool: pool.index, server: index, epoch: route.epoch, reason: reason.message))
    }
}
