internal import Configuration
internal import Glibc
internal import Reactor
internal import Wire

/// One upstream socket, shared by many clients: requests go out in order, and each reply belongs to
/// the oldest ticket.
///
///     waiting ──────────────────────────────────────────┐
///     connecting ─▶ greeting (AUTH, SELECT) ─▶ ready ─▶ closed
///          └────────────────┴───────────────────────────┘
///
/// Requests are taken in every phase but the last; before `ready` they wait in the log. One that
/// waits has no address to connect to: it holds requests until it can hand them over to one that
/// has (`ServerConnection+Handover`). Always: there is a ticket for every request in the log, in
/// the same order, and their lengths add up to the log's.
@safe final class ServerConnection {
    enum Phase {
        case waiting
        case connecting
        case greeting
        case ready
        case closed
    }

    let server: Server
    let worker: Worker
    /// Its place among the server's connections, and that of its clients if it is detached; one
    /// client's own has none.
    var place: Int?
    /// Whether it has left its place, or never had one, and is for one large transfer at a time.
    var isDetached = false
    /// The large request that it is for.
    var upload: Upload?
    /// The client that has it for itself (`PrivateConnections`).
    var owner = Handle.nobody
    /// The server's own CLIENT ID of it; nil until the server has said it.
    var numberAtServer: Int?
    /// Whether its client is to be unblocked once that is known, and then, whether with an error.
    var unblocksAsError: Bool?
    /// Whether that client still needs it.
    var isLent = false
    /// Whether the server refused a part of a transaction, so that it is not certain what is still
    /// in force there.
    var isInDoubt = false
    /// Whether its client waits for what may take for ever, so that no request here times out.
    var isPatient = false { didSet { deadlineOfTurn = deadline } }
    /// Whether its client watches keys over it, and so cannot go on over another one.
    var isWatching = false
    /// Nil while waiting for one.
    let address: SocketAddress?
    var phase = Phase.connecting
    var socket: Socket
    var watcher: IOWatcher?
    var deadlines: Timer?

    var log = RequestLog()
    var tickets = Ring<Ticket>()
    /// Tickets, from the oldest on, that need no look at their deadline any more: their requests
    /// were answered with an error, or the reply has begun to come.
    var expired = 0
    /// Whether a part of the oldest ticket's reply has come.
    var isReplyBegun = false
    /// Whether the last reply was so large that it went on within the kernel, as the next one may.
    var expectsLarge = false
    /// What was left of such a reply's value when a portion of it had gone on.
    var leftOfRelayed = 0
    /// How many of the oldest ticket's leading replies have come, and the first error among them.
    var leadingSeen: UInt32 = 0
    var leadingError: [UInt8]?
    /// Tickets, from the newest back, whose requests are not sent completely.
    var unsentTickets = 0
    /// Bytes of AUTH and SELECT still to be sent; requests wait until both are answered.
    var greetingUnsent = 0
    var greetingReplies = 0

    /// Whether, and why, it sends no more.
    var halt = Halt.none {
        didSet { isHolding = halt != .none || phase == .waiting }
    }
    /// Whether requests wait here without being sent.
    private(set) var isHolding = false
    /// Whether the server's routing is newer than this connection.
    var isSuperseded = false
    /// In what words the server said that it is not the primary.
    var refusal = ""
    /// Which of the server's passwords was shown.
    var passwordIndex = 0
    /// When what is still owed is given up; `never` while it may take its time.
    var drainUntil = Ticket.never
    /// Requests that the server did not execute, with their tickets: older than all others here.
    var aside = RequestLog()
    var asideTickets = Ring<Ticket>()
    /// What the pool counts as held here.
    var shownHeld = HeldRequests()

    /// Whether its clients speak RESP3.
    let speaksRESP3: Bool
    /// Whether the server does not, so that its replies are translated.
    let translates: Bool
    /// What has come of the reply that is to be translated, and how much that is or would be.
    var untranslated = ByteList()
    var untranslatedCount = 0
    var redisReplies: RedisReplyScanner
    var memcachedReplies = MemcachedReplyScanner()
    /// A header line that came only in part.
    var tail = ByteList()
    var lastProgress: Int64 = 0
    /// How long the way to the server and back takes, in microseconds: of the handshake, when it had
    /// nothing else to wait for.
    private var roundTrip = 0
    /// What the latest replies were like.
    var visits = VisitCount()
    /// What the statistics are still to be told.
    var tally = ConnectionTally()
    /// Milliseconds that a request may take; nil: for ever.
    private let timeout: Int?
    /// When the requests that are taken in this turn give up.
    private var deadlineOfTurn = Ticket.never
    var isBlocked = false
    private var isDirty = false
    /// The client whose slow reading stopped the reading here.
    var pausedFor = Handle.nobody
    var pause: Timer?

