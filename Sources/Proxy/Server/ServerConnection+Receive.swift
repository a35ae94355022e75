internal import Wire

/// Replies to tickets to clients.
extension ServerConnection {
    /// Takes bytes that begin where the last call's consumed bytes ended.
    func take(_ bytes: RawBytes) {
        if server.pool.isRedis {
            if translates { unsafe takeTranslated(bytes) } else { unsafe takeRedis(bytes) }
        } else {
            unsafe takeMemcached(bytes)
        }
    }

    private func takeRedis(_ bytes: RawBytes) {
        var offset = 0
        while offset < bytes.count {
            let rest = unsafe bytes.dropping(offset)
            let step = unsafe redisReplies.scan(rest.span, noting: worker.elements)
            guard isReplyExpected else { return close(because: Self.unexpected) }
            switch step.state {
            case .complete:
                unsafe finish(
                    rest.piece(0, step.consumed), isError: step.kind == UInt8(ascii: "-"))
                if phase == .closed { return }
                offset &+= step.consumed
            case .incomplete:
                if step.consumed > 0 { unsafe pass(rest.piece(0, step.consumed)) }
                if phase != .closed { unsafe keepTail(rest.dropping(step.consumed)) }
                return
            case .malformed:
                return close(because: .outOfStep("not in the Redis protocol"))
            }
        }
    }

    private func takeMemcached(_ bytes: RawBytes) {
        var offset = 0
        // Where the current reply, or what is new of it, begins.
        var begin = 0
        while offset < bytes.count {
            guard isReplyExpected else { return close(because: Self.unexpected) }
            let ticket = tickets[0]
            let front = unsafe bytes.dropping(offset)
            if begin == offset, let length = unsafe plainValue(in: front, ticket) {
                unsafe finish(front.piece(0, length), isError: false)
                if phase == .closed { return }
                offset += length
                begin = offset
                continue
            }
            if ticket.fragment != Ticket.whole {
                offset += unsafe passPlainValues(in: front, ticket)
            }
            let rest = unsafe bytes.dropping(offset)
            let dataBefore = memcachedReplies.bodyRemaining
            let step = unsafe memcachedReplies.scan(rest.span)
            offset += step.consumed
            switch step.state {
            case .value(let keyOffset, let keyLength):
                let key = unsafe rest.piece(keyOffset, keyLength)
                let length = step.consumed - dataBefore + memcachedReplies.bodyRemaining
                guard unsafe asks(for: key, length: length, ticket) else {
                    return close(because: .outOfStep("a VALUE for another key"))
                }
            case .statistic:
                guard ticket.command == .stats else {
                    return close(because: .outOfStep("an answer to another command"))
                }
            case .complete(let kind):
                if kind == .version, isFollowedByVersion(ticket) {
                    // The server has kept the answer to itself.
                    unsafe finish(bytes.piece(begin, 0), isError: false)
                    if phase == .closed { return }
                }
                guard kind.answers(tickets[0].command) else {
                    return close(because: .outOfStep("an answer to another command"))
                }
                unsafe finish(bytes.piece(begin, offset - begin), isError: kind.isError)
                if phase == .closed { return }
                begin = offset
            case .incomplete:
                if offset > begin { unsafe pass(bytes.piece(begin, offset - begin)) }
                if phase != .closed { unsafe keepTail(bytes.dropping(offset)) }
                return
            case .malformed:
                return close(because: .outOfStep("not in the memcached protocol"))
            }
        }
        if begin < offset { unsafe pass(bytes.piece(begin, offset - begin)) }
    }

    /// Whether the oldest request is one that a server need not answer, with one behind it that it
    /// answers always.
    private func isFollowedByVersion(_ ticket: Ticket) -> Bool {
        ticket.command == .metaArithmetic && tickets.count > 1 && tickets[1].command == .version
            && tickets[1].purpose == .discard && log.sentCount >= ticket.length + tickets[1].length
    }

    /// Bytes of the usual reply to a `get`, with the key that was asked for; nil is anything else.
    @inline(__always)
    private func plainValue(in bytes: RawBytes, _ ticket: Ticket) -> Int? {
        guard ticket.command == .get, ticket.fragment == Ticket.whole else { return nil }
        let keyLength = Int(ticket.keyLength)
        let length = unsafe memcachedReplies.plainValue(in: bytes.span, keyLength: keyLength)
        guard length > 0 else { return nil }
        let key = unsafe bytes.piece(MemcachedReplyScanner.keyOffset, keyLength)
        return unsafe asks(for: key, length: length, ticket) ? length : nil
    }

