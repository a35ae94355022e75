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
/// has (`ServerConnection+Handover`). Always: there is a ticket for every request in the log, in the
/// same order, and their lengths add up to the log's.
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
    /// Its place among the server's connections.
    let place: Int
    /// Nil while waiting for one.
    let address: SocketAddress?
    private(set) var phase = Phase.connecting
    private var socket: Socket
    private var watcher: IOWatcher?
    private var deadlines: Timer?

    var log = RequestLog()
    var tickets = Ring<Ticket>()
    /// Tickets, from the oldest on, that need no look at their deadline any more: their requests were
    /// answered with an error, or the reply has begun to come.
    var expired = 0
    /// Whether a part of the oldest ticket's reply has come.
    var isReplyBegun = false
    /// How many of the oldest ticket's leading replies have come, and the first error among them.
    var leadingSeen: UInt32 = 0
    var leadingError: [UInt8]?
    /// Tickets, from the newest back, whose requests are not sent completely.
    private(set) var unsentTickets = 0
    /// Bytes of AUTH and SELECT still to be sent; requests wait until both are answered.
    private var greetingUnsent = 0
    private var greetingReplies = 0

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
    private(set) var passwordIndex = 0
    /// When what is still owed is given up; `never` while it may take its time.
    var drainUntil = Ticket.never
    /// Requests that the server did not execute, with their tickets: older than all others here.
    var aside = RequestLog()
    var asideTickets = Ring<Ticket>()
    /// What the pool counts as held here.
    var shownHeld = HeldRequests()

    let speaksRESP3: Bool
    var redisReplies: RedisReplyScanner
    var memcachedReplies = MemcachedReplyScanner()
    /// A header line that came only in part.
    var tail = ByteList()
    private(set) var lastProgress: Int64 = 0
    /// What the statistics say of this connection's queues.
    private var shown = Levels()
    private var isBlocked = false
    private var isDirty = false
    /// The client whose slow reading stopped the reading here.
    private var pausedFor = Handle.nobody
    private var pause: Timer?

    init(
        to address: SocketAddress, of server: Server, place: Int, speaksRESP3: Bool
    ) throws(SystemError) {
        self.server = server
        self.speaksRESP3 = speaksRESP3
        redisReplies = RedisReplyScanner(allowsRESP3: speaksRESP3)
        self.place = place
        self.address = address
        worker = server.pool.worker
        var inProgress = false
        socket = try Socket.connect(to: address, inProgress: &inProgress)
        lastProgress = worker.loop.now
    }

    /// One that holds requests until the server has an address.
    init(waitingFor server: Server, place: Int, speaksRESP3: Bool) {
        self.server = server
        self.speaksRESP3 = speaksRESP3
        redisReplies = RedisReplyScanner(allowsRESP3: speaksRESP3)
        self.place = place
        address = nil
        phase = .waiting
        isHolding = true
        worker = server.pool.worker
        socket = Socket(adopting: -1)
        armDeadline(after: Limits.holdTickMilliseconds)
    }

    /// Begins to wait for the connection; the greeting is first in the log.
    func start() {
        watcher = IOWatcher(worker.loop, descriptor: socket.descriptor) {
            [unowned self] readiness in self.ready(readiness)
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
        socket.setNoDelay()
        socket.setKeepalive()
        watcher?.watch(.readable)
        phase = greetingReplies > 0 ? .greeting : .ready
        if phase == .ready { server.connected() }
        flush()
    }

    // MARK: - Greeting

    private func greet() {
        let pool = server.pool
        guard pool.isRedis else { return }
        let user = pool.configuration.serverCredentials?.user
        let password = server.password
        passwordIndex = server.passwordIndex
        if speaksRESP3 {
            let auth = password.map { ["AUTH", user ?? "default", $0] } ?? []
            greet(RedisReply.command(["HELLO", "3"] + auth), .hello)
        } else if let password {
            let words = user.map { [$0, password] } ?? [password]
            greet(RedisReply.command(["AUTH"] + words), .auth)
        }
        if pool.configuration.redisDatabase > 0 {
            greet(
                RedisReply.command(["SELECT", "\(pool.configuration.redisDatabase)"]),
                .select)
        }
    }

    private func greet(_ command: [UInt8], _ purpose: Ticket.Purpose) {
        unsafe command.withUnsafeBytes { bytes in unsafe log.append(bytes, from: worker.blocks) }
        tickets.append(
            Ticket(length: command.count, deadline: deadline, purpose: purpose), from: worker.blocks
        )
        unsentTickets += 1
        greetingUnsent += command.count
        greetingReplies += 1
    }

    /// A reply to AUTH, HELLO or SELECT; of a long one, which is no error, the last piece.
    func greeted(_ purpose: Ticket.Purpose, _ reply: RawBytes, isError: Bool) {
        if isError {
            let words = unsafe String(decoding: reply, as: UTF8.self)
            guard purpose != .auth || !Self.needsNoPassword(words) else { return greetedWell() }
            let line = words.dropFirst().split(whereSeparator: \.isNewline).first ?? ""
            return close(because: Self.refused(purpose, String(line)))
        }
        greetedWell()
    }

    private static func refused(_ purpose: Ticket.Purpose, _ words: String) -> CloseReason {
        switch purpose {
        case .auth: .passwordRefused("AUTH refused: \(words)")
        case .hello: .passwordRefused("HELLO 3 refused: \(words)")
        case .select, .request, .discard: .greetingRefused("SELECT refused: \(words)")
        }
    }

    private func greetedWell() {
        greetingReplies -= 1
        guard greetingReplies == 0 else { return }
        phase = .ready
        server.connected()
        markDirty()
    }

    /// A server without a password takes requests all the same, as behind twemproxy.
    private static func needsNoPassword(_ words: String) -> Bool {
        words.contains("without any password configured") || words.contains("no password is set")
    }

    // MARK: - Sending

    /// When a request that is taken now gives up.
    var deadline: Int64 {
        guard let timeout = server.pool.timeout else { return Ticket.never }
        return worker.loop.now + Int64(timeout)
    }

    /// Whether one more request of so many bytes is within the bounds; one alone always is.
    @inline(__always)
    func hasRoom(for bytes: Int) -> Bool {
        if isHolding { return server.pool.mayHold(bytes) }
        return tickets.count < Limits.ticketsPerConnection
            && (log.count == 0 || log.count + bytes <= Limits.logBytes)
    }

    /// Queues a ticket for a request whose bytes were just put into the log.
    func enqueue(_ ticket: Ticket) {
        var ticket = ticket
        // Silence counts from the first request that waits, not from the last one of an hour ago.
        if tickets.isEmpty { lastProgress = worker.loop.now }
        ticket.deadline = deadline
        if isHolding { hold(&ticket) }
        tickets.append(ticket, from: worker.blocks)
        unsentTickets &+= 1
        server.counters.add(to: .requests)
        server.counters.add(ticket.length, to: .requestBytes)
        if isHolding { return updateHeld() }
        if let timeout = server.pool.timeout, deadlines?.isActive != true {
            armDeadline(after: timeout)
        }
        markDirty()
    }

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        worker.needsFlush(self)
    }

    /// Sends what waits, as far as the socket takes it. Called once per turn of the loop.
    func flush() {
        isDirty = false
        guard phase == .ready || phase == .greeting, !isBlocked else { return }
        // A request that is sent in part is sent to its end, unless the connection ends.
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
    }

    private func countUnsent() {
        guard log.unsentCount > 0 else { return unsentTickets = 0 }
        var bytes = 0
        var count = 0
        while bytes < log.unsentCount {
            bytes += tickets[tickets.count - 1 - count].length
            count += 1
        }
        unsentTickets = count
    }

    /// Adds to the server's levels what changed here; a server may have several connections.
    private func updateGauges() {
        let levels = Levels(
            inQueue: unsentTickets, inQueueBytes: log.unsentCount,
            outQueue: tickets.count - unsentTickets, outQueueBytes: log.sentCount)
        let counters = server.counters
        counters.add(levels.inQueue - shown.inQueue, to: .inQueue)
        counters.add(levels.inQueueBytes - shown.inQueueBytes, to: .inQueueBytes)
        counters.add(levels.outQueue - shown.outQueue, to: .outQueue)
        counters.add(levels.outQueueBytes - shown.outQueueBytes, to: .outQueueBytes)
        shown = levels
    }

    private struct Levels {
        var inQueue = 0
        var inQueueBytes = 0
        var outQueue = 0
        var outQueueBytes = 0
    }

    // MARK: - Reading

    /// One read; the rest, if there is more, is for the next turn.
    private func receive() {
        let scratch = unsafe worker.scratch
        let kept = tail.count
        if kept > 0 {
            unsafe scratch.copyMemory(from: tail.firstBytes)
            tail.removeAll(to: worker.blocks)
        }
        do throws(SystemError) {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[kept...])
            switch try unsafe socket.read(into: room) {
            case .wouldBlock:
                if kept > 0 { unsafe keepTail(RawBytes(rebasing: scratch[..<kept])) }
            case .endOfFile:
                close(because: .closedByServer)
            case .bytes(let count):
                lastProgress = worker.loop.now
                if halt == .stalled { goOn() }
                unsafe take(RawBytes(rebasing: scratch[..<(kept + count)]))
                if phase != .closed { updateGauges() }
            }
        } catch {
            close(because: .failed(error))
        }
    }

    func keepTail(_ bytes: RawBytes) {
        guard bytes.count > 0 else { return }
        unsafe tail.append(contiguous: bytes, from: worker.blocks)
    }

    /// Takes the oldest ticket, whose reply is complete, and frees its request.
    func popTicket() {
        log.consume(tickets[0].length, to: worker.blocks)
        dropTicket()
    }

    /// Takes the oldest ticket, whose request was taken from the log.
    func dropTicket() {
        tickets.dropFirst(to: worker.blocks)
        if expired > 0 { expired -= 1 }
        isReplyBegun = false
        leadingSeen = 0
        if isHolding && owed == 0 { endLater() }
    }

    /// Takes the oldest ticket, whose request was never sent and was taken from the log.
    func dropUnsentTicket() {
        _ = tickets.popFirst(to: worker.blocks)
        unsentTickets -= 1
    }

    /// Requests that were sent and are not answered.
    var owed: Int { tickets.count - unsentTickets }

    /// Whether no request is here.
    var isIdle: Bool { tickets.isEmpty && asideTickets.isEmpty }

    // MARK: - Slow readers

    /// `client` reads more slowly than its replies come.
    func restrain(_ client: Client) {
        guard isAwaited(byOthersThan: client) else { return pause(for: client) }
        if worker.isShortOfMemory { client.close(because: .tooSlow) }
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

    // MARK: - Deadlines

    func armDeadline(after milliseconds: Int) {
        let timer = deadlines ?? Timer(worker.loop) { [unowned self] in self.expire() }
        deadlines = timer
        timer.start(afterMilliseconds: milliseconds)
    }

    /// Answers the requests whose time is over; their tickets stay, so that late replies are
    /// recognised and dropped.
    private func expire() {
        let now = worker.loop.now
        if isHolding { return expireHeld(now) }
        if phase == .connecting { return close(because: .noProgress) }
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
        guard let timeout = server.pool.timeout, owed > 0 else { return false }
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
        guard let timeout = server.pool.timeout, !tickets.isEmpty else { return }
        var next = expired < tickets.count ? tickets[expired].deadline : now + Int64(timeout)
        // Late, and waits to see whether the server has fallen silent.
        if next <= now { next = min(lastProgress, next) + Int64(timeout) }
        armDeadline(after: Int(max(1, next - now)))
    }

    func fail(_ ticket: Ticket, _ message: String) {
        guard ticket.purpose == .request, let client = unsafe worker.clients.find(ticket.client)
        else {
            return
        }
        unsafe client.takeUnretainedValue().fail(
            ticket.sequence, ticket.fragment, message,
            word: ticket.leading > 0 ? "EXECABORT" : "ERR")
    }

    // MARK: - Closing

    /// The one end of a connection: the server learns why, and whoever waits is told, or waits on at
    /// the connection that takes over.
    func close(because reason: CloseReason) {
        guard phase != .closed else { return }
        let wasConnected = phase != .connecting
        let owed = phase == .ready ? owed : 0
        phase = .closed
        watcher?.cancel()
        deadlines?.cancel()
        pause?.cancel()
        if let client = unsafe worker.clients.find(pausedFor) {
            unsafe client.takeUnretainedValue().blocksNoMore(self)
        }
        socket.disconnect()
        // The server forgets this connection first: what a failing request triggers may open the
        // next one.
        let heir = server.closed(self, because: reason, wasConnected: wasConnected)
        updateHeld()
        handOver(to: heir, owed: owed, because: reason)
        tickets.release(to: worker.blocks)
        asideTickets.release(to: worker.blocks)
        log.removeAll(to: worker.blocks)
        aside.removeAll(to: worker.blocks)
        tail.removeAll(to: worker.blocks)
        unsentTickets = 0
        updateGauges()
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
}
