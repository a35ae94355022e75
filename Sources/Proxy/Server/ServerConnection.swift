internal import Configuration
internal import Glibc
internal import Reactor
internal import Wire

/// One upstream socket, shared by many clients: requests go out in order, and each reply belongs to
/// the oldest ticket.
///
///     connecting ─▶ greeting (AUTH, SELECT) ─▶ ready ─▶ closed
///          └────────────────┴──────────────────────▲
///
/// Requests are taken in every phase but the last; before `ready` they wait in the log. Always:
/// there is a ticket for every request in the log, in the same order, and their lengths add up to
/// the log's.
@safe final class ServerConnection {
    enum Phase {
        case connecting
        case greeting
        case ready
        case closed
    }

    let server: Server
    let worker: Worker
    /// Its place among the server's connections.
    let place: Int
    private(set) var phase = Phase.connecting
    private var socket: Socket
    private var watcher: IOWatcher?
    private var deadlines: Timer?

    var log = RequestLog()
    var tickets = Ring<Ticket>()
    /// Tickets, from the oldest on, that need no look at their deadline any more: their requests were
    /// answered with an error, or the reply has begun to come.
    private var expired = 0
    /// Whether a part of the oldest ticket's reply has come.
    var isReplyBegun = false
    /// Tickets, from the newest back, whose requests are not sent completely.
    private var unsentTickets = 0
    /// Bytes of AUTH and SELECT still to be sent; requests wait until both are answered.
    private var greetingUnsent = 0
    private var greetingReplies = 0

    private let speaksRESP3: Bool
    var redisReplies: RedisReplyScanner
    var memcachedReplies = MemcachedReplyScanner()
    /// A header line that came only in part.
    var tail = ByteList()
    private var lastProgress: Int64 = 0
    /// What the statistics say of this connection's queues.
    private var shown = Levels()
    private var isBlocked = false
    private var isDirty = false
    private var isRetiring = false
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
        worker = server.pool.worker
        var inProgress = false
        socket = try Socket.connect(to: address, inProgress: &inProgress)
        lastProgress = worker.loop.now
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
        let password = pool.configuration.serverCredentials?.passwords.first
        if speaksRESP3 {
            let auth = password.map { ["AUTH", "default", $0] } ?? []
            greet(RedisReply.command(["HELLO", "3"] + auth), .hello)
        } else if let password {
            greet(RedisReply.command(["AUTH", password]), .auth)
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
            let step =
                switch purpose {
                case .auth: "AUTH"
                case .hello: "HELLO 3"
                case .select, .request, .discard: "SELECT"
                }
            let line = words.dropFirst().split(whereSeparator: \.isNewline).first ?? ""
            return close(because: .greetingRefused("\(step) refused: \(line)"))
        }
        greetedWell()
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
    private var deadline: Int64 {
        guard let timeout = server.pool.timeout else { return Ticket.never }
        return worker.loop.now + Int64(timeout)
    }

    /// Whether one more request of so many bytes is within the bounds; one alone always is.
    func hasRoom(for bytes: Int) -> Bool {
        tickets.count < Limits.ticketsPerConnection
            && (log.count == 0 || log.count + bytes <= Limits.logBytes)
    }

