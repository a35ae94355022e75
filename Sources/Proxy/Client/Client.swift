internal import Configuration
internal import Reactor
internal import Wire

/// A downstream connection: its requests in flight, and what waits to be sent to it.
///
/// Requests go out as they are parsed, to any server; replies leave in request order. The ring
/// holds one `Request` for each that is in flight; a reply that comes before its turn is held
/// there. An idle client owns no buffer.
@safe final class Client {
    let handle: Handle
    /// Its CLIENT ID.
    let number: Int
    /// When it came, in the loop's milliseconds.
    let beganAt: Int64
    let pool: Pool
    let worker: Worker
    var socket: Socket
    var watcher: IOWatcher?

    /// What it speaks.
    enum Language: UInt8 {
        case redis
        /// memcached's text protocol, or its binary one: the first byte will tell.
        case undecided
        case memcached
        case memcachedBinary
    }

    var language: Language
    /// What is known of the request at the front of `input`, if a part of it was parsed.
    var unfinished: UnfinishedRequest?
    /// Bytes of requests that are not complete, or whose turn has not come; in one piece.
    var input = ByteList()
    /// How many bytes the unfinished request at the front of `input` has at least.
    var inputNeeded = 0

    /// Bytes of a refused request that are still to come, and to be dropped.
    var skipCount = 0

    /// The large request that is being sent on while it arrives, or whose reply is awaited.
    var upload: Upload? { didSet { circumstances[.uploading] = upload != nil } }
    /// Whether the unfinished request is collected, since it waited in vain to be sent on.
    var collects = false
    /// Whether it has sent memcached requests that nobody hears of again.
    var isQuiet = false
    /// When it goes on after it was held back.
    var pace = Pace.usual

    var requests = Ring<Request>()
    /// The number of the oldest request in `requests`.
    var firstSequence: UInt32 = 0
    var output = ByteList()
    /// Small replies that are held until their turn.
    var held = HeldReplies()
    /// Bytes of all replies that are held.
    var heldCount = 0

    var isAuthenticated: Bool { didSet { updateForwards() } }
    /// What it has said of itself, if anything.
    var identity: ClientIdentity?
    /// What it said last, and the word behind its last CLIENT: for CLIENT LIST.
    var lastCommand = RedisCommand.ID.unknown
    var lastSubcommand: String?
    /// While it asks for that, the bytes of its request, which a server would have in its buffer.
    var lengthOfInquiry = 0
    /// Which of its requests are answered.
    var replyMode = ReplyMode.on { didSet { updateForwards() } }
    /// Where the reply belongs that is collected, if it comes later.
    var collectingPlace: ReplyPlace?
    /// How many of `requests` get no reply.
    var silentCount = 0
    /// It said HELLO 3.
    var speaksRESP3 = false { didSet { serverPlace = placeAtServers } }
    /// Its place among each server's connections.
    private(set) var serverPlace = 0
    /// What it has said since MULTI.
    var transaction: Transaction? { didSet { updateForwards() } }
    /// What it has server connections of its own for; nil if it never needed one.
    var session: PrivateSession?
    /// What it is subscribed to; nil if it never was.
    var subscriptions: Subscriptions? { didSet { updateForwards() } }
    /// Whether a plain request with one key goes to its server without another look.
    private(set) var forwardsPlainly: Bool
    /// Whether such requests go in runs.
    private var mayForwardRuns = false
    /// How many requests may be in flight: one while a request must be alone.
    var requestLimit = Limits.requestsInFlight {
        didSet { circumstances[.alone] = requestLimit == 1 }
    }
    /// Whether the request at the front of the input waits until those before it are answered.
    var isPostponed = false
    /// When it last sent a write, where reads may go to replicas.
    var wroteAt = Int64.min / 2
    /// The client ends with an error rather than of its own will.
    var isRefused = false
    var lingering: Timer?
    /// Whether they are about to be parsed.
    var isParsingDue = false
    /// When the last byte came from the client or went to it, in the loop's milliseconds.
    var lastActive: Int64
    var isDirty = false
    /// The send that its replies leave with.
    var departure = Departures.Send(behind: 0)
    /// When its replies began to wait for others that it is owed, in microseconds on the loop's
    /// clock; 0: they do not.
    var waitsSince: Int64 = 0
    /// What the socket is watched for.
    var interest: Readiness = []
    /// Nothing, mostly.
    var circumstances = Circumstances()
    /// Whether it is about to be closed for what waits for it.
    var isTooSlow = false
    /// Whether it counts among the pool's clients; one that was not let in does not.
    var isCounted = false
    /// The server connections that are not read from until this client has read more: its requests
    /// may be at several.
    private(set) var blocked: [ServerConnection] = [] {
        didSet { circumstances[.blocking] = !blocked.isEmpty }
    }

