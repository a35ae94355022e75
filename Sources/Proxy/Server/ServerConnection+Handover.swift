internal import Configuration
internal import Reactor
internal import Wire

/// How requests get from a connection to the next one, in their order and each at most once too
/// few: when the server is not the primary any more, has another address, or the connection is lost.
///
///     oldest ── set aside, not executed ── sent, unanswered ── unsent ── newest
///
/// The connection halts: it sends no more, takes the replies that it is owed, and ends; what was not
/// executed, or may run twice, moves on to the connection that takes its place. Meanwhile new
/// requests queue up behind the others here, so each client's stay in order.
extension ServerConnection {
    /// Why nothing is sent.
    enum Halt {
        /// Everything is sent.
        case none
        /// The server has not said a word for a timeout. It goes on if it does.
        case stalled
        /// The server said that it is not the primary. What it says to reads from then on may lack
        /// the writes that it has refused.
        case demoted
        /// The requests go elsewhere from now on.
        case superseded
    }

    /// Whether requests wait here without being sent.
    var isHolding: Bool { halt != .none || phase == .waiting }

    // MARK: - Halting

    /// Sends no more.
    func stop(_ reason: Halt) {
        halt = reason
        for index in owed..<tickets.count { tickets.update(index) { hold(&$0) } }
        updateHeld()
        armDeadline(after: Limits.holdTickMilliseconds)
        if owed == 0 && reason != .stalled { endLater() }
    }

    /// The server has spoken after all.
    func goOn() {
        halt = .none
        updateHeld()
        markDirty()
    }

    /// The server's routing is a new one.
    func supersede(keepsAddress: Bool) {
        switch phase {
        case .closed: break
        case .waiting: close(because: .superseded)
        // Nothing is sent yet, so nothing is lost.
        case .connecting, .greeting: if !keepsAddress { close(because: .superseded) }
        case .ready:
            guard !keepsAddress || halt != .none else { return }
            drainUntil = min(drainUntil, worker.loop.now + Limits.drainMilliseconds)
            stop(halt == .demoted ? .demoted : .superseded)
        }
    }

    /// Ends when whoever is busy with this connection now is done.
    func endLater() {
        worker.later { [self] in
            if owed == 0 && isHolding { close(because: .superseded) }
        }
    }

    // MARK: - Holding

    /// A request waits for a primary from now on, and for `failover_wait` at most; what it has
    /// waited before counts.
    func hold(_ ticket: inout Ticket) {
        guard server.holdsRequests, !ticket.isHeld, ticket.purpose == .request else { return }
        ticket.isHeld = true
        ticket.deadline =
            worker.loop.now + Int64(server.pool.configuration.failoverWaitMilliseconds)
    }

    /// Whether a request may still be executed by another server.
    func mayGoElsewhere(_ index: Int) -> Bool {
        let ticket = tickets[index]
        guard server.holdsRequests, !ticket.isHeld else { return false }
        return index >= owed || server.mayRepeat(ticket)
    }

    /// Looks for requests that have waited for too long.
    func expireHeld(_ now: Int64) {
        if isDrained(at: now) { return close(because: .superseded) }
        if hasGivenUp(now) { return close(because: .noProgress) }
        for index in 0..<tickets.count where tickets[index].deadline <= now {
            expireHeld(index)
        }
        for index in 0..<asideTickets.count where asideTickets[index].deadline <= now {
            let ticket = asideTickets[index]
            asideTickets.update(index) {
                $0.purpose = .discard
                $0.deadline = Ticket.never
            }
            server.heldInVain()
            fail(ticket, server.missing)
        }
        if phase == .waiting { forgetExpired() }
        updateHeld()
        armDeadline(after: Limits.holdTickMilliseconds)
    }

    /// Whether what is still owed is given up.
    private func isDrained(at now: Int64) -> Bool {
        guard drainUntil != Ticket.never else { return false }
        let began = drainUntil - Limits.drainMilliseconds
        return now >= drainUntil
            || now - max(began, lastProgress) >= Limits.silentDrainMilliseconds
    }

    private func expireHeld(_ index: Int) {
        let ticket = tickets[index]
        guard ticket.purpose == .request else { return }
        if mayGoElsewhere(index) { return tickets.update(index) { hold(&$0) } }
        guard ticket.isHeld else { return giveUp(index, server.pool.timeout ?? 0) }
        tickets.update(index) { $0.purpose = .discard }
        server.heldInVain()
        fail(ticket, server.missing)
    }

