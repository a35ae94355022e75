internal import Configuration
internal import Logging
internal import Reactor

/// Follows one replication group: watches its nodes, and decides who is primary and which replicas
/// may be read from. All on the control thread's loop.
///
///     peace ── suspicion, changed name, a node's own word ──▶ seeking ── decision ──▶ peace
///
/// Every decision is a new epoch, the same primary again included: a worker that lost the primary
/// waits for a higher one than it had. The first address of the name is taken at its word, and
/// verified afterwards.
final class GroupControl {
    /// Told whenever the primary, the epoch, the replicas or the times of their answers are others
    /// than before.
    var changed: () -> Void = {}
    /// Asks for a fresh answer to the group's names; called now and then while a primary is
    /// missing.
    var doubt: () -> Void = {}

    /// Who takes the writes, or took them last; nil before the first address is known.
    private(set) var primary: SocketAddress?
    /// The number of the decision for that primary; 0: none yet.
    private(set) var epoch = 0
    /// Whether a decision is being looked for.
    private(set) var isSeeking = false
    /// What is awaited while seeking, in words for an error reply; empty in peace.
    private(set) var awaited = ""
    /// How often another node took a verified primary's place.
    private(set) var promotions = 0
    /// How often a further node said that it is primary, too.
    private(set) var splitBrains = 0
    /// The last decision for another node.
    private(set) var lastChange: PrimaryChange?
    /// The first sign of the trouble that there is now (microseconds on the monotonic clock, and
    /// words).
    private(set) var sign: (at: Int64, because: String)?

    private let loop: EventLoop
    private let startedAt: Int64
    private let log: Logger
    private let label: String
    private let lag: ReplicaLag?
    private var members: GroupMembers?
    private var roundTimer: Timer?
    private var repeatTimer: Timer?

    private var succession = Succession()
    private var routes = GroupRoutes()
    /// Whether somebody waits for a new epoch, even of the same primary.
    private var owesEpoch = false
    private var isCancelled = false
    private var round = 0
    private var doubtedAt = Int64.min / 2
    private var namedAt = Int64.min / 2
    private var publishedAt = Int64.min / 2
    private var repeatedAt = Int64.min / 2
    private var repeatPace = GroupLimits.firstRepeat

    /// Follows nothing before `namesChanged`.
    ///
    /// - Parameter resolve: finds the addresses of a name that a node announces, and calls back
    ///   once, with none if there are none.
    init(
        loop: EventLoop, pool: PoolConfiguration, server: ServerConfiguration, log: Logger,
        resolve: @escaping AnnouncedNames.Resolve
    ) {
        self.loop = loop
        startedAt = loop.now
        self.log = log
        label = "pool \(pool.name): server \(server.endpoint)"
        lag = pool.maxReplicaLag
        members = GroupMembers(
            loop, credentials: pool.serverCredentials, resolve: resolve,
            report: { [unowned self] facts in self.take(facts) },
            resolved: { [unowned self] in self.decide() })
        roundTimer = Timer(loop) { [unowned self] in self.nextRound() }
        repeatTimer = Timer(loop) { [unowned self] in self.decide() }
    }

    /// Whether there is a primary that takes requests, as far as is known.
    var hasPrimary: Bool { primary != nil && succession.incumbent?.missingSince == nil }

    /// Since when there has been no primary that takes requests; nil while there is one
    /// (milliseconds on the loop's clock).
    var missingSince: Int64? { primary == nil ? startedAt : succession.incumbent?.missingSince }

    /// The time on the clock of all that is told here (milliseconds).
    var now: Int64 { loop.now }

    /// Replicas that may be read from now.
    var replicas: [ReplicaRoute] { routes.replicas }

    /// How long the primary takes to answer; 0 if that is not known.
    var roundTripMicroseconds: Int { routes.roundTripMicroseconds }

    /// Everything known of every node now.
    var facts: [NodeFacts] { members?.facts ?? [] }

    // MARK: - What others tell

    /// The addresses behind the server's name, its readers' names and the listed nodes, whenever
    /// one of them has changed.
    func namesChanged(
        primary named: [SocketAddress], readers: [SocketAddress], nodes listed: [SocketAddress]
    ) {
        guard !isCancelled else { return }
        let hasChanged = named != succession.named
        if hasChanged { namedAt = loop.now }
        succession.named = named
        succession.listed = readers + listed
        pin()
        if succession.incumbent == nil, let first = named.first { adopt(first) }
        for address in named + readers + listed { members?.follow(address) }
        if hasChanged, let incumbent = succession.incumbent, let first = named.first,
            !named.contains(incumbent.address)
        {
            seek(because: "the name stands for \(first)", isNews: true)
        }
        decide()
    }

