internal import Reactor
internal import Wire

/// Bytes to requests.
extension Client {
    /// One read per turn of the loop; what more there is waits for the next turn, so that one busy
    /// client does not starve the others.
    func receive() {
        if isLingering { return discard() }
        do throws(SystemError) {
            if circumstances.isEmpty { return try receiveIntoScratch() }
            settleIfAnswered()
            if upload != nil {
                try receiveUpload()
            } else if ownsBlock {
                try receiveIntoBlock()
            } else {
                let size = sendsLarge ? Limits.readBeforeRelay : Limits.scratch
                sendsLarge = false
                try receiveIntoScratch(upTo: size)
            }
        } catch {
            close(because: .failed(error))
        }
    }

    @inline(__always)
    private func receiveIntoScratch(upTo size: Int = Limits.scratch) throws(SystemError) {
        let kept = input.isEmpty ? 0 : moveInputToScratch()
        let scratch = unsafe worker.scratch
        let room = unsafe UnsafeMutableRawBufferPointer(
            rebasing: scratch[kept..<min(scratch.count, kept + size)])
        switch try unsafe socket.read(into: room) {
        case .bytes(let count):
            lastActive = worker.loop.now
            unsafe parse(RawBytes(kept + count, of: scratch))
        case .wouldBlock: unsafe keep(RawBytes(kept, of: scratch))
        case .endOfFile: endInput()
        }
    }

    @inline(never)
    private func receiveIntoBlock() throws(SystemError) {
        // Up to the end of a large value and not beyond, so that its block can move on as it is.
        // Where the parser knows of no more than the next header, whatever is there.
        let missing = inputNeeded - input.count
        let room = min(input.roomAtEnd, missing < Limits.ownInputBlock ? Limits.scratch : missing)
        let place = unsafe UnsafeMutableRawBufferPointer(start: input.placeAtEnd, count: room)
        switch try unsafe socket.read(into: place) {
        case .bytes(let count):
            lastActive = worker.loop.now
            input.didFill(count)
            parseBlock()
        case .wouldBlock: break
        case .endOfFile: endInput()
        }
    }

    func moveInputToScratch() -> Int {
        let kept = input.count
        guard kept > 0 else { return 0 }
        unsafe worker.scratch.copyMemory(from: input.firstBytes.buffer)
        input.removeAll(to: worker.blocks)
        return kept
    }

    /// The client sends no more; it still gets its replies.
    private func endInput() {
        isFinished = true
        input.removeAll(to: worker.blocks)
        if (requests.isEmpty && output.isEmpty) || waitsAlone { return close(because: .finished) }
        updateInterest()
    }

    /// Goes on with requests that were held back.
    func parseHeldBack() {
        isParsingDue = false
        guard !isClosed, hasTurn else { return }
        pace = .usual
        isHeldBack = false
        if ownsBlock {
            parseBlock()
        } else {
            let kept = moveInputToScratch()
            unsafe parse(RawBytes(kept, of: worker.scratch))
        }
        updateInterest()
        markDirty()
    }

    // MARK: - Parsing

    private func parse(_ bytes: RawBytes) {
        var offset = 0
        if skipCount > 0 {
            offset = min(skipCount, bytes.count)
            skipCount -= offset
        }
        inputNeeded = 0
        while offset < bytes.count && !isFinished {
            guard hasRoom else {
                isHeldBack = true
                break
            }
            let taken = unsafe parseOne(bytes.dropping(offset))
            if taken == 0 || isClosed { break }
            offset &+= taken
        }
        if offset == bytes.count && circumstances.isEmpty { return }
        // The rest of a refused one is still to come.
        skipCount += max(0, offset - bytes.count)
        if isFinished || isClosed { return }
        if offset < bytes.count { unsafe keep(bytes.dropping(offset)) }
        if isHeldBack { return updateInterest() }
        if isDraining { isFinished = true }
    }

    /// Parses and dispatches the request at the front.
    ///
    /// - Returns: its length, which for a refused one may reach beyond the bytes; 0 if it is not
    ///   complete.
    @inline(__always)
    private func parseOne(_ bytes: RawBytes) -> Int {
        if language == .redis { return unsafe parseRedis(bytes) }
        return switch language {
        case .memcached: unsafe parseMemcached(bytes)
        case .memcachedBinary: unsafe parseBinary(bytes)
        case .redis, .undecided: unsafe parseFirst(bytes)
        }
    }

    /// The first byte of all tells the language: no command of the text begins with this one.
    private func parseFirst(_ bytes: RawBytes) -> Int {
        language =
            unsafe bytes.first == MemcachedBinaryHeader.requestMagic ? .memcachedBinary : .memcached
        return unsafe parseOne(bytes)
    }

    /// Parses the request that has the input to itself.
    @inline(never)
    private func parseBlock() {
        guard input.count >= inputNeeded else { return growBlock() }
        guard hasRoom else {
            isHeldBack = true
            return updateInterest()
        }
        let count = input.count
        let taken = unsafe parseOne(input.firstBytes)
        if taken == 0 { return isHeldBack ? updateInterest() : growBlock() }
        ownsBlock = false
        collects = false
        inputNeeded = 0
        skipCount = max(0, taken - count)
        // Empty if the block has moved on to a server.
        input.consume(min(taken, input.count), to: worker.blocks)
        let kept = moveInputToScratch()
        unsafe parse(RawBytes(kept, of: worker.scratch))
    }

    // MARK: - Keeping

