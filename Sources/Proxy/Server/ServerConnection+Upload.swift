internal import Reactor
internal import Wire

/// A large request on a connection that it has to itself.
extension ServerConnection {
    // MARK: - Sending

    /// The connection is this request's until its reply has come.
    func begin(_ upload: Upload, _ command: MemcachedCommand, _ commandClass: CommandClass) {
        assert(isDetached)
        assert(isIdle || phase != .ready)
        deadlines?.stop()
        self.upload = upload
        enqueue(
            Ticket(
                client: upload.sequence == nil ? .nobody : upload.client,
                sequence: upload.sequence ?? 0, length: 0, deadline: 0,
                purpose: upload.sequence == nil ? .discard : .request, command: command,
                commandClass: commandClass))
        // Its time begins when the server has got it.
        tickets.update(tickets.count - 1) { $0.deadline = Ticket.never }
        if phase != .ready { armDeadline(after: server.pool.timeout ?? Limits.connectMilliseconds) }
    }

    /// Sends bytes of the request from where they are; what the socket does not take is kept.
    func upload(_ bytes: RawBytes) {
        guard let upload else { return }
        server.counters.add(bytes.count, to: .requestBytes)
        var sent = 0
        if phase == .ready && upload.pending.isEmpty && !isBlocked && bytes.count > 0 {
            // A failure is for the flush to find, which is not in the middle of anything.
            sent = (try? unsafe socket.send(bytes.buffer)) ?? 0
            if sent > 0 { upload.lastSent = worker.loop.now }
            if sent < bytes.count { watchUntilWritable() }
        }
        unsafe upload.pending.append(bytes.dropping(sent), from: worker.blocks)
    }

    /// Sends what is pending, as far as the socket takes it.
    func flush(_ upload: Upload) {
        guard phase == .ready, !isHolding, !upload.pending.isEmpty else { return }
        while !upload.pending.isEmpty && !isBlocked {
            do throws(SystemError) {
                let gathered = unsafe upload.pending.gather(into: worker.vectors)
                let sent = try unsafe socket.send(gathering: gathered.vectors)
                upload.pending.consume(sent, to: worker.blocks)
                if sent > 0 { upload.lastSent = worker.loop.now }
                if sent < gathered.count { watchUntilWritable() }
            } catch {
                return close(because: .failed(error))
            }
        }
        guard upload.pending.isEmpty else { return }
        if upload.isWhole { uploadIsWhole() }
        if let client = unsafe worker.clients.find(upload.client) {
            unsafe client.takeUnretainedValue().uploadMayGoOn(upload)
        }
    }

    func watchUntilWritable() {
        isBlocked = true
        watcher?.watch(pausedFor == .nobody ? [.readable, .writable] : .writable)
    }

    /// The client has sent all of it; once the server has got it too, its time begins.
    func uploadIsWhole() {
        guard let upload, upload.isSent, !tickets.isEmpty else { return }
        lastProgress = worker.loop.now
        let deadline = deadline
        let stamp = worker.stamp
        tickets.update(tickets.count - 1) {
            $0.deadline = deadline
            $0.sentAt = stamp
        }
        if let timeout = server.pool.timeout { armDeadline(after: timeout) }
    }

    // MARK: - Ending

    /// The client is gone, or what it sends is no request: the server forgets the half of it.
    func abandonUpload() {
        for index in 0..<tickets.count { tickets.update(index) { $0.purpose = .discard } }
        close(because: .retired)
    }

    /// The server has answered, usually after it has got all of the request. If before, the rest
    /// goes nowhere, and the connection is of no more use.
    private func uploadAnswered(_ upload: Upload) {
        let isEarly = !upload.isSent
        endUpload()
        if isEarly { close(because: .retired) }
    }

    /// The request goes on over another connection: this one was not ready, so nothing of it was
    /// sent.
    func passUpload(to other: ServerConnection) {
        guard let upload, !tickets.isEmpty else { return }
        let ticket = tickets[tickets.count - 1]
        for index in 0..<tickets.count { tickets.update(index) { $0.purpose = .discard } }
        self.upload = nil
        upload.connection = other
        other.begin(upload, ticket.command, ticket.commandClass)
    }

    /// The upload is over for this connection.
    func endUpload() {
        guard let upload else { return }
        self.upload = nil
        upload.connection = nil
        upload.pending.removeAll(to: worker.blocks)
        if let client = unsafe worker.clients.find(upload.client) {
            unsafe client.takeUnretainedValue().uploadEnded(upload)
        }
    }

    /// Looks whether a detached connection is free again, or of no more use. Called after each
    /// read.
    func settle() {
        guard phase == .ready else { return }
        guard tickets.isEmpty else {
            if isForNobody { close(because: .retired) }
            return
        }
        if let upload { uploadAnswered(upload) }
        guard phase == .ready else { return }
        if isSuperseded { return close(because: .retired) }
        armDeadline(after: Limits.idleDetachedMilliseconds)
        server.detachedIsFree()
    }

    /// Whether all that is left is a long reply that nobody waits for, and others behind it
    /// likewise.
    private var isForNobody: Bool {
        guard bodyRemaining > Limits.detachFrom else { return false }
        return (0..<tickets.count).allSatisfy { index in
            let client = tickets[index].client
            guard client != .nobody else { return false }
            return unsafe worker.clients.find(client) == nil
        }
    }

    /// What is still to come of the value that is arriving.
    var bodyRemaining: Int {
        server.pool.isRedis ? redisReplies.bodyRemaining : memcachedReplies.bodyRemaining
    }

    /// Whether a detached connection may be taken for something else.
    var isFree: Bool { phase == .ready && isIdle && upload == nil && !isSuperseded }

    // MARK: - Deadlines

    /// Looks whether a detached connection has waited for too long.
    ///
    /// - Returns: whether there is nothing else to look at.
    func expireDetached() -> Bool {
        guard let upload else {
            guard isIdle else { return false }
            close(because: .retired)
            return true
        }
        guard !upload.isSent else { return false }
        guard phase == .ready else {
            close(because: .noProgress)
            return true
        }
        guard let timeout = server.pool.timeout else { return true }
        let silence = worker.loop.now - upload.lastSent
        let limit = Int64(timeout * Limits.timeoutsWithoutProgress)
        if !upload.pending.isEmpty && silence >= limit {
            close(because: .noProgress)
        } else {
            armDeadline(after: timeout)
        }
        return true
    }

    // MARK: - Large replies

    /// Lets later requests take another way if the reply that is arriving would keep them waiting.
    func leavePlaceForLargeReply() {
        if !isDetached && bodyRemaining > Limits.detachFrom { leavePlace() }
    }

    /// Gives the place among the server's connections to another one, if there may be one.
    func leavePlace() {
        guard !isDetached, phase == .ready, !isHolding else { return }
        server.detach(self)
    }

    /// Whether it owes replies that no client counts: requests that wanted none.
    private var hasQuietRequests: Bool {
        (0..<tickets.count).contains {
            tickets[$0].purpose == .discard && tickets[$0].client == .nobody
        }
    }

    /// Whether those who wait here can be told not to overtake themselves elsewhere.
    var mayDetach: Bool { !hasQuietRequests }

    /// The connection has left its place: whoever waits here takes the next one when nothing is
    /// owed to him any more.
    func holdBackClients() {
        for index in 0..<tickets.count {
            guard let client = unsafe worker.clients.find(tickets[index].client) else { continue }
            unsafe client.takeUnretainedValue().waitUntilAlone()
        }
    }
}
