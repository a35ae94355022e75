internal import Reactor
internal import Wire

/// Large requests, sent on while they arrive.
extension Client {
    /// When complete requests that are held back, or a large one, may go on.
    enum Pace {
        /// As soon as the client is within its bounds.
        case usual
        /// When it is owed nothing: what comes next takes another connection, and must not overtake
        /// what it has sent.
        case alone
        /// When a connection for a large request is free.
        case queued
        /// When the server has taken what is pending of the upload.
        case uploading
        /// When the upload's reply has come. The socket is still watched, which costs nothing while
        /// the client waits for the reply too.
        case answering
    }

    /// What becomes of an unfinished request.
    enum UploadStart {
        /// It is collected until it is complete.
        case none
        /// It is on its way.
        case begun
        /// It waits for its turn; its bytes stay.
        case waits
    }

    /// Where an unfinished request goes, and what of it has come.
    private struct Target {
        let server: Server
        let rest: RequestRest
        /// Bytes at the front that `rest` is behind.
        let consumed: Int
        /// Its line, for a memcached request whose noreply is kept from the server.
        var quietLine: MemcachedRequest?
        var command = MemcachedCommand.get
        let commandClass: CommandClass
    }

    // MARK: - Beginning

    /// Looks whether the unfinished request that begins with these bytes had better be sent on as
    /// it comes.
    func startUpload(_ bytes: RawBytes) -> UploadStart {
        guard max(inputNeeded, bytes.count) > Limits.uploadFrom, !isDraining, !collects,
            let target = unsafe uploadTarget(bytes)
        else { return .none }
        guard requests.isEmpty else {
            wait(.alone)
            return .waits
        }
        switch target.server.uploadConnection(for: self) {
        case .connection(let connection): unsafe begin(target, bytes, over: connection)
        case .busy:
            wait(.queued)
            return .waits
        case .unavailable: unsafe begin(target, bytes, over: nil)
        }
        return .begun
    }

    func wait(_ pace: Pace) {
        self.pace = pace
        isHeldBack = true
        updateInterest()
    }

    private func uploadTarget(_ bytes: RawBytes) -> Target? {
        guard let target = unsafe pool.isRedis ? redisTarget(bytes) : memcachedTarget(bytes) else {
            return nil
        }
        let server = target.server
        // What is held for a primary, or may be sent again, has to be here as a whole.
        if server.holdsRequests {
            guard server.isReachable(at: server.place(of: self)),
                max(inputNeeded, bytes.count) > Limits.collectedAtMost
            else { return nil }
        }
        return target
    }

    /// A command for one server of which the first argument is the one key.
    private func redisTarget(_ bytes: RawBytes) -> Target? {
        guard let found = unsafe unfinished?.redis.unfinished(in: bytes.span),
            let command = found.request.command.command, command.handling == .forward,
            case .one(1) = command.keys,
            command.accepts(argumentCount: found.request.argumentCount),
            isAuthenticated, !pool.watchesPlainRequests, !hearsOnly, !replyMode.isSilent,
            transaction == nil,
            !command.hasSubcommands,
            !(pool.readsFromReplicas && command.isReadOnly),
            found.request.firstArgumentLength <= pool.maxKeyLength
        else { return nil }
        let key = unsafe bytes.piece(
            found.request.firstArgumentOffset, found.request.firstArgumentLength)
        let server = unsafe pool.servers[pool.serverIndex(for: key.span)]
        return Target(
            server: server, rest: found.rest, consumed: found.consumed,
            commandClass: command.commandClass)
    }

    private func memcachedTarget(_ bytes: RawBytes) -> Target? {
        // Nobody knows when what it wanted no reply to has reached the server. A meta command's key
        // may be written otherwise than it is, and its reply may have to be hidden.
        guard !isQuiet, let found = unfinished?.memcached.unfinished, found.command.isStorage else {
            return nil
        }
        let key = unsafe bytes.piece(found.keyOffset, found.keyLength)
        let server = unsafe pool.servers[pool.serverIndex(for: key.span)]
        return Target(
            server: server, rest: RequestRest(dataBlock: found.dataLength),
            consumed: found.lineLength, quietLine: found.hasNoreply ? found : nil,
            command: found.command, commandClass: found.command.commandClass)
    }

    private func begin(_ target: Target, _ bytes: RawBytes, over connection: ServerConnection?) {
        dropUnfinished()
        inputNeeded = 0
        ownsBlock = false
        if pool.readsFromReplicas { wroteAt = worker.loop.now }
        let sequence = target.quietLine == nil ? admit() : nil
        let upload = Upload(
            of: handle, sequence, target.rest, over: connection, at: worker.loop.now)
        self.upload = upload
        if let connection {
            connection.begin(upload, target.command, target.commandClass)
        } else if let sequence {
            fail(sequence, Ticket.whole, target.server.unavailable, .none)
        } else {
            pool.counters.add(to: .forwardErrors)
        }
        guard let line = target.quietLine else {
            return unsafe take(bytes, behind: target.consumed)
        }
        unsafe connection?.upload(bytes.piece(0, line.noreplyOffset))
        unsafe Self.newline.withRawBytes { unsafe connection?.upload($0) }
        unsafe take(bytes.dropping(target.consumed))
    }

    private static let newline = Array(ascii: "\r\n")

    // MARK: - Going on

    /// Reads more of the large request, and more again while it fills the reads.
    func receiveUpload() throws(SystemError) {
        for _ in 0..<Limits.fullReads {
            guard let upload, !isHeldBack, !isClosed, try receive(upload) else { return }
        }
    }

