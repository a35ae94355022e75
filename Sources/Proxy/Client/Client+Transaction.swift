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

    /// The error that a command gets instead of a place in the transaction.
    private func refusal(
        of request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes,
        in transaction: Transaction
    ) -> [UInt8]? {
        guard command.isAllowedInTransaction(servers: pool.servers.count) else {
            return RedisReply.error("ERR Command not allowed inside a transaction")
        }
        guard worker.hasMemory(for: frame.count) else { return pool.errorReply(Self.outOfMemory) }
        guard transaction.hasRoom(for: frame.count) else {
            return RedisReply.error("ERR transaction is too large")
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

    // MARK: - Executing

    func executeTransaction() {
        guard let transaction else { return answer(RedisReply.error("ERR EXEC without MULTI")) }
        let watching = session?.watching
        if watching != nil && !isAlone() { return }
        defer { end(transaction) }
        if transaction.isBroken {
            stopWatching()
            return answer(
                RedisReply.error("EXECABORT Transaction discarded because of previous errors."))
        }
        if let watching { return execute(transaction, overWatching: watching) }
        if transaction.count == 0 { return answer(RedisReply.emptyArray) }
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
        let sequence = admit()
        let before = connection.log.count
        append(ascii: "*1\r\n$5\r\nMULTI\r\n", to: connection)
        transaction.move(to: &connection.log, worker.blocks)
        append(ascii: "*1\r\n$4\r\nEXEC\r\n", to: connection)
        if pool.readsFromReplicas { wroteAt = worker.loop.now }
        connection.enqueue(
            Ticket(
                client: handle, sequence: sequence, length: connection.log.count - before,
                deadline: 0, repetition: transaction.onlyReads ? .reads : .again,
                leading: UInt32(transaction.count + 1)))
    }
}

extension RedisCommand {
    /// Whether it goes to the server of its keys, or to any.
    fileprivate func isAllowedInTransaction(servers: Int) -> Bool {
        switch handling {
        case .forward, .blocking, .publish, .mget, .mset, .sum, .anyServer, .local(.ping),
            .local(.echo):
            true
        case .subcommands where keys != .none: true
        case .everywhere, .scan, .subcommands, .onlyServer: servers == 1
        case .local, .watch, .refused: false
        }
    }
}
