internal import Reactor
internal import Wire

/// MULTI, EXEC and DISCARD.
extension Client {
    func beginTransaction() {
        guard transaction == nil else {
            return answer(RedisReply.error("ERR MULTI calls can not be nested"))
        }
        transaction = Transaction()
        answer(RedisReply.ok)
    }

    func discardTransaction() {
        guard let transaction else {
            return answer(RedisReply.error("ERR DISCARD without MULTI"))
        }
        guard isAlone() else { return }
        end(transaction)
        stopWatching()
        answer(RedisReply.ok)
    }

    /// The transaction is over, or the client.
    func end(_ transaction: Transaction) {
        transaction.release(to: worker.blocks)
        self.transaction = nil
    }

    // MARK: - Queueing

    /// Keeps a command for EXEC.
    func queue(
        _ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes,
        in transaction: Transaction
    ) {
        if let refusal = unsafe refusal(of: request, command, frame, in: transaction) {
            transaction.isBroken = true
            return answer(refusal)
        }
        answer(Self.queued)
    }

    private static let queued = RedisReply.status("QUEUED")

    private static let tooLargeTransaction = RedisReply.error("ERR transaction is too large")

    /// The error that a command gets instead of a place in the transaction.
    private func refusal(
        of request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes,
        in transaction: Transaction
    ) -> [UInt8]? {
        let isPassedOn = unsafe isPassedOn(request, command, frame)
        guard !(isPassedOn && command.isNeverInTransaction) else {
            return RedisReply.error("ERR Command not allowed inside a transaction")
        }
        if case .refused(let refusal) = command.handling, !isPassedOn {
            return refusal.reply(to: command.name)
        }
        guard worker.hasMemory(for: frame.count) else { return pool.errorReply(Self.outOfMemory) }
        guard transaction.hasRoom(for: frame.count) else { return Self.tooLargeTransaction }
        if !isPassedOn, let local = unsafe command.answered(in: request, frame) {
            return unsafe transaction.keep(local, frame) ? nil : Self.tooLargeTransaction
        }
        guard isPassedOn || command.isAllowedInTransaction(servers: pool.servers.count) else {
            let why =
                command.isAllowedInTransaction(servers: 1)
                ? ": '\(command.name)' is for all servers, and a transaction for one" : ""
            return RedisReply.error("ERR Command not allowed inside a transaction\(why)")
        }
        let shard: Int?
        do throws(RedisKeyError) {
            switch try unsafe home(of: request, frame) {
            case .nowhere where command.handling == .publish:
                shard = unsafe shardOfChannel(in: request, frame)
            case .nowhere: shard = nil
            case .shard(let index): shard = index
            case .several: return unsafe crossServerError(request, frame)
            case .tooLong: return pool.keyTooLong
            }
        } catch {
            return error.reply(to: command)
        }
        guard transaction.accepts(shard), isWhereWatched(shard) else { return Self.crossServer }
        unsafe transaction.append(
            frame, shard: shard, isRead: command.isReadOnly, from: worker.blocks)
        return nil
    }

    /// The wrong number of arguments breaks a transaction; EXEC's own ends it.
    func answerWrongArity(_ command: RedisCommand) {
        guard command.handling == .local(.exec) else {
            transaction?.isBroken = true
            return answer(RedisReply.wrongArity(command))
        }
        guard isAlone() else { return }
        if let transaction { end(transaction) }
        stopWatching()
        answer(
            RedisReply.error(
                "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' "
                    + "command"))
    }

    // MARK: - Executing

    func executeTransaction() {
        guard let transaction else { return answer(RedisReply.error("ERR EXEC without MULTI")) }
        let watching = session?.watching
        if (watching != nil || !transaction.locals.isEmpty) && !isAlone() { return }
        defer { end(transaction) }
        if transaction.isBroken {
            stopWatching()
            return answer(
                RedisReply.error("EXECABORT Transaction discarded because of previous errors."))
        }
        if let watching { return execute(transaction, overWatching: watching) }
        if transaction.count == 0 {
            guard !transaction.locals.isEmpty else { return answer(RedisReply.emptyArray) }
            let (sequence, fragment) = admit(transaction)
            return unsafe RedisReply.emptyArray.withRawBytes {
                unsafe complete(sequence, fragment, $0, .none)
            }
        }
        let server = transaction.shard.map { pool.servers[$0] } ?? pool.anyServer
        let size = transaction.commands.count
        findConnection(to: server, for: size)?.use { send(transaction, over: $0) }
    }

    /// Executes it if no watched key has changed.
    private func execute(_ transaction: Transaction, overWatching connection: ServerConnection) {
        guard connection.phase != .closed else {
            stopWatching()
            return answer(RedisReply.nullArray(isRESP3: speaksRESP3))
        }
        guard !worker.isFull, connection.hasRoom(for: transaction.commands.count) else {
            stopWatching()
            return fail(worker.isFull ? Self.outOfMemory : connection.server.overloaded)
        }
        session?.isWatchEnding = true
        requestLimit = 1
        send(transaction, over: connection)
    }

