internal import Reactor
internal import Wire

/// Large values that go on within the kernel: replies from the server, and requests to it.
extension ServerConnection {
    // MARK: - Replies

    /// How far to fill the scratch space where a large reply has ended, or is about to begin.
    ///
    /// - Parameter kept: bytes there that stay.
    @inline(never)
    func endBeforeRelay(_ kept: Int) -> Int {
        if !isReplyBegun { expectsLarge = false }
        return unsafe min(worker.scratch.count, kept + Limits.readBeforeRelay)
    }

    /// Moves a portion of the value that is arriving on to its client, if that is worth it and the
    /// client takes it as it comes.
    ///
    /// - Returns: whether to read on in this turn; nil if what has come is to be read.
    @inline(never)
    func relay() -> Bool? {
        let count = Relay.movable(of: bodyRemaining, before: leftOfRelayed)
        guard count > 0, let client = streamingClient else { return nil }
        guard client.takesRelayed else { return waits(for: client) ? false : nil }
        do throws(SystemError) {
            switch try client.relay(count, from: socket) {
            case .unavailable: return nil
            case .wouldBlock: return false
            case .endOfFile:
                close(because: .closedByServer)
                return false
            case .moved(let moved, let sent):
                noteRelayed(moved)
                return sent == moved && moved <= Limits.relayedPerTurn
            }
        } catch {
            close(because: .failed(error))
            return false
        }
    }

    /// Whose reply is arriving, if it goes on as it comes.
    private var streamingClient: Client? {
        let ticket = tickets.first
        guard ticket.purpose == .request, ticket.fragment == Ticket.whole, ticket.leading == 0,
            halt == .none, !translates,
            let client = unsafe worker.clients.find(ticket.client)?.takeUnretainedValue(),
            client.streams(ticket.sequence)
        else { return nil }
        return client
    }

    private func noteRelayed(_ bytes: Int) {
        expectsLarge = true
        worker.hasLargeArriving = true
        lastProgress = worker.loop.now
        tally.addReply(bytes, isComplete: false)
        worker.showUnseen(bytes) { unseen in
            if server.pool.isRedis {
                _ = redisReplies.scan(unseen)
            } else {
                _ = memcachedReplies.scan(unseen)
            }
        }
        leftOfRelayed = bodyRemaining
        updateGauges()
    }

    // MARK: - Requests

    /// Whether the large request goes to the socket as it comes.
    func takesRelayed(_ upload: Upload) -> Bool {
        phase == .ready && !isHolding && !isBlocked && upload.pending.isEmpty
    }

    /// Takes up to `count` bytes of the large request from its client's socket.
    func relay(
        _ count: Int, of upload: Upload, from source: borrowing Socket
    ) throws(SystemError) -> Relay.Portion {
        let portion = try worker.relay.move(
            count, from: source, to: socket, rest: &upload.pending, worker.blocks)
        if case .moved(let moved, let sent) = portion {
            server.counters.add(moved, to: .requestBytes)
            if sent > 0 { upload.lastSent = worker.loop.now }
            if sent < moved { watchUntilWritable() }
        }
        return portion
    }
}
