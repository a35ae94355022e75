internal import Configuration
internal import Glibc
internal import Hashing
internal import Logging
internal import Reactor
internal import Wire

/// One thread with its event loop and all that lives on it: listeners, clients, server connections,
/// memory.
///
/// Built on the control thread, then handed over for good. Nothing here is shared but immutable
/// configuration, the counters, and the two mailboxes. A turn of the loop: events are taken,
/// replies and requests are put together; before the loop waits again, every connection that was
/// touched is flushed with one system call.
@safe final class Worker {
    let index: Int
    /// How many workers share the process's bounds.
    let count: Int
    let loop: EventLoop
    let log: Logger
    let blocks = BlockPool()
    let watchers: IOWatcherPool
    let commons: Commons
    let clients = SlotTable<Client>()
    let splits = SplitTable()
    let plan = SplitPlan()
    /// What the server connections' scanners note of arrays.
    let elements = RedisElementLengths()
    /// The requests that are just being sent on.
    let requestRun = RequestRun()
    /// The keys whose servers are just being found.
    let keys = KeyBatch()
    /// The same two without reference counting.
    let unretainedPlan: Unretained<SplitPlan>
    let unretainedElements: Unretained<RedisElementLengths>
    /// Where every read goes first, with room for an unfinished request in front.
    let scratch: UnsafeMutableRawBufferPointer
    /// Where every gathering write is described.
    let vectors: UnsafeMutableBufferPointer<iovec>
    /// What large values go through.
    let relay = Relay()

    /// Where a short text is put together or decoded; nobody keeps it.
    var text: [UInt8] = []

    private var pools: [Pool] = []
    private var listeners: [Listener] = []
    private let commands: Mailbox<WorkerCommand>
    private let reports: Mailbox<WorkerReport>
    /// Kept for as long as anything here may count.
    private let counters: WorkerCounters
    /// How long requests took.
    let latency: LatencyCells
    private var wakeup: Wakeup?
    private var hook: LoopHook?
    private var wakeHook: LoopHook?
    private var batching: Batching
    /// How long those clients were there, in microseconds, who left in this turn after a short life.
    private var livesTook = 0
    /// The worker's clock as of the beginning of this turn, or of its sends to servers: the lower
    /// 32 bits of the monotonic microseconds, which go round in 71 minutes.
    private(set) var stamp = Worker.clock()
    var departures = Departures()
    /// How many clients were sent to at the end of this turn so far.
    private var sends = 0
    /// Whether a portion of a large value has come in this turn, and more of it is to come.
    var hasLargeArriving = false

    /// What is to be flushed. Whoever ends meanwhile is in `ended`.
    private var dirtyServers = Ring<Unretained<ServerConnection>>()
    private var dirtyClients = Ring<Unretained<Client>>()
    private var waitingClients = WaitingClients()
    /// Clients and server connections that have ended in this turn: whoever calls their methods
    /// needs no reference of its own, and a queue of them counts none.
    private var ended: [AnyObject] = []
    private var heldBackClients: [Client] = []
    /// For clients that send a request in parts.
    var spareUnfinished: [UnfinishedRequest] = []
    private var postponed: [() -> Void] = []
    private let decimal = DecimalLine()
    /// The reply of the local command that a transaction runs just now.
    var collected: [UInt8] = []
    let memoryForSlowReaders: Int
    let memoryLimit: Int
    var memory: MemoryShare
    /// The most that clients held at the end of a turn since memory was last freed.
    var mostHeld = 0
    /// When the largest holders may be looked for again, in the loop's milliseconds.
    var nextRelief: Int64 = 0
    private var idleTimer: Timer?
    private var randomState: UInt64
    private var isDraining = false
    private var isDrained = false
    private var clientsNumbered = 0
    /// Questions about clients that other workers have not answered yet, by their number.
    var inquiries: [Int: OpenInquiry] = [:]
    var inquiriesMade = 0

