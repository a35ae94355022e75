internal import Reactor
internal import Wire

/// Requests that need a server connection of their own, or at least to be alone: everything that
/// the client said before is answered, and nothing that it says next is taken until this is.
extension Client {
    /// Whether a request that must be alone may go now; if not, it stays in the input until it may.
    func isAlone() -> Bool {
        isPostponed = !requests.isEmpty
        if isPostponed { requestLimit = 1 } else { settle() }
        return !isPostponed
    }

    /// Settles before the replies leave, and before the next request is taken: both may come in the
    /// turn in which the last reply does.
    @inline(__always)
    func settleIfAnswered() {
        if circumstances[.alone] && requests.isEmpty { settle() }
    }

    /// The request at the front of the input is not taken yet.
    func holdBack() -> Int {
        isPostponed = false
        isHeldBack = true
        return 0
    }

    /// The replies are out that a request had to wait for, or that to a request that had to be
    /// alone.
    func settle() {
        requestLimit = Limits.requestsInFlight
        guard let session else { return }
        if let blocked = session.blocked {
            blocked.server.privates.giveBack(blocked)
            session.blocked = nil
            pool.counts.blocked.add(-1)
        }
        for connection in session.asked { connection.server.privates.giveBack(connection) }
        session.asked.removeAll()
        if session.isWatchEnding { return endWatching() }
        session.watching?.isWatching = true
    }

    /// Whether the client waits on a server connection of its own; its end ends the wait, as it
    /// would at a server.
    var waitsAlone: Bool { session?.blocked != nil }

    /// Whether input is taken although no request is.
    var listensWhileBlocked: Bool { waitsAlone && input.count < Limits.inputWhileBlocked }

    private var ownSession: PrivateSession {
        if let session { return session }
        let new = PrivateSession()
        session = new
        return new
    }

    // MARK: - Waiting

    /// Sends a request that may wait for ever, and waits with it.
    func block(_ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes) {
        guard isAlone(), let shard = unsafe oneShard(of: request, command, frame) else { return }
        guard let connection = ownConnection(to: pool.servers[shard], for: frame.count) else {
            return
        }
        connection.isPatient = true
        ownSession.blocked = connection
        pool.counts.blocked.add(1)
        unsafe sendAlone(frame, over: connection)
    }

    /// The shard of all the request's keys; nil if there is none, and the client has its error.
    private func oneShard(
        of request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes
    ) -> Int? {
        do throws(RedisKeyError) {
            switch try unsafe home(of: request, frame) {
            case .shard(let index): return index
            case .nowhere: return pool.anyServer.index
            case .several: unsafe answer(crossServerError(request, frame))
            case .tooLong: answer(pool.keyTooLong)
            }
        } catch {
            answer(error.reply(to: command))
        }
        return nil
    }

    /// A connection for this client alone; nil if there is none, and the client has its error.
    private func ownConnection(to server: Server, for bytes: Int) -> ServerConnection? {
        do throws(NoConnection) {
            return try privateConnection(to: server, for: bytes)
        } catch {
            fail(error.reason)
            return nil
        }
    }

    /// Why there is no connection for a client alone.
    private struct NoConnection: Error {
        let reason: String
    }

    private func privateConnection(
        to server: Server, for bytes: Int
    ) throws(NoConnection) -> ServerConnection {
        guard !worker.isFull else { throw NoConnection(reason: Self.outOfMemory) }
        guard !server.privates.isFull else { throw NoConnection(reason: server.tooManyPrivate) }
        guard hasDescriptor(for: server) else { throw NoConnection(reason: Self.noDescriptor) }
        guard let connection = server.privateConnection(for: self) else {
            throw NoConnection(reason: server.unavailable)
        }
        guard connection.hasRoom(for: bytes) else {
            server.privates.giveBack(connection)
            throw NoConnection(reason: server.overloaded)
        }
        return connection
    }

    private static var noDescriptor: String { "the limit of open files is reached" }

    /// What the proxy keeps for itself is not for as many connections as there are clients.
    private func hasDescriptor(for server: Server) -> Bool {
        server.privates.hasIdle(speaksRESP3: speaksRESP3)
            || worker.commons.descriptors.hasRoom(besides: socket.descriptor)
    }

    private func sendAlone(_ frame: RawBytes, over connection: ServerConnection) {
        requestLimit = 1
        let sequence = admit()
        unsafe append(frame, to: connection)
        connection.enqueue(
            Ticket(client: handle, sequence: sequence, length: frame.count, deadline: 0))
    }

    // MARK: - Going past others

    /// Asks every server over a connection of the client's own: what is to be ended is what the
    /// shared ones wait for.
    func sendPastOthers(_ frame: RawBytes, _ gathering: RedisGathering) {
        guard isAlone() else { return }
        let number = worker.splits.take()
        let split = worker.splits[number]
        split.begin(
            gathering, speaksRESP3: speaksRESP3, fragments: pool.servers.count, from: worker.blocks)
        requestLimit = 1
        let sequence = admit(split: number)
        for (fragment, server) in pool.servers.enumerated() {
            do throws(NoConnection) {
                let connection = try privateConnection(to: server, for: frame.count)
                ownSession.asked.append(connection)
                unsafe append(frame, to: connection)
                connection.enqueue(
                    Ticket(
                        client: handle, sequence: sequence, fragment: Int32(fragment),
                        length: frame.count, deadline: 0, commandClass: .split))
            } catch {
                split.lose(fragment, pool.errorReply(error.reason))
            }
        }
        didSend(split, sequence)
    }

    // MARK: - Watching

    /// WATCH: from the first one on, the keys' server and this client have a connection of their
    /// own.
    func watch(_ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes) {
        guard isAlone() else { return }
        guard transaction == nil else {
            return answer(RedisReply.error("ERR WATCH inside MULTI is not allowed"))
        }
        guard let shard = unsafe oneShard(of: request, command, frame) else { return }
        if let watching = session?.watching {
            guard watching.server.index == shard else { return answer(Self.crossServer) }
            // What was watched is lost, and EXEC will say so.
            guard watching.phase != .closed else { return answer(RedisReply.ok) }
            return unsafe sendAlone(frame, over: watching)
        }
        guard let connection = ownConnection(to: pool.servers[shard], for: frame.count) else {
            return
        }
        ownSession.watching = connection
        unsafe sendAlone(frame, over: connection)
    }

    /// UNWATCH.
    func unwatch() {
        guard isAlone() else { return }
        stopWatching()
        answer(RedisReply.ok)
    }

    /// Forgets what is watched, without waiting for the server to do so.
    func stopWatching() {
        guard let watching = session?.watching else { return }
        if watching.phase != .closed {
            append(ascii: Self.unwatchCommand, to: watching)
            watching.enqueue(
                Ticket(
                    length: Self.unwatchCommand.utf8CodeUnitCount, deadline: 0, purpose: .discard))
        }
        endWatching()
    }

    private static let unwatchCommand: StaticString = "*1\r\n$7\r\nUNWATCH\r\n"

    /// The server has forgotten what was watched, or will have before it hears of anything else.
    private func endWatching() {
        guard let session, let watching = session.watching else { return }
        session.watching = nil
        session.isWatchEnding = false
        watching.server.privates.giveBack(watching)
    }

    /// Whether a command for this shard may join a transaction: it must be where keys are watched.
    func isWhereWatched(_ shard: Int?) -> Bool {
        guard let shard, let watching = session?.watching else { return true }
        return watching.server.index == shard
    }
}