    /// A worker's word that the primary of an epoch is none any more, or was lost.
    func suspect(epoch: Int, because reason: String) {
        guard !isCancelled, epoch >= self.epoch, succession.incumbent != nil else { return }
        owesEpoch = true
        seek(because: reason, isNews: true)
    }

    /// Ends all; nothing is told any more.
    func cancel() {
        isCancelled = true
        roundTimer?.cancel()
        repeatTimer?.cancel()
        members?.cancel()
        changed = {}
        doubt = {}
    }

    // MARK: - Rounds

    /// Looks for a decision from now on.
    ///
    /// - Parameter isNews: whether what the nodes said before now is overtaken.
    private func seek(because reason: String, isNews: Bool) {
        let now = EventLoop.monotonicMicroseconds()
        if sign == nil { sign = (now, reason) }
        guard !isSeeking else { return }
        isSeeking = true
        round = 0
        log.debug("\(label): seeking its primary: \(reason)")
        if isNews { succession.newsSince = now }
        schedule()
        askAll()
        doubtNames()
    }

    private func nextRound() {
        round += 1
        members?.forgetStrangers()
        succession.rivals.formIntersection(facts.map(\.address))
        askAll()
        decide()
        if isSeeking { doubtNames() }
        schedule()
    }

    private func schedule() {
        guard !isCancelled else { return }
        let delay: Int
        if isSeeking {
            let widest = GroupLimits.firstSeekSpread + round * GroupLimits.seekSpreadStep
            let spread = min(widest, GroupLimits.longestSeek - GroupLimits.shortestSeek)
            delay = GroupLimits.shortestSeek + Int.random(in: 0...spread)
        } else {
            delay = isNameAhead ? GroupLimits.longestSeek : Int.random(in: GroupLimits.peace)
        }
        roundTimer?.start(afterMilliseconds: delay)
    }

    /// Whether the name was changed a while ago, to a node that is not primary yet.
    private var isNameAhead: Bool {
        guard let incumbent = succession.incumbent, !succession.named.isEmpty else { return false }
        return !succession.named.contains(incumbent.address)
            && loop.now - namedAt < GroupLimits.long
    }

    /// The incumbent first: it may name its successor.
    private func askAll() {
        members?.ask(
            first: succession.incumbent?.address,
            withinMilliseconds: isSeeking ? GroupLimits.seekAnswer : GroupLimits.peaceAnswer)
    }

    private func doubtNames() {
        guard loop.now - doubtedAt >= Int64(GroupLimits.doubt) else { return }
        doubtedAt = loop.now
        doubt()
    }

    /// Nodes that must not be forgotten: those of the configuration, and the incumbent.
    private func pin() {
        members?.pinned = Set(succession.named + succession.listed)
        if let primary { members?.pinned.insert(primary) }
    }

    private func take(_ facts: NodeFacts) {
        if facts.isReachable, facts.role != .primary { succession.rivals.remove(facts.address) }
        // A replica that stopped serving need not wait for the round's end.
        if !ReadableReplicas.serves(facts), routes.remove(facts.address) { changed() }
        decide()
        // Between the answers of one round, who is asked first would seem to be ahead.
        if members?.isWaiting == false, updateRoutes() { changed() }
    }

    // MARK: - Decisions

    private func decide() {
        guard !isCancelled, let members, !members.facts.isEmpty else { return }
        succession.nodes = members.facts
        succession.lineage = members.lineage
        succession.now = loop.now
        let verdict = succession.verdict()
        switch verdict.choice {
        case .keep: keep(verdict)
        case .promote(let address): promote(address, verdict)
        case .seek: miss(verdict.reason)
        }
    }

    /// The first address behind the name, before it said a word.
    private func adopt(_ address: SocketAddress) {
        succession.incumbent = Succession.Incumbent(address: address)
        succession.namedBefore = succession.named
        primary = address
        pin()
        publish()
        seek(because: "not asked yet", isNews: true)
        // Nothing has happened yet.
        sign = nil
    }