    init(_ seat: WorkerSeat, log: Logger) throws(SystemError) {
        index = seat.index
        count = seat.workers
        self.log = log
        commands = seat.commands
        reports = seat.reports
        counters = seat.counters
        latency = seat.counters.latency
        unretainedPlan = Unretained(plan)
        unretainedElements = Unretained(elements)
        commons = seat.commons
        batching = seat.commons.batching
        memoryLimit = seat.commons.memory.limit
        memory = MemoryShare(seat.commons.memory)
        memoryForSlowReaders = seat.commons.memory.slow / seat.workers
        let loop = try EventLoop()
        self.loop = loop
        watchers = IOWatcherPool(loop)
        unsafe scratch = .allocate(byteCount: Limits.scratch + Limits.ownInputBlock, alignment: 64)
        unsafe vectors = .allocate(capacity: Limits.vectors)
        unsafe vectors.initialize(repeating: iovec())
        randomState = UInt64(EventLoop.monotonicMicroseconds()) ^ UInt64(seat.index + 1) << 32 | 1
    }

    deinit {
        unsafe scratch.deallocate()
        unsafe vectors.deallocate()
        requestRun.deallocate()
        keys.deallocate()
        dirtyServers.release(to: blocks)
        dirtyClients.release(to: blocks)
        waitingClients.release(to: blocks)
        plan.release(to: blocks)
        blocks.destroy()
    }

    // MARK: - Life

    /// A worker thread's whole life: builds everything it owns on the thread itself, so that
    /// nothing is ever shared.
    static func run(_ seat: WorkerSeat, _ plans: [PoolPlan], listeners: [Int32], log: Logger) {
        do throws(SystemError) {
            let worker = try Worker(seat, log: log)
            worker.adopt(plans, listeners)
            worker.run()
        } catch {
            fatalError("worker \(seat.index) cannot have an event loop: \(error)")
        }
    }

    private func adopt(_ plans: [PoolPlan], _ descriptors: [Int32]) {
        for (number, plan) in plans.enumerated() {
            let pool = Pool(number, plan, counters: counters.pools[number], worker: self)
            pools.append(pool)
            listeners.append(Listener(Socket(adopting: descriptors[number]), for: pool))
        }
    }

    private func run() {
        wakeup = Wakeup(loop) { [unowned self] in self.takeCommands() }
        hook = LoopHook(loop, .beforeWaiting) { [unowned self] in self.endTurn() }
        wakeHook = LoopHook(loop, .afterWaiting) { [unowned self] in self.beginTurn() }
        commands.attach(wakeup!.handle)
        for listener in listeners { listener.start() }
        for pool in pools { pool.preconnect() }
        watchIdleClients()
        loop.run()
        leave()
    }

    private func leave() {
        for listener in listeners { listener.stop() }
        for client in clients.all { client.close(because: .shutdown) }
        endTurn()
        for pool in pools { pool.closeAll() }
        for case .adopt(_, let descriptor) in commands.takeAll() {
            Socket(adopting: descriptor).close()
        }
        // Everything refers to its worker, so the worker lets go of everything.
        pools.removeAll()
        listeners.removeAll()
        dirtyServers.release(to: blocks)
        dirtyClients.release(to: blocks)
        waitingClients.release(to: blocks)
        ended.removeAll()
        postponed.removeAll()
        idleTimer?.cancel()
        hook?.cancel()
        wakeHook?.cancel()
        wakeup?.cancel()
    }

    private func takeCommands() {
        for command in commands.takeAll() {
            switch command {
            case .route(let pool, let routing): pools[pool].apply(routing)
            case .adopt(let pool, let descriptor): adopt(descriptor, for: pools[pool])
            case .inquire(let inquiry): respond(to: inquiry)
            case .answer(let answer): take(answer)
            case .freeMemory: freeMemory()
            case .drain: drain()
            case .stop: loop.stop()
            }
        }
    }