    init(_ socket: consuming Socket, of pool: Pool, handle: Handle) {
        self.handle = handle
        self.pool = pool
        worker = pool.worker
        language = pool.isRedis ? .redis : .undecided
        isAuthenticated = pool.credentials == nil
        number = pool.worker.nextClientNumber()
        beganAt = pool.worker.loop.now
        lastActive = beganAt
        forwardsPlainly = false
        self.socket = consume socket
        serverPlace = placeAtServers
        updateForwards()
    }

    private func updateForwards() {
        forwardsPlainly =
            isAuthenticated && transaction == nil && subscriptions == nil && !replyMode.isSilent
            && !pool.watchesPlainRequests
        mayForwardRuns = forwardsPlainly && pool.isRedis
    }

    /// Whether plain requests with one key go in runs just now.
    @inline(__always)
    var forwardsRuns: Bool { mayForwardRuns && !ownsBlock }

    /// The same one at every server, and always, so that its requests stay in their order. Those
    /// that speak RESP3 have connections of their own.
    private var placeAtServers: Int {
        let perProtocol = pool.configuration.serverConnections
        let place = Int(handle.index) % perProtocol
        return speaksRESP3 ? place + perProtocol : place
    }

    /// Begins to listen to the client, or tells it that the pool is full.
    func start() {
        isCounted = pool.enter()
        if !isCounted { refuse(with: pool.fullReply) }
        watcher = unsafe worker.watchers.take(
            socket.descriptor, owner: Unmanaged.passUnretained(self).toOpaque()
        ) { owner, events in
            unsafe Unmanaged<Client>.fromOpaque(owner)._withUnsafeGuaranteedRef {
                $0.ready(Readiness(rawValue: events))
            }
        }
        updateInterest()
    }

    private func ready(_ readiness: Readiness) {
        if circumstances.isEmpty { return receive() }
        if readiness.contains(.writable) {
            isBlocked = false
            flush()
        }
        guard readiness.contains(.readable) && !isClosed else { return }
        if wantsInput { receive() } else { readTooSoon() }
    }

    // MARK: - Circumstances

    var isFinished: Bool {
        get { circumstances[.finished] }
        set { circumstances[.finished] = newValue }
    }

    var isHeldBack: Bool {
        get { circumstances[.heldBack] }
        set { circumstances[.heldBack] = newValue }
    }

    var isDraining: Bool {
        get { circumstances[.draining] }
        set { circumstances[.draining] = newValue }
    }

    var isLingering: Bool {
        get { circumstances[.lingering] }
        set { circumstances[.lingering] = newValue }
    }

    var sendsLarge: Bool {
        get { circumstances[.sendsLarge] }
        set { circumstances[.sendsLarge] = newValue }
    }

    var ownsBlock: Bool {
        get { circumstances[.ownsBlock] }
        set { circumstances[.ownsBlock] = newValue }
    }

    var isBlocked: Bool {
        get { circumstances[.blocked] }
        set { circumstances[.blocked] = newValue }
    }

    var isClosed: Bool {
        get { circumstances[.closed] }
        set { circumstances[.closed] = newValue }
    }

    // MARK: - Back-pressure

    /// Bytes that wait to be sent to this client, now or in their turn.
    var outputCount: Int { output.count &+ heldCount }

    /// Bytes of requests that are not complete, or queued until EXEC.
    var inputCapacity: Int { input.count + input.roomAtEnd + (transaction?.commands.count ?? 0) }

    /// Whether more of a streaming reply had better stay in the server's socket.
    var isOverfull: Bool { output.count > Limits.streamHighWater }

    /// Whether another request may be taken.
    var hasRoom: Bool {
        requests.count < requestLimit && outputCount < Limits.outputHighWater
    }

    /// Whether one that was held back may go on.
    var mayGoOn: Bool {
        requests.count <= requestLimit / 2 && outputCount < Limits.outputLowWater && hasTurn
    }

    var wantsInput: Bool {
        (!isFinished && !isDraining && (!isHeldBack || listensWhileBlocked)) || isLingering
    }

    func updateInterest() {
        guard !isClosed else { return }
        var wanted: Readiness = wantsInput || pace == .answering ? .readable : []
        if isBlocked { wanted.insert(.writable) }
        if wanted != interest { watch(for: wanted) }
    }

    @inline(never)
    private func watch(for readiness: Readiness) {
        interest = readiness
        watcher?.watch(readiness)
    }

    /// A server connection waits for this client to read.
    func blocks(_ connection: ServerConnection) { blocked.append(connection) }

    /// The server connection does not wait any more, or is closed.
    func blocksNoMore(_ connection: ServerConnection) { blocked.removeAll { $0 === connection } }

    func resumeBlocked() {
        let waiting = blocked
        blocked.removeAll()
        for connection in waiting { connection.resume() }
    }
}