    init(
        to address: SocketAddress, of server: Server, place: Int?, speaksRESP3: Bool
    ) throws(SystemError) {
        self.server = server
        self.speaksRESP3 = speaksRESP3
        translates = speaksRESP3 && !server.knowsHello
        redisReplies = RedisReplyScanner(allowsRESP3: speaksRESP3 && !translates)
        self.place = place
        self.address = address
        worker = server.pool.worker
        timeout = server.pool.timeout
        var inProgress = false
        socket = try Socket.connect(to: address, inProgress: &inProgress)
        lastProgress = worker.loop.now
    }

    /// One that holds requests until the server has an address.
    init(waitingFor server: Server, place: Int?, speaksRESP3: Bool) {
        self.server = server
        self.speaksRESP3 = speaksRESP3
        translates = speaksRESP3 && !server.knowsHello
        redisReplies = RedisReplyScanner(allowsRESP3: speaksRESP3 && !translates)
        self.place = place
        address = nil
        phase = .waiting
        isHolding = true
        worker = server.pool.worker
        timeout = server.pool.timeout
        socket = Socket(adopting: -1)
        armDeadline(after: Limits.holdTickMilliseconds)
    }

    /// Begins to wait for the connection; the greeting is first in the log.
    func start() {
        watcher = unsafe worker.watchers.take(
            socket.descriptor, owner: Unmanaged.passUnretained(self).toOpaque()
        ) { owner, events in
            unsafe Unmanaged<ServerConnection>.fromOpaque(owner)._withUnsafeGuaranteedRef {
                $0.ready(Readiness(rawValue: events))
            }
        }
        greet()
        watcher?.watch(.writable)
        armDeadline(after: server.pool.timeout ?? Limits.connectMilliseconds)
    }

    private func ready(_ readiness: Readiness) {
        if phase == .connecting { return connected() }
        if readiness.contains(.writable) {
            isBlocked = false
            watcher?.watch(pausedFor == .nobody ? .readable : [])
            flush()
        }
        if readiness.contains(.readable) && phase != .closed { receive() }
    }

    private func connected() {
        if let error = socket.pendingError() { return close(because: .failed(error)) }
        roundTrip = socket.roundTripMicroseconds ?? 0
        socket.setNoDelay()
        socket.setKeepalive()
        watcher?.watch(.readable)
        phase = greetingReplies > 0 ? .greeting : .ready
        if phase == .ready { server.connected() }
        flush()
    }

    // MARK: - Sending

    /// When a request that is taken now gives up.
    var deadline: Int64 {
        guard let timeout, !isPatient else { return Ticket.never }
        return worker.loop.now + Int64(timeout)
    }

    /// Whether one more request of so many bytes is within the bounds; one alone always is.
    @inline(__always)
    func hasRoom(for bytes: Int) -> Bool {
        if isHolding { return server.pool.mayHold(bytes) }
        return tickets.count < Limits.ticketsPerConnection
            && (log.count == 0 || log.count &+ bytes <= Limits.logBytes)
    }

    /// Queues a ticket for a request whose bytes were just put into the log.
    @inline(__always)
    func enqueue(_ ticket: Ticket) {
        if !isDirty { beginTurn() }
        var ticket = ticket
        ticket.deadline = deadlineOfTurn
        tickets.append(ticket, from: worker.blocks)
        unsentTickets &+= 1
        tally.addRequest(ticket.length)
        if isHolding { holdNewest() }
    }

    @inline(never)
    private func holdNewest() {
        tickets.update(tickets.count - 1) { hold(&$0) }
        updateHeld()
    }

    func markDirty() {
        if !isDirty { beginTurn() }
    }

    /// What is the same for all requests of one turn.
    @inline(never)
    private func beginTurn() {
        isDirty = true
        worker.needsFlush(self)
        deadlineOfTurn = deadline
        // Silence counts from the first request that waits, not from the last one of an hour ago.
        if tickets.isEmpty { lastProgress = worker.loop.now }
    }

