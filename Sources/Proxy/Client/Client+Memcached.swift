internal import Wire

/// What becomes of a memcached request.
extension Client {
    /// Parses and dispatches the request at the front.
    ///
    /// - Returns: its length; 0 if it is not complete.
    @inline(__always)
    func parseMemcached(_ bytes: RawBytes) -> Int {
        guard unfinished == nil else { return unsafe parseMemcachedCarefully(bytes) }
        let request = unsafe pool.memcachedRequests.parsePlain(bytes.span)
        guard request.length > 0 else { return unsafe parseMemcachedCarefully(bytes) }
        unsafe forward(request, bytes.piece(0, request.length))
        return request.length
    }

    /// The same for what is no plain get or set, or not complete.
    @inline(never)
    private func parseMemcachedCarefully(_ bytes: RawBytes) -> Int {
        let found =
            unsafe unfinished?.memcached.parse(bytes.span)
            ?? pool.memcachedRequests.parse(bytes.span)
        if case .incomplete(let needed) = found {
            keepUnfinished()
            inputNeeded = needed
            return 0
        }
        dropUnfinished()
        switch found {
        case .request(let request):
            unsafe dispatch(request, bytes.piece(0, request.length))
            return request.length
        case .refused(let length, let refusal, let isSilent):
            if !isSilent { answer(refusal.reply) }
            return length
        case .incomplete:
            return 0
        case .malformed(let refusal):
            refuse(with: refusal.reply)
            return bytes.count
        }
    }

    private func dispatch(_ request: MemcachedRequest, _ frame: RawBytes) {
        switch request.command {
        case .get, .gets, .gat, .gats:
            if request.keyCount == 1 {
                unsafe forward(request, frame)
            } else {
                unsafe split(request, frame)
            }
        case .set, .add, .replace, .append, .prepend, .cas, .incr, .decr, .touch, .delete:
            unsafe forward(request, frame)
        case .version:
            unsafe send(request, frame, to: pool.anyServer)
        case .verbosity, .flushAll, .stats:
            unsafe dispatchToServers(request, frame)
        case .quit:
            isFinished = true
            markDirty()
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug:
            unsafe forwardMeta(request, frame)
        case .metaNoop:
            answer(MemcachedReply.metaNoop)
        }
    }

    /// What concerns servers as a whole, and so may be disabled: then it is refused as memcached
    /// does to which flush_all is forbidden.
    private func dispatchToServers(_ request: MemcachedRequest, _ frame: RawBytes) {
        guard !pool.disabledForServers.contains(request.command) else {
            guard !request.hasNoreply else { return }
            return answer(MemcachedReply.clientError("\(request.command.name) not allowed"))
        }
        if request.command == .stats {
            unsafe answerStatistics(frame.piece(request.statisticsGroup))
        } else {
            unsafe broadcast(request, frame)
        }
    }

    // MARK: - One server

    @inline(__always)
    private func forward(_ request: MemcachedRequest, _ frame: RawBytes) {
        let key = unsafe frame.piece(request.keyOffset, request.keyLength)
        let index = unsafe pool.serverIndex(for: key.span)
        pool.findServer(index).use { unsafe send(request, frame, to: $0) }
    }

    @inline(__always)
    func send(_ request: MemcachedRequest, _ frame: RawBytes, to server: Server) {
        if request.hasNoreply { return unsafe sendQuietly(request, frame, to: server) }
        guard let connection = findConnection(to: server, for: frame.count) else { return }
        connection.use { connection in
            let sequence = admit()
            unsafe append(frame, to: connection)
            connection.enqueue(
                Ticket(
                    client: handle, sequence: sequence, length: frame.count, deadline: 0,
                    command: request.command, commandClass: request.command.commandClass,
                    keyOffset: UInt32(truncatingIfNeeded: request.keyOffset),
                    keyLength: UInt32(truncatingIfNeeded: request.keyLength)))
        }
    }

