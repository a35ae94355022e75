internal import Configuration
internal import Reactor
internal import Wire

/// Watches one node: keeps a connection to it and asks, when told to, whether it is loading (PING)
/// and what its part in the group is (INFO replication).
///
///     idle ── ask ──▶ connecting ──▶ open ⟲ ask
///      ▲                  │           │
///      └──── after a failure, with a backoff
///
/// Every question ends in one report, by its answer or by its failure. An open connection that is
/// lost is no failure yet: a new one is tried at once, and that counts.
final class NodeWatch {
    private enum Phase {
        case idle
        case connecting
        /// `hasAnswered`: at least once.
        case open(hasAnswered: Bool)
    }

    /// The replies that are still to come, in their order.
    private enum Expected {
        case auth
        case ping
        case info
    }

    private static let question =
        RedisReply.command(["PING"]) + RedisReply.command(["INFO", "replication"])

    let address: SocketAddress
    private(set) var facts: NodeFacts
    private let loop: EventLoop
    private let credentials: Credentials?
    private let report: (NodeFacts) -> Void
    private var phase = Phase.idle
    private var link: NodeLink?
    private var deadline: Timer?
    private var deadlineAt = Int64.max
    private var replies = NodeReplies()
    private var expected: [Expected] = []
    /// When the questions without an answer were asked, in microseconds.
    private var questions: [Int64] = []
    /// What the current answer says so far.
    private var answer: NodeFacts
    private var passwordsRefused = 0
    private var limit = GroupLimits.peaceAnswer
    private var backoff = Backoff(GroupLimits.backoff)
    private var retryAt = Int64.min

    /// Asks nothing yet.
    ///
    /// - Parameter report: told the outcome of every question, from the loop or from within `ask`.
    init(
        _ address: SocketAddress, credentials: Credentials?, on loop: EventLoop,
        report: @escaping (NodeFacts) -> Void
    ) {
        self.address = address
        self.credentials = credentials
        self.loop = loop
        self.report = report
        facts = NodeFacts(address)
        answer = facts
        link = NodeLink(loop) { [unowned self] event in self.take(event) }
        deadline = Timer(loop) { [unowned self] in
            self.fail("no answer within \(self.limit) ms")
        }
    }

    /// Whether a question is unanswered.
    var isWaiting: Bool {
        switch phase {
        case .idle: false
        case .connecting: true
        case .open: !questions.isEmpty
        }
    }

    /// Asks. One question that is on its way does not delay this one; while the last failure is too
    /// fresh, nothing happens.
    ///
    /// - Parameter limit: how long the node may take, in milliseconds; it holds for questions on
    ///   their way too.
    func ask(withinMilliseconds limit: Int) {
        self.limit = limit
        switch phase {
        case .idle:
            if loop.now >= retryAt { connect() }
        case .connecting:
            setDeadline()
        case .open(let hasAnswered):
            // Before the first answer it may turn out that another password has to be shown.
            let mayAsk = hasAnswered && questions.count < GroupLimits.mostQuestions
            if mayAsk { put() } else { setDeadline() }
        }
    }

    /// Ends all, reports no more.
    func cancel() {
        deadline?.cancel()
        link?.close()
        phase = .idle
        retryAt = .max
    }

    // MARK: - The connection

    private func connect() {
        phase = .connecting
        replies = NodeReplies()
        expected = []
        questions = []
        passwordsRefused = 0
        answer = facts
        answer.isRefused = false
        deadlineAt = .max
        setDeadline()
        link?.open(address)
    }

    private func take(_ event: NodeLink.Event) {
        switch event {
        case .connected:
            phase = .open(hasAnswered: false)
            put()
        case .received(let bytes):
            replies.append(bytes)
            readReplies()
        case .ended(let problem):
            guard case .open(hasAnswered: true) = phase else { return fail(problem) }
            connect()
        }
    }

    private func put() {
        var bytes: [UInt8] = []
        if let auth, case .open(hasAnswered: false) = phase, questions.isEmpty {
            bytes += auth
            expected.append(.auth)
        }
        bytes += Self.question
        expected += [.ping, .info]
        questions.append(EventLoop.monotonicMicroseconds())
        setDeadline()
        if let problem = link?.send(bytes) { fail(problem) }
    }

