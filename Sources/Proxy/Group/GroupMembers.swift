internal import Configuration
internal import Reactor

/// The nodes of a replication group: who they are, and who watches each.
///
/// Some are pinned, by the configuration or as primary; others are learnt from what nodes announce,
/// as long as those are of the group themselves, and are forgotten when nobody speaks of them.
final class GroupMembers {
    private final class Node {
        var facts: NodeFacts
        var watch: NodeWatch?
        /// When a name or another node last spoke of it (milliseconds).
        var mentionedAt: Int64

        init(_ address: SocketAddress, at now: Int64) {
            facts = NodeFacts(address)
            mentionedAt = now
        }
    }

    /// Nodes that are not forgotten.
    var pinned: Set<SocketAddress> = []
    /// What all nodes told of their histories.
    private(set) var lineage = Lineage()

    private let loop: EventLoop
    private let credentials: Credentials?
    /// Told what a node answered, or that it did not.
    private let report: (NodeFacts) -> Void
    private var names: AnnouncedNames?
    private var nodes: [Node] = []
    private var limit = GroupLimits.seekAnswer

    /// - Parameters:
    ///   - resolve: finds the addresses of an announced name.
    ///   - report: told the outcome of every question, once it is part of `facts`.
    ///   - resolved: told when an announced name has got an address.
    init(
        _ loop: EventLoop, credentials: Credentials?, resolve: @escaping AnnouncedNames.Resolve,
        report: @escaping (NodeFacts) -> Void, resolved: @escaping () -> Void
    ) {
        self.loop = loop
        self.credentials = credentials
        self.report = report
        names = AnnouncedNames(loop, resolve: resolve) { [unowned self] in
            self.learnNames()
            resolved()
        }
    }

    /// Everything known of every node now.
    var facts: [NodeFacts] { nodes.map(\.facts) }

    /// What is known of one node.
    func facts(of address: SocketAddress) -> NodeFacts? { node(address)?.facts }

    /// Whether a question is unanswered.
    var isWaiting: Bool { nodes.contains { $0.watch?.isWaiting == true } }

    /// Asks every node; the first one may name the primary.
    ///
    /// - Parameter limit: how long each may take, in milliseconds.
    func ask(first: SocketAddress?, withinMilliseconds limit: Int) {
        self.limit = limit
        for node in nodes where node.facts.address == first { ask(node) }
        for node in nodes where node.facts.address != first { ask(node) }
    }

    /// Ends all, reports no more.
    func cancel() {
        for node in nodes { node.watch?.cancel() }
        nodes = []
    }

    private func ask(_ node: Node) { node.watch?.ask(withinMilliseconds: limit) }

    private func node(_ address: SocketAddress) -> Node? {
        nodes.first { $0.facts.address == address }
    }

    // MARK: - Coming and going

    /// Watches the node from now on, and asks it. When there are as many as may be, one that is
    /// only announced is passed over, and gives its place to one that is pinned.
    func follow(_ address: SocketAddress) {
        if let node = node(address) {
            node.mentionedAt = loop.now
            return
        }
        if nodes.count >= GroupLimits.mostNodes {
            guard pinned.contains(address), makeRoom() else { return }
        }
        let node = Node(address, at: loop.now)
        node.watch = NodeWatch(address, credentials: credentials, on: loop) {
            [unowned self] facts in self.take(facts)
        }
        nodes.append(node)
        ask(node)
    }

    /// Forgets nodes that left: nobody speaks of them, and they do not answer, or not as members.
    func forgetStrangers() {
        let before = loop.now - Int64(GroupLimits.forget)
        let gone = nodes.filter { node in
            node.mentionedAt <= before && !pinned.contains(node.facts.address)
                && (node.facts.isReachable ? !belongs(node.facts) : node.facts.since <= before)
        }
        for node in gone { forget(node) }
    }

    private func makeRoom() -> Bool {
        let node = nodes.first { !$0.facts.isReachable && !pinned.contains($0.facts.address) }
        if let node { forget(node) }
        return node != nil
    }

    private func forget(_ node: Node) {
        node.watch?.cancel()
        nodes.removeAll { $0 === node }
    }

    /// Whether the node is of this group: it is pinned, or of a history with one that is.
    private func belongs(_ facts: NodeFacts) -> Bool {
        if pinned.contains(facts.address) { return true }
        guard let id = facts.info?.replicationID, !id.isEmpty else { return false }
        return nodes.contains { other in
            guard pinned.contains(other.facts.address), let known = other.facts.info?.replicationID
            else { return false }
            return id == known || lineage.isContinuation(id, of: known)
                || lineage.isContinuation(known, of: id)
        }
    }

    // MARK: - Learning

    private func take(_ answer: NodeFacts) {
        guard let node = node(answer.address) else { return }
        node.facts = answer
        node.facts.follows = followed(answer)
        learn(from: node.facts)
        report(node.facts)
    }

    private func learn(from facts: NodeFacts) {
        guard facts.isReachable, let info = facts.info else { return }
        lineage.learn(info)
        guard belongs(facts) else { return }
        let announced = info.replicas.map { address(of: $0.endpoint, saidBy: facts.address) }
        for address in [facts.follows] + announced {
            if let address { follow(address) }
        }
    }

    /// A name that nodes announced has an address now.
    private func learnNames() {
        for node in nodes {
            node.facts.follows = followed(node.facts)
            learn(from: node.facts)
        }
    }

    private func followed(_ facts: NodeFacts) -> SocketAddress? {
        guard facts.role == .replica, let endpoint = facts.info?.primary else { return nil }
        return address(of: endpoint, saidBy: facts.address)
    }

    /// Nil for a name that is not resolved, and for another host's loopback address.
    private func address(
        of endpoint: ReplicationInfo.Endpoint, saidBy speaker: SocketAddress
    ) -> SocketAddress? {
        guard let address = names?.address(of: endpoint) else { return nil }
        return address.isOfThisHost && !speaker.isOfThisHost ? nil : address
    }
}