    private func keep(_ verdict: Succession.Verdict) {
        guard let incumbent = succession.incumbent else { return }
        let id = members?.facts(of: incumbent.address)?.info?.replicationID ?? ""
        if !isSeeking, succession.hasRestarted(as: id) {
            // Its replicas may have been promoted meanwhile, and then have what it lost.
            return seek(because: "\(incumbent.address) has restarted", isNews: true)
        }
        if !id.isEmpty { succession.incumbent?.replicationID = id }
        succession.incumbent?.missingSince = nil
        if succession.named.contains(incumbent.address) {
            succession.namedBefore = succession.named
        }
        succession.incumbent?.isVerified = true
        note(verdict, for: incumbent.address)
        guard isSeeking else { return }
        if owesEpoch {
            let wait = publishedAt + Int64(repeatPace) - loop.now
            guard wait <= 0 else {
                repeatTimer?.start(afterMilliseconds: Int(wait))
                return
            }
            settle(verdict.reason)
            repeatPace = nextPace()
            repeatedAt = loop.now
            publish()
        } else {
            settle(verdict.reason)
        }
    }

    private func nextPace() -> Int {
        loop.now - repeatedAt > Int64(GroupLimits.repeatMemory)
            ? GroupLimits.firstRepeat : min(repeatPace * 2, GroupLimits.longestRepeat)
    }

    private func promote(_ address: SocketAddress, _ verdict: Succession.Verdict) {
        let old = succession.incumbent
        let from = old?.address
        let now = EventLoop.monotonicMicroseconds()
        lastChange = PrimaryChange(
            from: from, to: address, epoch: epoch + 1, isPromotion: old?.isVerified == true,
            sign: sign?.because ?? newsWithoutTrouble(of: address),
            reason: verdict.reason, signAt: sign?.at ?? now, decidedAt: now)
        let was = from.map { ", was \($0)" } ?? ""
        log.notice("\(label): primary is \(address)\(was): \(verdict.reason)")
        if let old, old.isVerified {
            promotions += 1
            succession.former.append(old.address)
        }
        succession.former.removeAll { $0 == address }
        succession.rivals.remove(address)
        succession.former = succession.former.suffix(GroupLimits.mostFormer)
        succession.incumbent = Succession.Incumbent(
            address: address, replicationID: members?.facts(of: address)?.info?.replicationID ?? "",
            isVerified: true)
        succession.namedBefore = succession.named
        primary = address
        pin()
        repeatPace = GroupLimits.firstRepeat
        note(verdict, for: address)
        settle(verdict.reason)
        _ = updateRoutes()
        publish()
    }

    /// What there is to say of a change that nothing bad came before.
    private func newsWithoutTrouble(of address: SocketAddress) -> String {
        succession.named.contains(address) ? "the name stands for \(address)" : "its own word"
    }

    private func miss(_ reason: String) {
        guard let incumbent = succession.incumbent else {
            awaited = reason
            return seek(because: reason, isNews: false)
        }
        let facts = members?.facts(of: incumbent.address)
        guard let facts, facts.askedAt >= succession.newsSince, !succession.isWell(facts) else {
            // It is well as far as is known; answers are awaited.
            if awaited.isEmpty { awaited = reason }
            return
        }
        awaited = reason
        owesEpoch = true
        if incumbent.missingSince == nil { succession.incumbent?.missingSince = loop.now }
        seek(because: reason, isNews: false)
    }

    /// Split brain is told once, not with every answer.
    private func note(_ verdict: Succession.Verdict, for primary: SocketAddress) {
        let rivals = verdict.rivals.filter { !succession.rivals.contains($0) }
        guard !rivals.isEmpty else { return }
        succession.rivals.formUnion(rivals)
        splitBrains += 1
        let others = rivals.map(\.description).joined(separator: ", ")
        log.warning(
            "\(label): \(others) is primary, too, by its own word; writes go to \(primary): \(verdict.reason)"
        )
    }

    private func settle(_ reason: String) {
        log.debug("\(label): \(reason)")
        isSeeking = false
        owesEpoch = false
        awaited = ""
        sign = nil
        repeatTimer?.stop()
        schedule()
    }

    /// Makes the primary, the same or another, a new decision.
    private func publish() {
        epoch += 1
        publishedAt = loop.now
        changed()
    }

    /// - Returns: whether workers should know.
    private func updateRoutes() -> Bool {
        guard !isCancelled, let primary, let members,
            let facts = members.facts(of: primary)
        else { return false }
        let readable = ReadableReplicas(
            primary: facts, isPrimaryWell: succession.isWell(facts), lag: lag
        ).among(members.facts)
        return routes.update(from: readable, primary: facts)
    }
}
