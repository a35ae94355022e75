internal import Reactor

/// Who is primary of a replication group: the decision, from what is known of its nodes.
///
/// It does no I/O and owns no clock. The incumbent, who takes the writes now, stays for as long as
/// it says that it is primary, so that writes never alternate; another node takes its place when
/// the incumbent itself names it, when it continues the incumbent's replication history, or when
/// the group's name was changed to it. A former primary that comes back has only its own word, and
/// that is not enough.
struct Succession {
    /// Who takes the writes now.
    struct Incumbent: Equatable {
        var address: SocketAddress
        /// Its history when it last was found well; empty if it never was, or does not tell.
        var replicationID = ""
        /// Whether it was ever found well: the first one is only what the name stood for.
        var isVerified = false
        /// Since when it has not been a primary that answers (milliseconds); nil while it is.
        var missingSince: Int64?
    }

    /// A decision and its reason, in words for the log.
    struct Verdict: Equatable {
        enum Choice: Equatable {
            /// The incumbent stays.
            case keep
            /// This node takes its place.
            case promote(SocketAddress)
            /// Nobody is known to be primary yet.
            case seek
        }

        var choice: Choice
        var reason: String
        /// Other nodes that say that they are primary, too.
        var rivals: [SocketAddress] = []
    }

    var incumbent: Incumbent?
    /// Those who were incumbents before.
    var former: [SocketAddress] = []
    /// What the group's name stands for now, and what it stood for when it last agreed with the
    /// incumbent or an incumbent was chosen.
    var named: [SocketAddress] = []
    var namedBefore: [SocketAddress] = []
    /// Nodes that said that they are primary while the incumbent was well, too: somebody may have
    /// cut a replica off for purposes of his own, and a hiccup of the incumbent is no reason to
    /// follow.
    var rivals: Set<SocketAddress> = []
    /// Addresses that the configuration gives for the group, beside the name's.
    var listed: [SocketAddress] = []
    var nodes: [NodeFacts] = []
    var lineage = Lineage()
    /// Answers to questions from before this moment are old news (microseconds).
    var newsSince: Int64 = 0
    /// Milliseconds.
    var now: Int64 = 0

    /// Decides.
    func verdict() -> Verdict {
        guard let incumbent else { return first() }
        guard let facts = node(incumbent.address), !isOld(facts) else {
            return wait(for: incumbent)
        }
        return isWell(facts) ? challenge(incumbent, facts) : succeed(incumbent, facts)
    }

    /// Whether the node, being the incumbent, takes writes as far as is known. One that does not
    /// tell its role is believed.
    func isWell(_ facts: NodeFacts) -> Bool {
        facts.isReachable && !facts.isLoading && facts.role != .replica
    }

    /// Whether the incumbent, whose history is this one now, no longer has the one it was known
    /// with: it lost its data, or restarted with what it had saved.
    func hasRestarted(as id: String) -> Bool {
        guard let known = incumbent?.replicationID, !known.isEmpty, !id.isEmpty else {
            return false
        }
        return id != known && !lineage.isContinuation(id, of: known)
    }

    // MARK: - The three situations

    /// Nobody was primary before.
    private func first() -> Verdict {
        if let node = best(claimants.filter { named.contains($0.address) }) {
            return Verdict(choice: .promote(node.address), reason: "the name stands for it")
        }
        for facts in nodes where named.isEmpty || named.contains(facts.address) {
            guard let node = chosen(by: facts) else { continue }
            return Verdict(
                choice: .promote(node.address), reason: "\(facts.address) is its replica")
        }
        if named.isEmpty, let node = best(claimants) {
            return Verdict(choice: .promote(node.address), reason: "it says that it is primary")
        }
        return Verdict(choice: .seek, reason: "no node says that it is primary")
    }

    /// The incumbent has not answered yet. If it takes long, a node that was promoted at just that
    /// time says why.
    private func wait(for incumbent: Incumbent) -> Verdict {
        let heirs = claimants.filter { continues($0, incumbent) && !rivals.contains($0.address) }
        if now - newsSince / 1000 >= GroupLimits.silence, let heir = best(heirs) {
            return Verdict(
                choice: .promote(heir.address), reason: right(of: heir, over: incumbent))
        }
        return Verdict(choice: .seek, reason: "\(incumbent.address) is asked")
    }

    /// The incumbent says that it is primary. Does another one with a better right?
    private func challenge(_ incumbent: Incumbent, _ facts: NodeFacts) -> Verdict {
        let rivals = claimants.filter { $0.address != facts.address && !isSame($0, facts) }
        let addresses = rivals.map(\.address)
        if let heir = best(rivals.filter { outranks($0, facts, incumbent) }) {
            let others = addresses.filter { $0 != heir.address } + [facts.address]
            return Verdict(
                choice: .promote(heir.address), reason: right(of: heir, over: incumbent),
                rivals: others)
        }
        if hasRestarted(as: id(facts)), nodes.contains(where: { $0.isReachable && isOld($0) }) {
            return Verdict(
                choice: .seek, reason: "\(facts.address) has another history; others are asked")
        }
        return Verdict(
            choice: .keep, reason: "\(facts.address) says that it is primary", rivals: addresses)
    }