    /// - Returns: whether there is more to read.
    private func receive(_ upload: Upload) throws(SystemError) -> Bool {
        if let isMore = try relay(upload) { return isMore }
        let kept = moveInputToScratch()
        let scratch = unsafe worker.scratch
        // What follows the request stays in the socket, as far as its end is known.
        let room = upload.rest.isLastArgument ? upload.rest.announced : Limits.scratch
        let place = unsafe UnsafeMutableRawBufferPointer(
            rebasing: scratch[kept..<min(scratch.count, kept + room)])
        switch try unsafe socket.read(into: place) {
        case .bytes(let count):
            lastActive = worker.loop.now
            upload.lastReceived = lastActive
            unsafe take(RawBytes(kept + count, of: scratch))
            return count == place.count
        case .wouldBlock: unsafe keepInput(RawBytes(kept, of: scratch))
        case .endOfFile:
            // Half a request gets no reply.
            close(because: .finished)
        }
        return false
    }

    /// Takes bytes that go on with the large request behind `head`, which was looked at before and
    /// is not sent yet.
    private func take(_ bytes: RawBytes, behind head: Int = 0) {
        guard let upload else { return }
        let scan = unsafe upload.rest.scan(bytes.dropping(head).span)
        let end = head + scan.consumed
        if case .malformed(let error) = scan.state {
            return unsafe cutOff(upload, because: error, bytes.dropping(end))
        }
        upload.isWhole = scan.state == .complete
        if upload.isWhole { noteComplete(upload) }
        let rest = unsafe bytes.dropping(end)
        guard let connection = upload.connection else {
            unsafe keepInput(rest)
            if upload.isWhole { uploadEnded(upload) }
            return
        }
        unsafe connection.upload(bytes.piece(0, end))
        // It may have been lost just now.
        unsafe keepInput(rest)
        guard upload.connection != nil else { return }
        if upload.isWhole {
            connection.uploadIsWhole()
            wait(.answering)
        } else if !upload.pending.isEmpty {
            wait(.uploading)
        }
    }

    /// To the statistics of latency, a request begins when the client has sent all of it.
    private func noteComplete(_ upload: Upload) {
        guard let sequence = upload.sequence else { return }
        let index = Int(sequence &- firstSequence)
        guard index < requests.count else { return }
        let stamp = worker.stamp
        requests.update(index) { $0.receivedAt = stamp }
    }

    private func keepInput(_ bytes: RawBytes) {
        unsafe input.append(contiguous: bytes, from: worker.blocks)
    }

    /// The server has taken what was pending.
    func uploadMayGoOn(_ upload: Upload) {
        guard self.upload === upload, !upload.isWhole else { return }
        pace = .usual
        isHeldBack = false
        updateInterest()
    }

    /// The rest is no request: the server must not get it as one.
    private func cutOff(_ upload: Upload, because error: RedisProtocolError, _ rest: RawBytes) {
        let wasAnswered = upload.connection == nil
        self.upload = nil
        upload.connection?.abandonUpload()
        guard pool.isRedis else {
            // As memcached does: go on behind the block, wherever that is for the client.
            if !wasAnswered, let sequence = upload.sequence {
                finish(sequence, with: MemcachedRefusal.badDataChunk.reply)
            }
            let skipped = min(upload.rest.announced, rest.count)
            skipCount = upload.rest.announced - skipped
            unsafe keepInput(rest.dropping(skipped))
            pace = .usual
            return goOnSoon()
        }
        if wasAnswered { return refuse(with: error.message) }
        if let sequence = upload.sequence { finish(sequence, with: error.message) }
        isFinished = true
        isRefused = true
        markDirty()
    }

    private func finish(_ sequence: UInt32, with reply: [UInt8]) {
        unsafe reply.withRawBytes { bytes in
            unsafe complete(sequence, Ticket.whole, bytes, .none)
        }
    }

    // MARK: - Ending

    /// The reply has come, or the connection is lost and the error is on its way. What the client
    /// still sends of the request is dropped.
    func uploadEnded(_ upload: Upload) {
        guard self.upload === upload, !isClosed else { return }
        upload.connection = nil
        guard upload.isWhole else {
            pace = .usual
            isHeldBack = false
            return updateInterest()
        }
        self.upload = nil
        pace = .answering
        goOnSoon()
    }

    /// The client's end is the upload's.
    func dropUpload() {
        if let upload, !upload.isWhole { upload.connection?.abandonUpload() }
        upload = nil
    }

    /// A connection for a large request is free, or is waited for no more.
    func uploadTurn(collecting: Bool) {
        collects = collecting
        pace = .usual
        goOnSoon()
    }

    /// Parses what has been kept, after whatever goes on now.
    private func goOnSoon() {
        isHeldBack = true
        guard !isParsingDue else { return }
        isParsingDue = true
        worker.needsParsing(self)
    }

    // MARK: - Order

    /// The connection that owes this client replies takes no more requests: the next ones would
    /// overtake those that wait there.
    func waitUntilAlone() {
        guard !requests.isEmpty, upload == nil, pace == .usual else { return }
        wait(.alone)
    }

    /// More came behind the upload than may be read now.
    func readTooSoon() {
        guard pace == .answering, upload != nil else { return }
        pace = .uploading
        updateInterest()
    }

    /// Whether it is this client's turn again.
    var hasTurn: Bool {
        switch pace {
        case .usual: true
        case .alone: requests.isEmpty
        case .answering: upload == nil
        case .queued, .uploading: false
        }
    }
}