    /// The command that shows the password whose turn it is.
    private var auth: [UInt8]? {
        guard let credentials else { return nil }
        let password = credentials.passwords[passwordsRefused % credentials.passwords.count]
        return RedisReply.command(["AUTH"] + (credentials.user.map { [$0] } ?? []) + [password])
    }

    private func setDeadline() {
        let next = loop.now + Int64(limit)
        guard next < deadlineAt else { return }
        deadlineAt = next
        deadline?.start(afterMilliseconds: limit)
    }

    private func clearDeadline() {
        deadline?.stop()
        deadlineAt = .max
        if !questions.isEmpty { setDeadline() }
    }

    private func fail(_ problem: String) {
        link?.close()
        phase = .idle
        questions = []
        clearDeadline()
        let wait = backoff.fail()
        retryAt = loop.now + Int64(Int.random(in: wait / 2...wait))
        var failed = facts
        failed.isReachable = false
        failed.isLoading = false
        failed.problem = problem
        failed.askedAt = EventLoop.monotonicMicroseconds()
        tell(failed)
    }

    // MARK: - Answers

    private func readReplies() {
        while let reply = replies.next() {
            guard !expected.isEmpty else { return fail("spoke unasked") }
            read(reply, as: expected.removeFirst())
            // The report may have ended all.
            guard case .open = phase else { return }
        }
        if replies.isBroken { fail("answered with what is no reply") }
    }

    private func read(_ reply: [UInt8], as expected: Expected) {
        switch expected {
        case .auth:
            // Without a password of its own, a server takes everybody as authenticated.
            let isRefusal = reply.isError("WRONGPASS") || reply.isError("ERR invalid password")
            if isRefusal { passwordsRefused += 1 }
            answer.isRefused = isRefusal
        case .ping:
            answer.isLoading = reply.isError("LOADING")
            if reply.isError("NOAUTH") { answer.isRefused = true }
            answer.problem = reply.isError("NOAUTH") ? "refuses the password" : ""
        case .info:
            if reply.first == UInt8(ascii: "$") {
                answer.info = ReplicationInfo(reply)
            } else if reply.isError("NOPERM") || reply.isError("NOAUTH") || reply.isError("ERR") {
                // Whatever else it says (BUSY, say) does not take back what it said before.
                answer.info = nil
            }
            finishAnswer()
        }
    }

    private func finishAnswer() {
        let askedAt = questions.removeFirst()
        if answer.isRefused, let credentials, passwordsRefused < credentials.passwords.count,
            passwordsRefused > 0
        {
            return showNextPassword()
        }
        if answer.isRefused {
            // The next connection starts with the first password again.
            link?.close()
            phase = .idle
            questions = []
            retryAt = loop.now + Int64(GroupLimits.backoff.upperBound)
        } else {
            phase = .open(hasAnswered: true)
            backoff.reset()
            retryAt = .min
        }
        clearDeadline()
        answer.isReachable = true
        answer.askedAt = askedAt
        answer.roundTripMicroseconds = smoothed(EventLoop.monotonicMicroseconds() - askedAt)
        tell(answer)
    }

    /// While passwords change, nodes have the new one or the old one.
    private func showNextPassword() {
        questions = []
        expected = []
        put()
    }

    /// A quarter of each new time: one late answer does not send readers elsewhere.
    private func smoothed(_ microseconds: Int64) -> Int {
        let new = Int(max(1, microseconds))
        let old = facts.roundTripMicroseconds
        return old == 0 ? new : (3 * old + new) / 4
    }

    private func tell(_ new: NodeFacts) {
        var new = new
        let isSame = new.isLike(facts) && facts.askedAt >= 0
        new.since = isSame ? facts.since : loop.now
        facts = new
        answer = new
        report(new)
    }
}

extension [UInt8] {
    /// Whether the reply is an error that begins with the given words.
    fileprivate func isError(_ words: String) -> Bool {
        first == UInt8(ascii: "-") && dropFirst().starts(with: words.utf8)
    }
}
