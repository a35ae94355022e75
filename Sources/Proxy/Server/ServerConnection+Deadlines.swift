internal import Reactor

/// Requests whose time is over, and servers that have fallen silent.
extension ServerConnection {
    func armDeadline(after milliseconds: Int) {
        let timer = deadlines ?? Timer(worker.loop) { [unowned self] in self.expire() }
        deadlines = timer
        timer.start(afterMilliseconds: milliseconds)
    }

    /// Answers the requests whose time is over; their tickets stay, so that late replies are
    /// recognised and dropped.
    func expire() {
        let now = worker.loop.now
        if isHolding { return expireHeld(now) }
        if phase == .connecting { return close(because: .noProgress) }
        if isDetached && expireDetached() { return }
        guard let timeout = server.pool.timeout else {
            // Requests that were held before must not wait here for ever.
            if phase == .greeting && server.isFollowed { close(because: .noProgress) }
            return
        }
        // Nothing can come while nothing is read.
        if pausedFor != .nobody { lastProgress = now }
        let silence = now - lastProgress
        let isSilent = silence >= Int64(timeout)
        var hasExpired = false
        if isReplyBegun && expired > 0 && isSilent {
            hasExpired = expire(at: 0, timeout, isSilent)
        }
        while phase != .closed, expired < tickets.count,
            isOver(expired, at: now, timeout, isSilent)
        {
            // A reply that takes longer than the timeout to arrive is on its way all the same.
            let isArriving = expired == 0 && isReplyBegun && !isSilent
            if !isArriving { hasExpired = expire(at: expired, timeout, isSilent) || hasExpired }
            expired += 1
        }
        guard phase != .closed else { return }
        if hasExpired && isSilent { server.stalled() }
        if hasGivenUp(now) || isWasted(at: now) { return close(because: .noProgress) }
        if hasExpired && isSilent && server.holdsRequests {
            // What a replica was asked, others can answer.
            return server.isReplica ? close(because: .noProgress) : stop(.stalled)
        }
        rearm(now)
    }

    /// Whether a request's time is over. One that may go elsewhere gets twice as much while the
    /// server is not known to be silent: what it said last may have been its last.
    private func isOver(_ index: Int, at now: Int64, _ timeout: Int, _ isSilent: Bool) -> Bool {
        let deadline = tickets[index].deadline
        guard deadline <= now, !isSilent, tickets[index].purpose == .request, mayWait(index) else {
            return deadline <= now
        }
        return deadline + Int64(timeout) <= now
    }

    /// Whether the server has been silent for so long that nothing is to be hoped for.
    func hasGivenUp(_ now: Int64) -> Bool {
        guard let timeout = server.pool.timeout, owed > 0, !isPatient else { return false }
        return now - lastProgress >= Int64(timeout * Limits.timeoutsWithoutProgress)
    }

    /// Whether the reply that keeps arriving is for nobody any more, its request is long overdue,
    /// and others wait behind it: there is no telling whether it ends at all.
    private func isWasted(at now: Int64) -> Bool {
        guard let timeout = server.pool.timeout, isReplyBegun, tickets.count > 1 else {
            return false
        }
        let due = now - Int64(timeout * Limits.timeoutsWithoutProgress)
        guard tickets[0].deadline <= due else { return false }
        guard tickets[0].purpose == .request else { return true }
        return unsafe worker.clients.find(tickets[0].client) == nil
    }

    /// - Returns: false if the request had its answer before.
    private func expire(at index: Int, _ timeout: Int, _ isSilent: Bool) -> Bool {
        let ticket = tickets[index]
        if ticket.isGreeting {
            close(because: .noProgress)
            return true
        }
        guard ticket.purpose == .request else { return false }
        // A server that answers others is slow, and nobody else would be faster.
        guard !(isSilent && mayWait(index)) else {
            tickets.update(index) { hold(&$0) }
            return true
        }
        giveUp(index, timeout)
        return true
    }

    /// Answers a request with an error; its ticket stays.
    func giveUp(_ index: Int, _ timeout: Int) {
        let ticket = tickets[index]
        tickets.update(index) { $0.purpose = .discard }
        server.counters.add(to: .serverTimedOut)
        fail(ticket, "server \(server.endpoint): timed out after \(timeout) ms")
    }

    private func rearm(_ now: Int64) {
        guard let timeout = server.pool.timeout, !tickets.isEmpty, !isPatient else { return }
        var next = expired < tickets.count ? tickets[expired].deadline : now + Int64(timeout)
        // Late, and waits to see whether the server has fallen silent.
        if next <= now { next = min(lastProgress, next) + Int64(timeout) }
        armDeadline(after: Int(max(1, next - now)))
    }
}