    /// A noreply request goes out without its noreply and the answer is dropped: a server that
    /// answers all the same, as memcached does to some errors, cannot shift the replies of others.
    @inline(never)
    private func sendQuietly(_ request: MemcachedRequest, _ frame: RawBytes, to server: Server) {
        guard !worker.isFull, let connection = server.connection(for: self),
            connection.hasRoom(for: frame.count)
        else {
            return pool.counters.add(to: .forwardErrors)
        }
        isQuiet = true
        let before = connection.log.count
        unsafe append(frame.piece(0, request.noreplyOffset), to: connection)
        append(ascii: "\r\n", to: connection)
        unsafe append(frame.dropping(request.lineLength), to: connection)
        connection.enqueue(
            Ticket(
                length: connection.log.count - before, deadline: 0, purpose: .discard,
                command: request.command, commandClass: request.command.commandClass))
    }

    // MARK: - All servers

    private func broadcast(_ request: MemcachedRequest, _ frame: RawBytes) {
        if request.hasNoreply {
            for server in pool.servers {
                unsafe sendQuietly(request, frame, to: server)
            }
            return
        }
        let number = worker.splits.take()
        let split = worker.splits[number]
        let servers = pool.servers
        split.begin(
            .acknowledgement, command: request.command, fragments: servers.count,
            from: worker.blocks)
        let sequence = admit(split: number)
        unsafe send(split, sequence, frame, toAll: servers, .again)
    }

    // MARK: - Many keys

    private func split(_ request: MemcachedRequest, _ frame: RawBytes) {
        let plan = worker.plan
        let head = unsafe Self.head(of: request, frame)
        unsafe planKeys(of: request, frame, headLength: head.count)
        defer { plan.end(to: worker.blocks) }

        let number = worker.splits.take()
        let split = worker.splits[number]
        split.begin(
            .values, command: request.command, by: plan, headLength: head.count,
            from: worker.blocks)
        let sequence = admit(split: number)
        for fragment in 0..<plan.parts.count {
            let part = plan.parts[fragment]
            let length = head.count + part.length + 2
            let connection = pool.findServer(part.server).use {
                findConnection(to: $0, for: length, fragment: fragment, of: split)
            }
            connection?.use {
                unsafe write(head, part, of: frame, to: $0)
                $0.enqueue(
                    Ticket(
                        client: handle, sequence: sequence, fragment: Int32(fragment),
                        length: length, deadline: 0, command: request.command,
                        commandClass: .split))
            }
        }
        didSend(split, sequence)
    }

    /// The command, and the time of gat and gats, without the spaces that follow.
    private static func head(of request: MemcachedRequest, _ frame: RawBytes) -> RawBytes {
        var end = request.keyOffset
        while unsafe frame[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return unsafe frame.piece(0, end)
    }

    /// Reads the keys, each with the space before it, which is the request's own.
    private func planKeys(of request: MemcachedRequest, _ frame: RawBytes, headLength: Int) {
        let plan = worker.plan
        let blocks = worker.blocks
        plan.begin(servers: pool.servers.count, keys: request.keyCount, from: blocks)
        let longest = request.command.isGetAndTouch ? Self.longestTouchLine - headLength : .max
        let keys = worker.keys
        var names = MemcachedKeys(request)
        while true {
            var count = 0
            while count < KeyBatch.capacity, let key = unsafe names.next(in: frame.span) {
                keys.set(count, offset: key.offset, length: key.length)
                plan.addKey(at: key.offset - 1, length: key.length + 1, from: blocks)
                count &+= 1
            }
            guard count > 0 else { return }
            unsafe keys.find(count, in: frame, of: pool)
            plan.assign(next: count, to: keys, partsUpTo: longest, from: blocks)
        }
    }

    /// Writes a fragment's line: in one block, since the replies' keys are compared with it there.
    private func write(
        _ head: RawBytes, _ part: SplitPlan.Part, of frame: RawBytes,
        to connection: ServerConnection
    ) {
        let length = head.count + part.length + 2
        let room = unsafe connection.log.makeRoom(for: length, from: worker.blocks)
        unsafe room.copyMemory(from: head.buffer)
        unsafe write(part, of: frame, to: room, at: head.count)
        unsafe room[length - 2] = UInt8(ascii: "\r")
        unsafe room[length - 1] = UInt8(ascii: "\n")
        connection.log.didFill(length)
    }

    /// memcached takes a line above 2,048 bytes that has not arrived at once only for get and gets;
    /// for others it closes the connection. One key more, of 250 bytes at most, stays below.
    private static var longestTouchLine: Int { 1700 }
}