    /// The incumbent is gone, loading, or a replica now.
    private func succeed(_ incumbent: Incumbent, _ facts: NodeFacts) -> Verdict {
        let candidates = claimants
        func promote(_ node: NodeFacts, _ reason: String) -> Verdict {
            Verdict(
                choice: .promote(node.address), reason: reason,
                rivals: candidates.map(\.address).filter { $0 != node.address })
        }
        if let node = chosen(by: facts) {
            return promote(node, "\(facts.address) is its replica now")
        }
        let missing = incumbent.missingSince.map { now - $0 } ?? 0
        let trusted = candidates.filter {
            if named.contains($0.address), !isReturning($0) { return true }
            let isFree = !rivals.contains($0.address) || missing >= GroupLimits.longBeside
            return isFree && continues($0, incumbent)
        }
        if let node = best(trusted) { return promote(node, right(of: node, over: incumbent)) }
        let patience = incumbent.isVerified ? GroupLimits.long : GroupLimits.longUnverified
        if missing >= patience, let node = best(candidates.filter(isOurs)) {
            return promote(node, "nobody else was primary for \(missing / 1000) s")
        }
        return Verdict(choice: .seek, reason: want(facts))
    }

    /// What is awaited.
    private func want(_ facts: NodeFacts) -> String {
        if !facts.isReachable { return "\(facts.address): \(facts.problem)" }
        if facts.isLoading { return "\(facts.address) is loading its data" }
        guard let next = facts.follows else { return "\(facts.address) is a replica" }
        let problem = node(next).map { $0.isReachable ? "is not primary yet" : $0.problem }
        return "\(facts.address) is a replica of \(next): \(problem ?? "not known")"
    }

    // MARK: - Claims

    /// Nodes that may be taken as primaries: they are up and say so, with news. One that does not
    /// tell its role is taken at the name's word.
    private var claimants: [NodeFacts] {
        nodes.filter {
            guard !isOld($0), !$0.isRefused else { return false }
            return $0.isPrimary || ($0.isMute && named.contains($0.address))
        }
    }

    /// The primary that a replica names, or that one's, and so on.
    private func chosen(by facts: NodeFacts) -> NodeFacts? {
        let candidates = claimants
        var at = facts
        for _ in nodes.indices {
            guard at.isReachable, at.role == .replica, let next = at.follows else { return nil }
            if let node = candidates.first(where: { $0.address == next }) { return node }
            guard let known = node(next) else { return nil }
            at = known
        }
        return nil
    }

    private func outranks(
        _ rival: NodeFacts, _ facts: NodeFacts, _ incumbent: Incumbent
    ) -> Bool {
        let isHeir = continues(rival, incumbent)
        if isHeir, hasRestarted(as: id(facts)) { return true }
        guard named.contains(rival.address), !named.contains(facts.address) else { return false }
        if isHeir { return true }
        // The name may be older news than the incumbent's promotion, cached somewhere on the way.
        guard isNewlyNamed(rival), !isReturning(rival) else { return false }
        return !lineage.isContinuation(id(facts), of: id(rival))
    }

    /// Why the node takes the incumbent's place.
    private func right(of node: NodeFacts, over incumbent: Incumbent) -> String {
        continues(node, incumbent)
            ? "it continues the replication history of \(incumbent.address)"
            : "the name stands for it"
    }

    private func continues(_ node: NodeFacts, _ incumbent: Incumbent) -> Bool {
        lineage.isContinuation(id(node), of: incumbent.replicationID)
    }

    /// Whether the node was primary once and has nothing new to show for it: no replicas, or only
    /// a name that has not changed since. One that tells nothing has only the name to show.
    private func isReturning(_ node: NodeFacts) -> Bool {
        guard former.contains(node.address) else { return false }
        return !isNewlyNamed(node) || node.info?.connectedReplicas == 0
    }

    /// Whether more than another node's word says that the node is of this group. One that left it
    /// may by now tell of another group's primary.
    private func isOurs(_ node: NodeFacts) -> Bool {
        named.contains(node.address) || listed.contains(node.address)
            || former.contains(node.address)
    }

    private func isNewlyNamed(_ node: NodeFacts) -> Bool {
        named.contains(node.address) && !namedBefore.contains(node.address)
    }

    /// Two addresses of one node: no two primaries share a history's id.
    private func isSame(_ one: NodeFacts, _ other: NodeFacts) -> Bool {
        !id(one).isEmpty && id(one) == id(other)
    }

    // MARK: - The best of several

    private func best(_ nodes: [NodeFacts]) -> NodeFacts? {
        guard var best = nodes.first else { return nil }
        for node in nodes.dropFirst() where isBetter(node, than: best) { best = node }
        return best
    }

    /// A changed name is the group's own word on who won; then history decides: who was promoted
    /// later, who has more of the data, whom more replicas follow.
    private func isBetter(_ one: NodeFacts, than other: NodeFacts) -> Bool {
        if isNewlyNamed(one) != isNewlyNamed(other) { return isNewlyNamed(one) }
        if lineage.isContinuation(id(one), of: id(other)) { return true }
        if lineage.isContinuation(id(other), of: id(one)) { return false }
        if let incumbent, continues(one, incumbent) != continues(other, incumbent) {
            return continues(one, incumbent)
        }
        let offsets = (one.info?.offset ?? 0, other.info?.offset ?? 0)
        if offsets.0 != offsets.1 { return offsets.0 > offsets.1 }
        let replicas = (one.info?.connectedReplicas ?? 0, other.info?.connectedReplicas ?? 0)
        if replicas.0 != replicas.1 { return replicas.0 > replicas.1 }
        return named.contains(one.address) && !named.contains(other.address)
    }

    // MARK: - Facts

    private func node(_ address: SocketAddress) -> NodeFacts? {
        nodes.first { $0.address == address }
    }

    private func isOld(_ facts: NodeFacts) -> Bool { facts.askedAt < newsSince }

    private func id(_ facts: NodeFacts) -> String { facts.info?.replicationID ?? "" }
}