    /// Queues a ticket for a request whose bytes were just put into the log.
    func enqueue(_ ticket: Ticket) {
        var ticket = ticket
        // Silence counts from the first request that waits, not from the last one of an hour ago.
        if tickets.isEmpty { lastProgress = worker.loop.now }
        ticket.deadline = deadline
        tickets.append(ticket, from: worker.blocks)
        unsentTickets += 1
        server.counters.add(to: .requests)
        server.counters.add(ticket.length, to: .requestBytes)
        if let timeout = server.pool.timeout, deadlines?.isActive != true {
            armDeadline(after: timeout)
        }
        markDirty()
    }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        worker.needsFlush(self)
    }

    /// Sends what waits, as far as the socket takes it. Called once per turn of the loop.
    func flush() {
        isDirty = false
        guard phase == .ready || phase == .greeting, !isBlocked else { return }
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
        let ticket = tickets.popFirst(to: worker.blocks)
        if expired > 0 { expired -= 1 }
        isReplyBegun = false
        log.consume(ticket.length, to: worker.blocks)
        if isRetiring && tickets.isEmpty { worker.later { [self] in close(because: .retired) } }
    }

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

    private func armDeadline(after milliseconds: Int) {
        let timer = deadlines ?? Timer(worker.loop) { [unowned self] in self.expire() }
        deadlines = timer
        timer.start(afterMilliseconds: milliseconds)
    }

    /// Answers the requests whose time is over; their tickets stay, so that late replies are
    /// recognised and dropped.
    private func expire() {
        let now = worker.loop.now
        if phase == .connecting && server.pool.timeout == nil { return close(because: .noProgress) }
        guard let timeout = server.pool.timeout else { return }
        if phase == .connecting { return close(because: .noProgress) }
        // Nothing can come while nothing is read.
        if pausedFor != .nobody { lastProgress = now }
        let silence = now - lastProgress
        let isSilent = silence >= Int64(timeout)
        var hasExpired = false
        if isReplyBegun && expired > 0 && isSilent { hasExpired = expire(at: 0, timeout) }
        while phase != .closed, expired < tickets.count, tickets[expired].deadline <= now {
            // A reply that takes longer than the timeout to arrive is on its way all the same.
            let isArriving = expired == 0 && isReplyBegun && !isSilent
            if !isArriving { hasExpired = expire(at: expired, timeout) || hasExpired }
            expired += 1
        }
        guard phase != .closed else { return }
        if hasExpired && isSilent { server.stalled() }
        let longest = Int64(timeout * Limits.timeoutsWithoutProgress)
        if !tickets.isEmpty && (silence >= longest || isWasted(since: now - longest)) {
            return close(because: .noProgress)
        }
        rearm(now)
    }

    /// Whether the reply that keeps arriving is for nobody any more, its request was due before
    /// `due`, and others wait behind it: there is no telling whether it ends at all.
    private func isWasted(since due: Int64) -> Bool {
        guard isReplyBegun, tickets.count > 1, tickets[0].deadline <= due else { return false }
        guard tickets[0].purpose == .request else { return true }
        return unsafe worker.clients.find(tickets[0].client) == nil
    }

    /// - Returns: false if the request had its answer before.
    private func expire(at index: Int, _ timeout: Int) -> Bool {
        let ticket = tickets[index]
        if ticket.isGreeting {
            close(because: .noProgress)
            return true
        }
        guard ticket.purpose == .request else { return false }
        tickets.update(index) { $0.purpose = .discard }
        server.counters.add(to: .serverTimedOut)
        fail(ticket, "server \(server.endpoint): timed out after \(timeout) ms")
        return true
    }

    private func rearm(_ now: Int64) {
        guard let timeout = server.pool.timeout, !tickets.isEmpty else { return }
        let next = expired < tickets.count ? tickets[expired].deadline : now + Int64(timeout)
        armDeadline(after: Int(max(1, next - now)))
    }

    func fail(_ ticket: Ticket, _ message: String) {
        guard ticket.purpose == .request, let client = unsafe worker.clients.find(ticket.client)
        else {
            return
        }
        unsafe client.takeUnretainedValue().fail(ticket.sequence, ticket.fragment, message)
    }

    // MARK: - Closing

    /// Takes no more requests; closes when those in flight are answered.
    func retire() {
        isRetiring = true
        if tickets.isEmpty { close(because: .retired) }
    }

    /// The one end of a connection: whoever waits is told, and the server learns why.
    func close(because reason: CloseReason) {
        guard phase != .closed else { return }
        let wasConnected = phase != .connecting
        phase = .closed
        watcher?.cancel()
        deadlines?.cancel()
        pause?.cancel()
        if let client = unsafe worker.clients.find(pausedFor) {
            unsafe client.takeUnretainedValue().blocksNoMore(self)
        }
        socket.disconnect()
        let message = "server \(server.endpoint): \(reason.message)"
        let owed = !tickets.isEmpty
        // The server forgets this connection first: what a failing request triggers may open the
        // next one.
        server.closed(self, because: reason, wasConnected: wasConnected, owed: owed)
        while !tickets.isEmpty { fail(tickets.popFirst(to: worker.blocks), message) }
        tickets.release(to: worker.blocks)
        log.removeAll(to: worker.blocks)
        tail.removeAll(to: worker.blocks)
        unsentTickets = 0
        updateGauges()
    }
}