    /// Keeps what is not a whole request yet, or is not its turn.
    private func keep(_ bytes: RawBytes) {
        guard bytes.count > 0 else { return }
        if !isHeldBack {
            switch unsafe startUpload(bytes) {
            case .begun: return
            case .waits: return unsafe input.append(contiguous: bytes, from: worker.blocks)
            case .none: break
            }
        }
        ownsBlock = !isHeldBack && max(inputNeeded, bytes.count) > Limits.ownInputBlock
        if ownsBlock {
            let size = blockSize(after: bytes.count)
            guard isAllowed(size) else { return }
            input.addBlock(for: size, from: worker.blocks)
        }
        unsafe input.append(contiguous: bytes, from: worker.blocks)
    }

    /// What is announced, if that is not too much to believe: up to four times of what has come.
    /// Where the next header is all that is known of, room for half as much again, so that what
    /// comes argument by argument is not copied for each.
    private func blockSize(after count: Int) -> Int {
        max(count * 3 / 2, min(inputNeeded, max(count * 4, Limits.firstInputBlock)))
    }

    /// Refuses the unfinished request if a block of so many bytes is beyond `max_memory`.
    private func isAllowed(_ size: Int) -> Bool {
        if worker.hasMemory(for: size) { return true }
        ownsBlock = false
        input.removeAll(to: worker.blocks)
        pool.counters.add(to: .forwardErrors)
        // A binary response needs what was just dropped.
        refuse(with: language == .memcachedBinary ? [] : pool.errorReply(Self.outOfMemory))
        return false
    }

    static let outOfMemory = "out of memory: max_memory is reached"

    /// Makes room for the rest of the request that has the input to itself.
    private func growBlock() {
        var block = input
        input = ByteList()
        switch unsafe startUpload(block.firstBytes) {
        case .begun: return block.removeAll(to: worker.blocks)
        case .waits: return input = block
        case .none: input = block
        }
        guard input.roomAtEnd == 0 else { return }
        let size = blockSize(after: input.count)
        guard isAllowed(size) else { return }
        var larger = ByteList()
        larger.addBlock(for: size, from: worker.blocks)
        unsafe larger.append(contiguous: input.firstBytes, from: worker.blocks)
        input.removeAll(to: worker.blocks)
        input = larger
    }

    // MARK: - Leaving with an error

    /// Ends the conversation after the replies that are due: the client spoke no protocol, or is
    /// not let in.
    func refuse(with error: [UInt8]) {
        answer(error)
        isFinished = true
        isRefused = true
    }

    /// The last words are sent. What the client still sends is read and dropped for a moment, since
    /// closing with unread input would make the kernel reset the connection and the client lose the
    /// words.
    func linger() {
        isLingering = true
        socket.shutdownWrite()
        let timer = Timer(worker.loop) { [unowned self] in self.close(because: .refused) }
        timer.start(afterMilliseconds: Limits.lingerMilliseconds)
        lingering = timer
        updateInterest()
    }

    private func discard() {
        do throws(SystemError) {
            if case .endOfFile = try unsafe socket.read(into: worker.scratch) {
                close(because: .refused)
            }
        } catch {
            close(because: .refused)
        }
    }

    // MARK: - Sending on

    /// Sends a whole request to a server.
    @inline(__always)
    func forward(
        _ frame: RawBytes, to server: Server, _ repetition: RedisRepetition,
        _ commandClass: CommandClass, isSilent: Bool? = nil
    ) {
        guard let connection = findConnection(to: server, for: frame.count) else { return }
        connection.use { connection in
            let sequence = admit(isSilent: isSilent)
            unsafe append(frame, to: connection)
            connection.enqueue(
                Ticket(
                    client: handle, sequence: sequence, length: frame.count, deadline: 0,
                    repetition: repetition, commandClass: commandClass))
        }
    }

    /// The connection for a request of so many bytes, which lives to the end of this turn at least;
    /// if there is none, the client has its error.
    @inline(__always)
    func findConnection(
        to server: Server, for bytes: Int
    ) -> Unretained<ServerConnection>? {
        if !worker.isFull, let connection = server.findConnection(for: self),
            connection.use({ $0.hasRoom(for: bytes) })
        {
            return connection
        }
        failToConnect(to: server)
        return nil
    }

    @inline(never)
    private func failToConnect(to server: Server) {
        fail(reasonForNone(at: server))
    }

    /// Why there is no connection to the server, or none that takes more.
    @inline(never)
    func reasonForNone(at server: Server) -> String {
        if worker.isFull { return Self.outOfMemory }
        return server.connection(for: self) == nil ? server.unavailable : server.overloaded
    }

    /// Answers a request that goes nowhere with an error of the proxy's own.
    func fail(_ message: String) {
        pool.counters.add(to: .forwardErrors)
        answer(pool.errorReply(message))
    }

    /// Puts bytes of a request into a connection's log; a request that has a block to itself moves
    /// there uncopied.
    @inline(__always)
    func append(_ frame: RawBytes, to connection: ServerConnection) {
        if !ownsBlock && frame.count <= Limits.ownInputBlock {
            unsafe connection.log.append(frame, from: worker.blocks)
        } else {
            unsafe append(large: frame, to: connection)
        }
    }

    @inline(never)
    private func append(large frame: RawBytes, to connection: ServerConnection) {
        if ownsBlock, unsafe frame.start == input.firstBytes.start,
            frame.count == input.count
        {
            connection.log.adopt(&input, to: worker.blocks)
        } else if frame.count <= Limits.ownInputBlock {
            unsafe connection.log.append(frame, from: worker.blocks)
        } else {
            unsafe connection.log.append(large: frame, from: worker.blocks)
        }
    }
}