    /// Nobody new; those who are here get the replies to what they have sent so far.
    private func drain() {
        isDraining = true
        for listener in listeners { listener.stop() }
        for client in clients.all { client.drain() }
        reportDrained()
    }

    private func reportDrained() {
        guard isDraining, !isDrained, clients.count == 0 else { return }
        isDrained = true
        report(.drained(worker: index))
    }

    func report(_ report: WorkerReport) { reports.post(report) }

    var figures: Counters { counters.worker }

    // MARK: - Clients

    /// Takes in an accepted connection, or gives it to a worker that has fewer clients.
    func accept(_ descriptor: Int32, for pool: Pool) {
        let place = commons.spread.place(
            pool.index, acceptedBy: index, random: random())
        guard place != index else { return adopt(descriptor, for: pool) }
        commons.mailboxes[place].post(.adopt(pool: pool.index, descriptor: descriptor))
    }

    /// Takes in a connection that has its place here.
    private func adopt(_ descriptor: Int32, for pool: Pool) {
        let socket = Socket(adopting: descriptor)
        // Given before the giver heard that nobody is let in any more: gone, like those who wait to
        // be accepted.
        guard !isDrained else { return commons.spread.leave(pool.index, of: index) }
        let client = insert(socket, of: pool)
        client.start()
        if isDraining { client.drain() }
    }

    private func insert(_ socket: consuming Socket, of pool: Pool) -> Client {
        var waiting: Socket? = consume socket
        connectionOpened()
        return clients.insert { handle in
            Client(waiting.take()!, of: pool, handle: handle)
        }
    }

    /// A number for a client that no other client of the process has had.
    func nextClientNumber() -> Int {
        defer { clientsNumbered += 1 }
        return clientsNumbered * count + index + 1
    }

    func closed(_ client: Client) {
        connectionClosed()
        let life = Int(loop.now - client.beganAt)
        if life < Batching.shortLifeMilliseconds { livesTook += life * 1000 }
        commons.spread.leave(client.pool.index, of: index)
        keepForThisTurn(client)
        clients.remove(client.handle)
        reportDrained()
    }

    func connectionOpened() {
        figures.add(1, to: WorkerFigure.total)
        figures.add(1, to: WorkerFigure.current)
    }

    /// Keeps what has ended until nobody can be at work in it.
    func keepForThisTurn(_ object: AnyObject) { ended.append(object) }

    func connectionClosed() { figures.add(-1, to: WorkerFigure.current) }

    // MARK: - The end of a turn

    /// The connection has requests to send.
    func needsFlush(_ connection: ServerConnection) {
        dirtyServers.append(Unretained(connection), from: blocks)
    }

    /// The client has replies to get.
    @inline(__always)
    func needsFlush(_ client: Client) {
        dirtyClients.append(Unretained(client), from: blocks)
    }

    /// The send to the client that needs it latest.
    var latestSend: Departures.Send { .init(behind: sends &+ dirtyClients.count &- 1) }

    /// The send that is going on, or the next one.
    var currentSend: Departures.Send { .init(behind: sends) }

    /// How long the replies to a pipeline may wait for the others, in microseconds; 0: not at all.
    var patience: Int64 { batching.patience }

    /// So many replies have come from a server, to which the way and back takes so many
    /// microseconds.
    func hears(_ replies: Int, after roundTrip: Int) { batching.hears(replies, after: roundTrip) }

    /// The client's replies wait for others.
    func waitsForOthers(_ client: Client, since: Int64) {
        waitingClients.append(client.handle, since: since, from: blocks)
    }

    /// Sends what has waited long enough.
    private func sendOverdue() {
        guard !waitingClients.isEmpty else { return }
        let latest = loop.nowMicroseconds - patience
        while let client = waitingClients.takeOverdue(since: latest, of: clients, to: blocks) {
            client.use { $0.markDirty() }
        }
    }

