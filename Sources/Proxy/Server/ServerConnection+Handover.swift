internal import Configuration
internal import Reactor
internal import Wire

/// How requests get from a connection to the next one, in their order and each at most once too
/// few: when the server is not the primary any more, has another address, or the connection is
/// lost.
///
///     oldest ── set aside, not executed ── sent, unanswered ── unsent ── newest
///
/// The connection halts: it sends no more, takes the replies that it is owed, and ends; what was
/// not executed, or may run twice, moves on to the connection that takes its place. Meanwhile new
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

    // MARK: - Halting

    /// Sends no more.
    func stop(_ reason: Halt) {
        halt = reason
        for index in owed..<tickets.count { tickets.update(index) { hold(&$0) } }
        updateHeld()
        armDeadline(after: Limits.holdTickMilliseconds)
        if owed == 0 && reason != .stalled { endLater() }
    }

    /// The server has spoken after all: every request gets its time again.
    func goOn() {
        halt = .none
        forgetUnsent()
        let deadline = deadline
        for index in 0..<tickets.count where tickets[index].purpose == .request {
            tickets.update(index) { $0.deadline = deadline }
        }
        expired = 0
        updateHeld()
        markDirty()
    }

    /// Drops requests that were not sent and whose clients have been told that no server took them:
    /// they must not be executed now.
    private func forgetUnsent() {
        guard (owed..<tickets.count).contains(where: { tickets[$0].purpose == .discard }) else {
            return
        }
        var all = log
        log = RequestLog()
        let sent = all.sentCount
        for _ in 0..<tickets.count {
            // One that was sent in part is sent to its end.
            if log.count >= sent && tickets[0].purpose == .discard {
                all.drop(tickets[0].length, to: worker.blocks)
                dropUnsentTicket()
            } else {
                let ticket = tickets.popFirst(to: worker.blocks)
                all.move(ticket.length, to: &log, worker.blocks)
                tickets.append(ticket, from: worker.blocks)
            }
        }
        all.removeAll(to: worker.blocks)
        log.didSend(sent)
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
            isSuperseded = true
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

    /// A request waits for a primary from now on, and for `failover_wait` at most since it did so
    /// first.
    func hold(_ ticket: inout Ticket) {
        guard server.holdsRequests, ticket.purpose == .request else { return }
        if ticket.heldUntil == 0 {
            ticket.heldUntil =
                worker.loop.now + Int64(server.pool.configuration.failoverWaitMilliseconds)
        }
        ticket.deadline = ticket.heldUntil
    }

    /// Whether a request may still be executed by another server.
    private func mayGoElsewhere(_ index: Int) -> Bool {
        server.holdsRequests && (index >= owed || server.mayRepeat(tickets[index]))
    }

    /// Whether a request may go on waiting for another server.
    func mayWait(_ index: Int) -> Bool {
        guard mayGoElsewhere(index) else { return false }
        return tickets[index].heldUntil == 0 || tickets[index].heldUntil > worker.loop.now
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
            fail(ticket, server.missing(for: ticket))
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
        if mayWait(index) { return tickets.update(index) { hold(&$0) } }
        guard mayGoElsewhere(index) else { return giveUp(index, server.pool.timeout ?? 0) }
        tickets.update(index) { $0.purpose = .discard }
        server.heldInVain()
        fail(ticket, server.missing(for: ticket))
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
        guard server.isFollowed, !ticket.isGreeting else { return false }
        if isError, unsafe RedisReply.isNotExecuted(reply.span) {
            unsafe demoted(reply)
            if isWatching { return answerUnwatched(ticket) }
            // What a script did before it failed, it would do again.
            guard unsafe !RedisReply.isFromScript(reply.span) else { return false }
        } else if !isDistrusted(ticket) {
            if !isError && halt == .demoted { renounceWrites(before: ticket) }
            return false
        }
        // Of an upload nothing is here that could be sent again.
        guard server.holdsRequests, ticket.purpose == .request, upload == nil else { return false }
        var kept = ticket
        hold(&kept)
        log.move(ticket.length, to: &aside, worker.blocks)
        asideTickets.append(kept, from: worker.blocks)
        dropTicket()
        updateHeld()
        return true
    }

    /// Whether a reply is not to be passed on: behind a write that was refused, a read has seen
    /// data without it.
    func isDistrusted(_ ticket: Ticket) -> Bool {
        halt == .demoted && ticket.repetition == .reads
    }

    private func demoted(_ reply: RawBytes) {
        let words = unsafe String(decoding: reply.dropFirst(), as: UTF8.self)
        let line = words.split(whereSeparator: \.isNewline).first ?? ""
        // What was superseded says nothing of who is primary now.
        if !isSuperseded { server.demoted(because: String(line)) }
        guard server.holdsRequests, halt != .demoted else { return }
        refusal = String(line)
        drainUntil = min(drainUntil, worker.loop.now + Limits.drainMilliseconds)
        stop(.demoted)
    }

    /// A request was executed behind others that were refused: the server has become primary, has
    /// loaded its data, or has replicas again. If it is a write, its client's older ones, executed
    /// now, would undo it.
    private func renounceWrites(before ticket: Ticket) {
        guard isWrite(ticket) else { return }
        for index in 0..<asideTickets.count {
            let older = asideTickets[index]
            guard older.client == ticket.client, older.repetition != .reads else { continue }
            asideTickets.update(index) {
                $0.purpose = .discard
                $0.deadline = Ticket.never
            }
            server.heldInVain()
            fail(older, "server \(server.endpoint): \(refusal)")
        }
    }

    /// Whether the oldest request writes. A script, which does not say, is taken at its best.
    private func isWrite(_ ticket: Ticket) -> Bool {
        guard ticket.repetition == .again, ticket.leading == 0 else {
            return ticket.repetition != .reads
        }
        var parser = RedisRequestParser(limits: server.pool.redisLimits)
        guard case .request(let request) = unsafe parser.parse(log.firstBytes.span),
            let command = request.command.command
        else { return true }
        if case .counted(_, .script) = command.keys { return false }
        if case .counted(_, .function) = command.keys { return false }
        return true
    }

    /// Gives each request to `heir`, or its client an error.
    ///
    /// - Parameter owed: how many were sent without an answer.
    func handOver(to heir: ServerConnection?, owed: Int, because reason: CloseReason) {
        let message =
            heir == nil ? "server \(server.endpoint): \(reason.message)" : server.overloaded
        while !asideTickets.isEmpty {
            let ticket = asideTickets.popFirst(to: worker.blocks)
            if let heir, ticket.purpose == .request, heir.hasRoom(for: ticket.length) {
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
            if let heir, heir.hasRoom(for: ticket.length), mayMove(ticket, wasSent: wasSent) {
                heir.adopt(ticket, from: &log)
                if wasSent { server.willReplay() }
            } else if isWatching, answerLost(ticket, wasSent: wasSent) {
                log.drop(ticket.length, to: worker.blocks)
            } else {
                log.drop(ticket.length, to: worker.blocks)
                let isKnown = upload.map { !$0.isSent } ?? false
                fail(ticket, wasSent && server.isFollowed && !isKnown ? lost : message)
            }
            isReplyBegun = false
        }
    }

    /// Queues a request that another connection of this server has handed over.
    func adopt(_ ticket: Ticket, from other: inout RequestLog) {
        var ticket = ticket
        other.move(ticket.length, to: &log, worker.blocks)
        if tickets.isEmpty { lastProgress = worker.loop.now }
        hold(&ticket)
        if !isHolding { ticket.deadline = deadline }
        tickets.append(ticket, from: worker.blocks)
        unsentTickets += 1
        if isHolding { return updateHeld() }
        server.tookOver()
        if deadlines?.isActive != true, ticket.deadline != Ticket.never {
            armDeadline(after: Int(max(1, ticket.deadline - worker.loop.now)))
        }
        markDirty()
    }

    private func mayMove(_ ticket: Ticket, wasSent: Bool) -> Bool {
        // One that was given up must not be executed; memcached's noreply must.
        guard ticket.purpose == .request || !server.pool.isRedis else { return false }
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