    /// What nobody waits for any more must not fill the bounds.
    private func forgetExpired() {
        while !tickets.isEmpty && tickets[0].purpose == .discard {
            log.drop(tickets[0].length, to: worker.blocks)
            dropUnsentTicket()
        }
    }

    /// Adds to the pool's held requests, and to what the statistics say of them, what changed here.
    func updateHeld() {
        var held = HeldRequests()
        if isHolding && phase != .closed {
            held.count = asideTickets.count + unsentTickets
            held.bytes = aside.count + log.unsentCount
        }
        guard held != shownHeld else { return }
        let count = held.count - shownHeld.count
        let bytes = held.bytes - shownHeld.bytes
        server.pool.held.count += count
        server.pool.held.bytes += bytes
        server.groupCounters.add(count, to: .waiting)
        server.groupCounters.add(bytes, to: .waitingBytes)
        shownHeld = held
    }

    // MARK: - Handing over

    /// The oldest request's reply has come. If it says that the request was not executed, or cannot
    /// be trusted, the request is kept for the next primary.
    func setAside(_ reply: RawBytes, isError: Bool) -> Bool {
        let ticket = tickets[0]
        guard ticket.purpose == .request, server.holdsRequests else { return false }
        if isError, unsafe RedisReply.isNotExecuted(reply.span) {
            unsafe demoted(reply)
            // What a script did before it failed, it would do again.
            guard unsafe !RedisReply.isFromScript(reply.span) else { return false }
        } else {
            guard isDistrusted(ticket) else { return false }
        }
        var kept = ticket
        hold(&kept)
        log.move(ticket.length, to: &aside, worker.blocks)
        asideTickets.append(kept, from: worker.blocks)
        dropTicket()
        updateHeld()
        return true
    }

    /// Whether a reply is not to be passed on: behind a write that was refused, a read has seen data
    /// without it.
    func isDistrusted(_ ticket: Ticket) -> Bool {
        halt == .demoted && ticket.repetition == .reads
    }

    private func demoted(_ reply: RawBytes) {
        let words = unsafe String(decoding: reply.dropFirst(), as: UTF8.self)
        let line = words.split(whereSeparator: \.isNewline).first ?? ""
        server.demoted(because: String(line))
        guard halt != .demoted else { return }
        drainUntil = min(drainUntil, worker.loop.now + Limits.drainMilliseconds)
        stop(.demoted)
    }

    /// Gives each request to `heir`, or its client an error.
    ///
    /// - Parameter owed: how many were sent without an answer.
    func handOver(to heir: ServerConnection?, owed: Int, because reason: CloseReason) {
        let message = "server \(server.endpoint): \(reason.message)"
        while !asideTickets.isEmpty {
            let ticket = asideTickets.popFirst(to: worker.blocks)
            if let heir, ticket.purpose == .request {
                heir.adopt(ticket, from: &aside)
                server.willReplay()
            } else {
                aside.drop(ticket.length, to: worker.blocks)
                fail(ticket, message)
            }
        }
        var left = owed
        while !tickets.isEmpty {
            let ticket = tickets.popFirst(to: worker.blocks)
            let wasSent = left > 0
            left -= 1
            if let heir, mayMove(ticket, wasSent: wasSent) {
                heir.adopt(ticket, from: &log)
                if wasSent { server.willReplay() }
            } else {
                log.drop(ticket.length, to: worker.blocks)
                fail(ticket, wasSent && server.isFollowed ? lost : message)
            }
            isReplyBegun = false
        }
    }

    private func mayMove(_ ticket: Ticket, wasSent: Bool) -> Bool {
        guard ticket.purpose == .request else { return false }
        guard wasSent else { return true }
        guard server.mayRepeat(ticket) else { return false }
        guard isReplyBegun, let client = unsafe worker.clients.find(ticket.client) else {
            return true
        }
        return unsafe client.takeUnretainedValue().restart(ticket.sequence, ticket.fragment)
    }

    private var lost: String {
        let peer = address.map(\.description) ?? server.endpoint
        return "connection to \(peer) lost; the command may have been executed"
    }
}

/// Requests that wait for a primary.
struct HeldRequests: Equatable {
    var count = 0
    var bytes = 0
}