    /// The client's next requests may be parsed.
    func needsParsing(_ client: Client) { heldBackClients.append(client) }

    /// Runs `work` at the end of this turn, outside of whatever is going on now.
    func later(_ work: @escaping () -> Void) { postponed.append(work) }

    /// Flushing may postpone work and parsing may touch more connections, so it goes round until
    /// nothing is left; each round sends or parses something, and what is sent and parsed per turn
    /// is bounded.
    private func endTurn() {
        repeat {
            runPostponed()
            departures.endEarly()
            flushServers()
            sendOverdue()
            flushClients()
            parseHeldBack()
        } while !dirtyServers.isEmpty || !dirtyClients.isEmpty || !postponed.isEmpty
        if !ended.isEmpty { ended.removeAll(keepingCapacity: true) }
        accountMemory()
        batching.waits(
            at: EventLoop.monotonicMicroseconds(), departures.endTurn(), livesTook: livesTook,
            isLarge: hasLargeArriving)
        livesTook = 0
        hasLargeArriving = false
        loop.onlyLooks = !waitingClients.isEmpty
        if batching.sleep > 0 { EventLoop.sleep(microseconds: batching.sleep) }
    }

    private func beginTurn() {
        let now = loop.nowMicroseconds
        stamp = UInt32(truncatingIfNeeded: now)
        batching.wakes(at: now)
    }

    /// The worker's clock, read afresh.
    static func clock() -> UInt32 {
        UInt32(truncatingIfNeeded: EventLoop.monotonicMicroseconds())
    }

    private func flushServers() {
        if !dirtyServers.isEmpty { stamp = Self.clock() }
        while !dirtyServers.isEmpty {
            dirtyServers.popFirst(to: blocks).use { $0.flush() }
        }
    }

    private func flushClients() {
        while !dirtyClients.isEmpty {
            dirtyClients.popFirst(to: blocks).use { $0.flush() }
            sends &+= 1
            departures.sent(sends)
        }
        sends = 0
        departures.count(in: latency)
    }

    private func parseHeldBack() {
        guard !heldBackClients.isEmpty else { return }
        let clients = heldBackClients
        heldBackClients.removeAll(keepingCapacity: true)
        for client in clients { client.parseHeldBack() }
    }

    private func runPostponed() {
        while !postponed.isEmpty {
            let work = postponed
            postponed.removeAll()
            for item in work { item() }
        }
    }

    // MARK: - Idle clients

    /// Looks at all clients a few times within the shortest idle timeout: a timer for each would
    /// cost every request.
    private func watchIdleClients() {
        let timeouts = pools.map(\.configuration.clientIdleTimeoutMilliseconds).filter { $0 > 0 }
        guard let shortest = timeouts.min() else { return }
        let timer = Timer(loop) { [unowned self] in
            for client in self.clients.all { client.closeIfIdle() }
        }
        idleTimer = timer
        timer.start(everyMilliseconds: max(1, shortest / Limits.idleLooks))
    }

    // MARK: - Small things

    /// A header line such as `*12`; valid until the next call.
    func line(_ prefix: Unicode.Scalar, _ number: Int) -> RawBytes {
        unsafe decimal.write(prefix, number)
    }

    /// A number that nobody can foresee and nobody needs to: xorshift64.
    func random() -> UInt32 {
        randomState ^= randomState << 13
        randomState ^= randomState >> 7
        randomState ^= randomState << 17
        return UInt32(truncatingIfNeeded: randomState >> 16)
    }
}

/// What a worker counts of itself: its connections of all kinds, and their memory.
enum WorkerFigure {
    static let total = 0
    static let current = 1
    /// Bytes in blocks that its connections hold.
    static let memory = 2
    /// The most that its clients and their blocks held since memory was last freed, in bytes.
    static let mostHeld = 3
    static let count = 4
}