    private func send(_ transaction: Transaction, over connection: ServerConnection) {
        let (sequence, fragment) = admit(transaction)
        let before = connection.log.count
        append(ascii: "*1\r\n$5\r\nMULTI\r\n", to: connection)
        transaction.move(to: &connection.log, worker.blocks)
        append(ascii: "*1\r\n$4\r\nEXEC\r\n", to: connection)
        if pool.readsFromReplicas { wroteAt = worker.loop.now }
        connection.enqueue(
            Ticket(
                client: handle, sequence: sequence, fragment: fragment,
                length: connection.log.count - before, deadline: 0,
                repetition: transaction.onlyReads ? .reads : .again,
                leading: UInt32(transaction.count + 1)))
    }

    /// - Returns: the number of the request, and which part of it the server's reply is.
    private func admit(_ transaction: Transaction) -> (sequence: UInt32, fragment: Int32) {
        guard !transaction.locals.isEmpty else { return (admit(), Ticket.whole) }
        // What the client says next must not be done before.
        requestLimit = 1
        let number = worker.splits.take()
        worker.splits[number].begin(completing: transaction.locals, from: worker.blocks)
        return (admit(split: number), 0)
    }

    // MARK: - What the proxy answers itself

    /// The server has answered EXEC, or could not. If it has run the transaction, the local
    /// commands are run now, in their order.
    func runLocals(of split: Split, _ index: Int) {
        let sequence = firstSequence &+ UInt32(truncatingIfNeeded: index)
        guard split.hasRun(worker.blocks) else {
            split.finishAll()
            return finish(index)
        }
        for (number, local) in split.locals.enumerated() {
            run(local, for: ReplyPlace(sequence: sequence, fragment: Int32(number + 1)))
        }
    }

    /// Its reply is there at once, or will come to its place.
    private func run(_ local: LocalCommand, for place: ReplyPlace) {
        let reply = collect(for: place) {
            // EXEC has done so.
            if case .unwatch = local.command { return answer(RedisReply.ok) }
            unsafe local.frame.withRawBytes { frame in
                var parser = RedisRequestParser(limits: pool.redisLimits)
                guard case .request(let request) = unsafe parser.parse(frame.span) else { return }
                unsafe answer(local.command, request, frame)
            }
        }
        guard !reply.isEmpty else { return }
        unsafe reply.withRawBytes {
            unsafe complete(place.sequence, place.fragment, $0, .none)
        }
    }

    private func collect(for place: ReplyPlace, _ act: () -> Void) -> [UInt8] {
        let mode = replyMode
        replyMode = .collects
        collectingPlace = place
        worker.collected.removeAll()
        act()
        collectingPlace = nil
        replyMode = mode
        return worker.collected
    }
}

/// Where a reply goes that comes later: a request of its own, or a part of one.
struct ReplyPlace {
    let sequence: UInt32
    let fragment: Int32
}

extension Split {
    /// Whether the server has run the transaction.
    func hasRun(_ pool: BlockPool) -> Bool {
        guard failure == nil else { return false }
        fragments[0].reply.bringTogether(RedisReply.longestHeader, pool)
        return unsafe RedisReply.arrayHeader(in: fragments[0].reply.firstBytes.span) != nil
    }

    /// The server's reply to EXEC, or the error that stands for it, with the local commands'
    /// replies in their places.
    func completed(_ pool: BlockPool) -> [UInt8] {
        guard hasRun(pool) else { return failure ?? whole(0, pool) }
        let reply = whole(0, pool)
        let replies = locals.enumerated().map {
            (place: $0.element.place, reply: whole($0.offset + 1, pool))
        }
        return RedisReply.array(reply, with: replies) ?? reply
    }
}

extension RedisCommand {
    /// Whether a server takes it in no transaction, though it is not for the proxy to refuse.
    fileprivate var isNeverInTransaction: Bool { name == "save" || name == "shutdown" }

    /// Whether it goes to the server of its keys, or to any.
    fileprivate func isAllowedInTransaction(servers: Int) -> Bool {
        switch handling {
        case .forward, .blocking, .publish, .mget, .mset, .sum, .anyServer, .local(.ping),
            .local(.echo), .everywhere(.information):
            true
        case .subcommands where keys != .none: true
        case .everywhere, .scan, .subcommands, .onlyServer: servers == 1
        case .local, .watch, .refused: false
        }
    }

    /// What the proxy answers itself in a transaction, as it does without one.
    fileprivate func answered(
        in request: RedisRequest, _ frame: RawBytes
    ) -> RedisCommand.LocalCommand? {
        guard case .local(let local) = handling else { return nil }
        switch local {
        case .time, .role, .command, .config, .select, .unwatch, .auth, .hello, .unsubscribe,
            .patternUnsubscribe, .shardUnsubscribe:
            return local
        case .client:
            // It would say whether EXEC is answered.
            let name = unsafe fullName(in: request, frame.span)
            return name == "client|reply" ? nil : local
        // The servers have to confirm a subscription, one at a time.
        case .ping, .echo, .quit, .multi, .exec, .discard, .reset, .subscribe, .patternSubscribe,
            .shardSubscribe:
            return nil
        }
    }
}