    /// Passes over VALUEs of a fragment's reply as far as all is as usual, and has its client note
    /// them.
    ///
    /// - Returns: how many bytes they are.
    @inline(never)
    private func passPlainValues(in bytes: RawBytes, _ ticket: Ticket) -> Int {
        guard memcachedReplies.isBetweenValues, ticket.command.isRetrieval,
            ticket.purpose == .request, let client = unsafe worker.clients.find(ticket.client)
        else { return 0 }
        let line = unsafe log.firstBytes.piece(0, ticket.length)
        let passed = unsafe client._withUnsafeGuaranteedRef { client in
            unsafe client.findPlain(in: bytes, ticket.sequence, ticket.fragment, line: line)
        }
        if passed > 0 { memcachedReplies.passedValues() }
        return passed
    }

    static var unexpected: CloseReason { .outOfStep("a reply nobody asked for") }

    /// Whether the server has been sent a request in full that it has not answered.
    var isReplyExpected: Bool {
        !tickets.isEmpty && log.sentCount >= tickets.first.length
    }

    /// Whether a memcached retrieval asked for this key.
    ///
    /// - Parameter length: bytes of the VALUE with its data.
    private func asks(for key: RawBytes, length: Int, _ ticket: Ticket) -> Bool {
        guard ticket.command.isRetrieval else { return false }
        guard ticket.fragment == Ticket.whole else {
            return unsafe fragmentAsks(for: key, length: length, ticket)
        }
        let asked = unsafe log.firstBytes.piece(Int(ticket.keyOffset), Int(ticket.keyLength))
        return unsafe key.isSame(as: asked)
    }

    /// The same of a fragment, whose client notes the VALUE for the merge; if it has left, nobody
    /// asks.
    private func fragmentAsks(for key: RawBytes, length: Int, _ ticket: Ticket) -> Bool {
        guard ticket.purpose == .request, let client = unsafe worker.clients.find(ticket.client)
        else { return true }
        let line = unsafe log.firstBytes.piece(0, ticket.length)
        return unsafe client._withUnsafeGuaranteedRef { client in
            unsafe client.find(
                key, length: length, ticket.sequence, Int(ticket.fragment), line: line)
        }
    }

    /// The last piece of a reply, usually the whole of it.
    @inline(__always)
    private func finish(_ reply: RawBytes, isError: Bool) {
        let ticket = tickets.first
        guard !isError, !isHolding, ticket.leading == 0, ticket.purpose == .request else {
            return unsafe finishCarefully(reply, isError: isError)
        }
        log.consume(ticket.length, to: worker.blocks)
        forgetTicket()
        unsafe deliver(
            reply, to: ticket.client, ticket.sequence, ticket.fragment, visit(of: ticket))
    }

    /// The reply may have to be kept from the client, or is for nobody.
    @inline(never)
    func finishCarefully(_ reply: RawBytes, isError: Bool) {
        let ticket = tickets[0]
        if ticket.leading > 0 { return unsafe finish(transaction: ticket, reply, isError: isError) }
        if isError || halt != .none, unsafe setAside(reply, isError: isError) { return }
        unsafe deliver(reply, to: ticket, isError: isError)
    }

    /// A reply for the oldest ticket, as good as the server's.
    func deliver(_ reply: RawBytes, to ticket: Ticket, isError: Bool) {
        popTicket()
        switch ticket.purpose {
        case .auth, .hello, .select:
            return unsafe greeted(ticket.purpose, reply, isError: isError)
        case .discard:
            if ticket.sequence == Ticket.identity {
                unsafe learnNumber(from: reply)
            }
            tally.addReply(reply.count, isComplete: true)
            visits.add(visit(of: ticket), in: worker.latency)
            server.answered(over: self)
        case .request:
            unsafe deliver(
                reply, to: ticket.client, ticket.sequence, ticket.fragment, visit(of: ticket))
        }
    }

    /// A client's reply, whose ticket is taken.
    @inline(__always)
    private func deliver(
        _ reply: RawBytes, to client: Handle, _ sequence: UInt32, _ fragment: Int32,
        _ visit: Visit
    ) {
        tally.addReply(reply.count, isComplete: true)
        visits.add(visit, in: worker.latency)
        server.answered(over: self)
        guard let client = unsafe worker.clients.find(client) else { return }
        unsafe client._withUnsafeGuaranteedRef { client in
            unsafe client.complete(sequence, fragment, reply, visit)
            if client.isOverfull { restrain(client) }
        }
    }

    /// A piece of a reply that is not complete yet.
    private func pass(_ piece: RawBytes) {
        let ticket = tickets[0]
        isReplyBegun = true
        if bodyRemaining > Limits.streamFrom { worker.hasLargeArriving = true }
        tally.addReply(piece.count, isComplete: false)
        guard ticket.purpose == .request, !isDistrusted(ticket), leadingSeen == ticket.leading,
            let found = unsafe worker.clients.find(ticket.client)
        else {
            return
        }
        let client = unsafe found.takeUnretainedValue()
        unsafe client.receive(piece, of: ticket.sequence, ticket.fragment)
        if client.isOverfull { restrain(client) }
        leavePlaceForLargeReply()
    }
}
