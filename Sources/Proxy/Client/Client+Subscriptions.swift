internal import Reactor
internal import Wire

/// SUBSCRIBE, UNSUBSCRIBE and their kin, the messages that come of it, and PUBLISH.
extension Client {
    /// Whether it may say nothing but what concerns its subscriptions: RESP2 has no way to tell
    /// other replies from messages.
    var hearsOnly: Bool {
        guard let subscriptions, !speaksRESP3 else { return false }
        return !subscriptions.topics.isEmpty
    }

    func refuseWhileSubscribed(
        _ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes
    ) {
        let name = unsafe command.fullName(in: request, frame.span)
        answer(
            RedisReply.error(
                "ERR Can't execute '\(name)': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / "
                    + "RESET are allowed in this context"))
    }

    // MARK: - Subscribing

    /// One reply for each topic, once the servers have confirmed them all.
    func subscribe(_ kind: Topic.Kind, _ names: [[UInt8]]) {
        guard isAlone() else { return }
        let subscriptions = subscriptions ?? Subscriptions()
        self.subscriptions = subscriptions
        guard subscriptions.hasRoom(for: names) else {
            return answer(RedisReply.error("ERR too many subscriptions"))
        }
        let asked = names.map { Topic(kind: kind, name: $0) }
        let missing = Set(asked).filter {
            !subscriptions.topics.contains($0) && !pool.pubSub.want($0, self)
        }
        requestLimit = 1
        subscriptions.await(missing, of: asked, aloud { admit() })
        guard !missing.isEmpty else { return subscribed() }
        let timer = Timer(worker.loop) { [unowned self] in self.giveUpSubscribing() }
        subscriptions.patience = timer
        timer.start(afterMilliseconds: pool.timeout ?? Limits.connectMilliseconds)
    }

    /// The servers have confirmed a topic.
    func confirmed(_ topic: Topic) {
        if subscriptions?.confirm(topic) == true { subscribed() }
    }

    /// From now on messages come; the first reply of the client's next ones says so.
    private func subscribed() {
        guard let subscriptions else { return }
        subscriptions.patience?.stop()
        var replies: [UInt8] = []
        for topic in subscriptions.asked {
            if subscriptions.insert(topic) { pool.pubSub.add(self, to: topic) }
            replies += notice(
                topic.kind.subscribe, topic.name, subscriptions.count(with: topic.kind))
        }
        subscriptions.giveUp()
        unsafe replies.withRawBytes { bytes in
            unsafe complete(subscriptions.sequence, Ticket.whole, bytes, .none)
        }
    }

    private func giveUpSubscribing() {
        guard let subscriptions, !subscriptions.awaited.isEmpty else { return }
        for topic in subscriptions.asked where !subscriptions.topics.contains(topic) {
            pool.pubSub.drop(topic, self)
        }
        subscriptions.giveUp()
        fail(
            subscriptions.sequence, Ticket.whole, "a server did not confirm the subscription", .none
        )
    }

    // MARK: - Unsubscribing

    /// One reply for each topic, all of them if none is named.
    func unsubscribe(_ kind: Topic.Kind, _ names: [[UInt8]]) {
        let all = subscriptions?.topics.filter { $0.kind == kind }.map(\.name) ?? []
        let names = names.isEmpty ? all : names
        guard !names.isEmpty else {
            let count = subscriptions?.count(with: kind) ?? 0
            return aloud { answer(notice(kind.unsubscribe, nil, count)) }
        }
        var replies: [UInt8] = []
        for name in names {
            let topic = Topic(kind: kind, name: name)
            if subscriptions?.remove(topic) == true { pool.pubSub.drop(topic, self) }
            replies += notice(kind.unsubscribe, name, subscriptions?.count(with: kind) ?? 0)
        }
        aloud { answer(replies) }
    }

    /// Does what is told whatever CLIENT REPLY says: it is about replies, and neither messages nor
    /// what confirms a subscription are any.
    private func aloud<Result>(_ act: () -> Result) -> Result {
        guard replyMode != .collects else { return act() }
        let mode = replyMode
        replyMode = .on
        defer { replyMode = mode }
        return act()
    }

    /// The client is gone, or begins anew.
    func endSubscriptions() {
        guard let subscriptions else { return }
        subscriptions.patience?.cancel()
        for topic in subscriptions.topics { pool.pubSub.drop(topic, self) }
        for topic in subscriptions.asked { pool.pubSub.drop(topic, self) }
        self.subscriptions = nil
    }

    private func notice(_ word: String, _ name: [UInt8]?, _ count: Int) -> [UInt8] {
        let null = speaksRESP3 ? Array(ascii: "_\r\n") : RedisReply.nullBulk
        return Array("\(speaksRESP3 ? ">" : "*")3\r\n".utf8) + RedisReply.bulk(word)
            + (name.map { RedisReply.bulk($0.span) } ?? null) + RedisReply.integer(count)
    }

    /// PING of a client that may say little else: the answer looks like a message.
    func pong(_ word: RawBytes) {
        let text = unsafe RedisReply.bulk(word.span)
        answer(Array(ascii: "*2\r\n$4\r\npong\r\n") + text)
    }

    // MARK: - Messages

    /// A message, as a RESP2 server wrote it: an array, which RESP3 calls a push.
    func push(_ message: RawBytes) {
        guard !isClosed else { return }
        if requests.isEmpty || requests[0].phase != .streaming {
            unsafe appendPush(message)
            limitOutput()
            return markDirty()
        }
        // In the middle of a reply there is no place for it; behind it there is.
        var bytes = unsafe Array(message)
        if speaksRESP3 { bytes[0] = UInt8(ascii: ">") }
        let sequence = aloud { admit() }
        unsafe bytes.withRawBytes { unsafe complete(sequence, Ticket.whole, $0, .none) }
    }

    private func appendPush(_ message: RawBytes) {
        guard speaksRESP3 else { return unsafe output.append(message, from: worker.blocks) }
        unsafe Self.pushMark.withRawBytes { unsafe output.append($0, from: worker.blocks) }
        unsafe output.append(message.dropping(1), from: worker.blocks)
    }

    private static let pushMark = Array(ascii: ">")

    // MARK: - Publishing

    /// PUBLISH, SPUBLISH: to where the channel's subscribers are. A server counts the connections
    /// over which it is heard; where clients share them, their number is told instead.
    func publish(_ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes) {
        guard request.firstArgumentLength <= pool.maxKeyLength else {
            return answer(pool.keyTooLong)
        }
        let shard = unsafe shardOfChannel(in: request, frame)
        guard !pool.counts.subscribers.isEven else {
            return unsafe forward(frame, toShard: shard, .again, .other)
        }
        let name = unsafe frame.piece(request.firstArgumentOffset, request.firstArgumentLength)
        let topic = unsafe Topic(
            kind: command.keys == .none ? .channel : .shardChannel, name: Array(name))
        let surplus = pool.counts.subscribers.surplusOfMessages(on: topic)
        unsafe ask([pool.servers[shard]], frame, .shifted(surplus), .again)
    }

    func shardOfChannel(in request: RedisRequest, _ frame: RawBytes) -> Int {
        unsafe pool.serverIndex(
            for: frame.piece(request.firstArgumentOffset, request.firstArgumentLength).span)
    }
}
