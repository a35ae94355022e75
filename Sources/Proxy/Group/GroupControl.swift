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
    /// Replicas that may be read from now.
    private(set) var replicas: [ReplicaRoute] = []
    /// How long the primary takes to answer; 0 if that is not known.
    private(set) var roundTripMicroseconds = 0
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
    private let log: Logger
    private let label: String
    private let credentials: Credentials?
    private let lag: ReplicaLag?
    private var names: AnnouncedNames?
    private var roundTimer: Timer?
    private var repeatTimer: Timer?

    private var nodes: [GroupNode] = []
    private var succession = Succession()
    private var knownRivals: Set<SocketAddress> = []
    /// Whether the incumbent was ever found to be a primary.
    private var isVerified = false
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
        self.log = log
        label = "pool \(pool.name): server \(server.endpoint)"
        credentials = pool.serverCredentials
        lag = pool.maxReplicaLag
        names = AnnouncedNames(loop, resolve: resolve) { [unowned self] in self.namesResolved() }
        roundTimer = Timer(loop) { [unowned self] in self.nextRound() }
        repeatTimer = Timer(loop) { [unowned self] in self.decide() }
    }

    /// Whether there is a primary that takes requests, as far as is known.
    var hasPrimary: Bool { primary != nil && succession.incumbent?.missingSince == nil }

    /// Everything known of every node now.
    var facts: [NodeFacts] { nodes.map(\.facts) }

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
        if succession.incumbent == nil, let first = named.first { adopt(first) }
        for address in named + readers + listed { follow(address, isNamed: true) }
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
        for node in nodes { node.watch?.cancel() }
        nodes = []
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
        forgetNodes()
        askAll()
        decide()
        if isSeeking { doubtNames() }
        schedule()
    }

    private func schedule() {
        let delay: Int
        if isSeeking {
            let spread = GroupLimits.firstSeekSpread + round * GroupLimits.seekSpreadStep
            delay = Int.random(
                in: GroupLimits
                    .shortestSeek...min(
                        GroupLimits.shortestSeek + spread, GroupLimits.longestSeek))
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
        let incumbent = succession.incumbent?.address
        for node in nodes where node.facts.address == incumbent { ask(node) }
        for node in nodes where node.facts.address != incumbent { ask(node) }
    }

    private func ask(_ node: GroupNode) {
        node.watch?.ask(
            withinMilliseconds: isSeeking ? GroupLimits.seekAnswer : GroupLimits.peaceAnswer)
    }

    private func doubtNames() {
        guard loop.now - doubtedAt >= Int64(GroupLimits.doubt) else { return }
        doubtedAt = loop.now
        doubt()
    }

    // MARK: - Nodes

    private func node(_ address: SocketAddress) -> GroupNode? {
        nodes.first { $0.facts.address == address }
    }

    /// Watches the node from now on, and asks it.
    private func follow(_ address: SocketAddress, isNamed: Bool) {
        if let node = node(address) {
            node.mentionedAt = loop.now
            return
        }
        if nodes.count >= GroupLimits.mostNodes {
            guard isNamed, makeRoom() else { return }
        }
        let node = GroupNode(address, at: loop.now)
        node.watch = NodeWatch(address, credentials: credentials, on: loop) {
            [unowned self] facts in self.take(facts)
        }
        nodes.append(node)
        ask(node)
    }

    /// Nodes that must not be forgotten.
    private func isPinned(_ address: SocketAddress) -> Bool {
        succession.named.contains(address) || succession.listed.contains(address)
            || succession.incumbent?.address == address
    }

    /// Whether the node is of this group: it is pinned, or of a history with one that is.
    private func belongs(_ facts: NodeFacts) -> Bool {
        if isPinned(facts.address) { return true }
        guard let id = facts.info?.replicationID, !id.isEmpty else { return false }
        return nodes.contains { other in
            guard isPinned(other.facts.address), let pinned = other.facts.info?.replicationID else {
                return false
            }
            return id == pinned || succession.lineage.isContinuation(id, of: pinned)
                || succession.lineage.isContinuation(pinned, of: id)
        }
    }

    /// Forgets nodes that left: nobody speaks of them, and they do not answer, or not as members.
    private func forgetNodes() {
        let before = loop.now - Int64(GroupLimits.forget)
        let gone = nodes.filter { node in
            node.mentionedAt <= before && !isPinned(node.facts.address)
                && (node.facts.isReachable ? !belongs(node.facts) : node.facts.since <= before)
        }
        for node in gone { forget(node) }
    }

    /// Gives up an announced node for one that is named, if there is one that does not answer.
    private func makeRoom() -> Bool {
        let node = nodes.first { !$0.facts.isReachable && !isPinned($0.facts.address) }
        if let node { forget(node) }
        return node != nil
    }

    private func forget(_ node: GroupNode) {
        node.watch?.cancel()
        nodes.removeAll { $0 === node }
        knownRivals.remove(node.facts.address)
    }

    // MARK: - Facts

    private func take(_ answer: NodeFacts) {
        guard let node = node(answer.address) else { return }
        var facts = answer
        facts.follows = followed(facts)
        node.facts = facts
        if facts.isReachable, let info = facts.info { learn(info, from: facts) }
        if facts.isReachable, facts.role != .primary { knownRivals.remove(facts.address) }
        dropReplica(facts)
        decide()
        // Between the answers of one round, who is asked first would seem to be ahead.
        if !nodes.contains(where: { $0.watch?.isWaiting == true }) { refreshRoutes() }
    }

    private func followed(_ facts: NodeFacts) -> SocketAddress? {
        guard facts.role == .replica, let endpoint = facts.info?.primary else { return nil }
        return address(of: endpoint, saidBy: facts.address)
    }

    /// A node's loopback address is that of another host than ours.
    private func address(
        of endpoint: ReplicationInfo.Endpoint, saidBy speaker: SocketAddress
    ) -> SocketAddress? {
        guard let address = names?.address(of: endpoint) else { return nil }
        return address.isOfThisHost && !speaker.isOfThisHost ? nil : address
    }

    private func learn(_ info: ReplicationInfo, from facts: NodeFacts) {
        succession.lineage.learn(info)
        guard belongs(facts) else { return }
        if let primary = facts.follows { follow(primary, isNamed: false) }
        for replica in info.replicas {
            guard let address = address(of: replica.endpoint, saidBy: facts.address) else {
                continue
            }
            follow(address, isNamed: false)
        }
    }

    private func namesResolved() {
        guard !isCancelled else { return }
        for node in nodes {
            node.facts.follows = followed(node.facts)
            if node.facts.isReachable, let info = node.facts.info { learn(info, from: node.facts) }
        }
        decide()
    }

    // MARK: - Decisions

    private func decide() {
        guard !isCancelled, !nodes.isEmpty else { return }
        succession.nodes = facts
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
        publish()
        seek(because: "not asked yet", isNews: true)
        // Nothing has happened yet.
        sign = nil
    }

    private func keep(_ verdict: Succession.Verdict) {
        guard let incumbent = succession.incumbent else { return }
        let id = node(incumbent.address)?.facts.info?.replicationID ?? ""
        if !isSeeking, succession.hasRestarted(as: id) {
            // Its replicas may have been promoted meanwhile, and then have what it lost.
            return seek(because: "\(incumbent.address) has restarted", isNews: true)
        }
        succession.incumbent?.replicationID = id
        succession.incumbent?.missingSince = nil
        if succession.named.contains(incumbent.address) {
            succession.namedBefore = succession.named
        }
        isVerified = true
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
        let from = succession.incumbent?.address
        let now = EventLoop.monotonicMicroseconds()
        lastChange = PrimaryChange(
            from: from, to: address, sign: sign?.because ?? newsWithoutTrouble(of: address),
            reason: verdict.reason, signAt: sign?.at ?? now, decidedAt: now)
        let was = from.map { ", was \($0)" } ?? ""
        log.notice("\(label): primary is \(address)\(was): \(verdict.reason)")
        if let from, isVerified {
            promotions += 1
            succession.former.append(from)
        }
        succession.former.removeAll { $0 == address }
        succession.former = succession.former.suffix(GroupLimits.mostFormer)
        succession.incumbent = Succession.Incumbent(
            address: address, replicationID: node(address)?.facts.info?.replicationID ?? "")
        succession.namedBefore = succession.named
        isVerified = true
        primary = address
        repeatPace = GroupLimits.firstRepeat
        note(verdict, for: address)
        settle(verdict.reason)
        collectRoutes()
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
        let facts = node(incumbent.address)?.facts
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
        let rivals = verdict.rivals.filter { !knownRivals.contains($0) }
        guard !rivals.isEmpty else { return }
        knownRivals.formUnion(rivals)
        splitBrains += 1
        let others = rivals.map(\.description).joined(separator: ", ")
        log.warning(
            "\(label): \(others) says that it is primary, too; \(primary) stays: \(verdict.reason)")
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

    // MARK: - Routes

    /// Tells of replicas and times that are others than before.
    private func refreshRoutes() {
        guard !isCancelled, collectRoutes() else { return }
        changed()
    }

    @discardableResult
    private func collectRoutes() -> Bool {
        guard let primary, let facts = node(primary)?.facts else { return false }
        let before = (replicas, roundTripMicroseconds)
        let readable = ReadableReplicas(
            primary: facts, isPrimaryWell: succession.isWell(facts), lag: lag
        ).among(self.facts)
        replicas = readable.map { facts in
            let old = replicas.first { $0.address == facts.address }
            return ReplicaRoute(
                address: facts.address,
                roundTripMicroseconds: Self.steady(
                    facts.roundTripMicroseconds, from: old?.roundTripMicroseconds ?? 0))
        }
        roundTripMicroseconds = Self.steady(
            facts.roundTripMicroseconds, from: roundTripMicroseconds)
        return before != (replicas, roundTripMicroseconds)
    }

    /// A time that changed by little stays, so that workers are not told every second.
    private static func steady(_ new: Int, from old: Int) -> Int {
        abs(new - old) <= max(old / 4, GroupLimits.sameMicroseconds) && old > 0 ? old : new
    }

    /// A replica that stopped serving need not wait for the round's end.
    private func dropReplica(_ facts: NodeFacts) {
        guard !ReadableReplicas.serves(facts),
            let index = replicas.firstIndex(where: { $0.address == facts.address })
        else { return }
        replicas.remove(at: index)
        changed()
    }
}

/// A node of a group and who watches it.
private final class GroupNode {
    var facts: NodeFacts
    var watch: NodeWatch?
    /// When a name or another node last spoke of it (milliseconds).
    var mentionedAt: Int64

    init(_ address: SocketAddress, at now: Int64) {
        facts = NodeFacts(address)
        mentionedAt = now
    }
}