    /// Sends what waits, as far as the socket takes it. Called once per turn of the loop.
    func flush() {
        isDirty = false
        if let timeout, !isHolding, !tickets.isEmpty, deadlines?.isActive != true {
            armDeadline(after: timeout)
        }
        guard phase == .ready || phase == .greeting, !isBlocked else { return updateGauges() }
        // What is sent in part goes on when a stalled server does; another one gets it from the
        // start.
        guard !isHolding else { return updateGauges() }
        while log.unsentCount > 0 {
            if phase == .greeting && greetingUnsent == 0 { break }
            do throws(SystemError) {
                var gathered = unsafe log.gatherUnsent(into: worker.vectors)
                if phase == .greeting { gathered.cut(to: greetingUnsent) }
                let sent = try unsafe socket.send(gathering: gathered.vectors)
                log.didSend(sent)
                if phase == .greeting { greetingUnsent -= sent }
                if sent < gathered.count {
                    isBlocked = true
                    watcher?.watch(pausedFor == .nobody ? [.readable, .writable] : .writable)
                    break
                }
            } catch {
                countUnsent()
                return close(because: .failed(error))
            }
        }
        countUnsent()
        updateGauges()
        if let upload { flush(upload) }
    }

    private func countUnsent() {
        let firstNew = owed
        var bytes = 0
        var count = 0
        while bytes < log.unsentCount {
            bytes += tickets[tickets.count - 1 - count].length
            count += 1
        }
        unsentTickets = count
        let stamp = worker.stamp
        tickets.update(from: firstNew, upTo: owed) { $0.sentAt = stamp }
    }

    /// Tells the statistics what has happened, and what waits here.
    func updateGauges() {
        let levels = ConnectionTally.Levels(
            inQueue: unsentTickets, inQueueBytes: log.unsentCount,
            outQueue: tickets.count - unsentTickets, outQueueBytes: log.sentCount)
        worker.hears(tally.tell(levels, to: server.counters), after: roundTrip)
    }

    // MARK: - Reading

    /// One read, and a few more while large replies fill them; the rest, if there is more, is for
    /// the next turn.
    private func receive() {
        var reads = 0
        repeat {
            reads += 1
        } while receiveOnce() && reads < Limits.fullReads && pausedFor == .nobody
    }

    /// - Returns: whether there is more to read.
    private func receiveOnce() -> Bool {
        if isReplyBegun, let isMore = relay() { return isMore }
        let scratch = unsafe worker.scratch
        let kept = tail.count
        if kept > 0 {
            unsafe scratch.copyMemory(from: tail.firstBytes.buffer)
            tail.removeAll(to: worker.blocks)
        }
        do throws(SystemError) {
            let end = expectsLarge ? endBeforeRelay(kept) : scratch.count
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[kept..<end])
            switch try unsafe socket.read(into: room) {
            case .wouldBlock:
                if kept > 0 { unsafe keepTail(RawBytes(kept, of: scratch)) }
                return false
            case .endOfFile:
                close(because: .closedByServer)
                return false
            case .bytes(let count):
                lastProgress = worker.loop.now
                if halt == .stalled { goOn() }
                unsafe take(RawBytes(kept + count, of: scratch))
                visits.count(in: worker.latency)
                if phase != .closed { updateGauges() }
                if isDetached { settle() }
                return count == room.count && phase != .closed
            }
        } catch {
            close(because: .failed(error))
            return false
        }
    }

    func keepTail(_ bytes: RawBytes) {
        guard bytes.count > 0 else { return }
        unsafe tail.append(contiguous: bytes, from: worker.blocks)
    }

    /// Takes the oldest ticket, whose reply is complete, and frees its request.
    func popTicket() {
        log.consume(tickets.first.length, to: worker.blocks)
        dropTicket()
    }

    /// Takes the oldest ticket, whose request was taken from the log.
    func dropTicket() {
        forgetTicket()
        if isHolding && owed == 0 { endLater() }
    }

    /// The same on a connection that holds nothing.
    @inline(__always)
    func forgetTicket() {
        tickets.dropFirst(to: worker.blocks)
        if expired > 0 { expired &-= 1 }
        isReplyBegun = false
        leadingSeen = 0
    }

    /// Takes the oldest ticket, whose request was never sent and was taken from the log.
    func dropUnsentTicket() {
        _ = tickets.popFirst(to: worker.blocks)
        unsentTickets -= 1
    }

    /// What a sent request's way to the server and back was like, if it ends now.
    @inline(__always)
    func visit(of ticket: Ticket) -> Visit {
        Visit(
            LatencySlot(row: server.latencyRow, ticket.commandClass),
            microseconds: worker.stamp &- ticket.sentAt)
    }

    /// The same of a request that fails, which may not have been sent.
    func visitSoFar(of ticket: Ticket) -> Visit {
        let visit = visit(of: ticket)
        return ticket.sentAt == 0 ? Visit(visit.slot, microseconds: 0) : visit
    }

    /// Requests that were sent and are not answered.
    var owed: Int { tickets.count &- unsentTickets }

    /// Whether no request is here.
    var isIdle: Bool { tickets.isEmpty && asideTickets.isEmpty }
}
