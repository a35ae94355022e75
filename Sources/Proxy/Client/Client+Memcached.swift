internal import Wire

/// What becomes of a memcached request.
extension Client {
    /// Parses and dispatches the request at the front.
    ///
    /// - Returns: its length; 0 if it is not complete.
    func parseMemcached(_ bytes: RawBytes) -> Int {
        switch unsafe memcachedRequests.parse(bytes.span) {
        case .request(let request):
            unsafe dispatch(request, bytes.piece(0, request.length))
            return request.length
        case .refused(let length, let refusal, let isSilent):
            if !isSilent { answer(refusal.reply) }
            return length
        case .incomplete(let needed):
            inputNeeded = needed
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
        case .verbosity, .flushAll:
            unsafe broadcast(request, frame)
        case .quit:
            isFinished = true
            markDirty()
        }
    }

    // MARK: - One server

    private func forward(_ request: MemcachedRequest, _ frame: RawBytes) {
        let key = unsafe frame.piece(request.keyOffset, request.keyLength)
        unsafe send(request, frame, to: pool.servers[pool.serverIndex(for: key.span)])
    }

    private func send(_ request: MemcachedRequest, _ frame: RawBytes, to server: Server) {
        if request.hasNoreply { return unsafe sendQuietly(request, frame, to: server) }
        guard let connection = connection(to: server, for: frame.count) else { return }
        let sequence = admit()
        unsafe append(frame, to: connection)
        connection.enqueue(
            Ticket(
                client: handle, sequence: sequence, length: frame.count, deadline: 0,
                command: request.command, commandClass: request.command.commandClass,
                keyOffset: UInt32(request.keyOffset),
                keyLength: UInt32(request.keyLength)))
    }

    /// A noreply request goes out without its noreply and the answer is dropped: a server that
    /// answers all the same, as memcached does to some errors, cannot shift the replies of others.
    private func sendQuietly(_ request: MemcachedRequest, _ frame: RawBytes, to server: Server) {
        guard !worker.isFull, let connection = server.connection(for: self),
            connection.hasRoom(for: frame.count)
        else {
            return pool.counters.add(to: .forwardErrors)
        }
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
        split.begin(.acknowledgement, command: request.command)
        let sequence = admit(split: number)
        for server in pool.servers {
            let fragment = split.addFragment()
            if open(fragment, of: split, at: server) != nil {
                unsafe append(frame, toFragment: fragment, of: split)
            }
        }
        send(split, sequence)
    }

    // MARK: - Many keys

    private func split(_ request: MemcachedRequest, _ frame: RawBytes) {
        let plan = worker.plan
        plan.begin(servers: pool.servers.count)
        var keys = MemcachedKeys(request)
        while let key = unsafe keys.next(in: frame.span) {
            plan.addKey(of: unsafe pool.serverIndex(for: frame.piece(key.offset, key.length).span))
        }
        let number = worker.splits.take()
        let split = worker.splits[number]
        split.begin(.values, command: request.command)
        unsafe split.keepKeys(frame.piece(0, request.lineLength), from: worker.blocks)
        let sequence = admit(split: number)
        let head = unsafe Self.head(of: request, frame)
        for index in plan.servers { unsafe openLine(head, index, split) }
        unsafe distribute(request, head, frame, split)
        for fragment in split.fragments.indices { endLine(fragment, of: split) }
        send(split, sequence)
    }

    /// The command, and the time of gat and gats, without the spaces that follow.
    private static func head(of request: MemcachedRequest, _ frame: RawBytes) -> RawBytes {
        var end = request.keyOffset
        while unsafe frame[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return unsafe frame.piece(0, end)
    }

    /// Begins a server's line.
    private func openLine(_ head: RawBytes, _ index: Int, _ split: Split) {
        let fragment = split.addFragment()
        worker.plan.set(fragment, of: index)
        guard open(fragment, of: split, at: pool.servers[index]) != nil else { return }
        unsafe append(head, toFragment: fragment, of: split)
    }

    private func distribute(
        _ request: MemcachedRequest, _ head: RawBytes, _ frame: RawBytes, _ split: Split
    ) {
        let plan = worker.plan
        var keys = MemcachedKeys(request)
        var number = 0
        while let key = unsafe keys.next(in: frame.span) {
            let index = Int(plan.serverOfKey[number])
            number += 1
            var fragment = Int(plan.fragmentOfServer[index])
            if request.command.isGetAndTouch
                && split.fragments[fragment].length > Self.longestTouchLine
            {
                endLine(fragment, of: split)
                unsafe openLine(head, index, split)
                fragment = Int(plan.fragmentOfServer[index])
            }
            split.addKey(to: fragment)
            split.addKeyRange(offset: key.offset, length: key.length)
            // The space before the key is the request's own.
            unsafe append(
                frame.piece(key.offset - 1, key.length + 1), toFragment: fragment, of: split)
        }
    }

    private func endLine(_ fragment: Int, of split: Split) {
        guard !split.fragments[fragment].isEnded, let connection = split.connection(of: fragment)
        else {
            return
        }
        append(ascii: "\r\n", to: connection)
        split.grow(fragment, by: 2)
        split.end(fragment)
    }

    /// memcached takes a line above 2,048 bytes that has not arrived at once only for get and gets;
    /// for others it closes the connection. One key more, of 250 bytes at most, stays below.
    private static var longestTouchLine: Int { 1700 }
}
