internal import Wire

/// memcached's meta protocol: `mg`, `ms`, `md`, `ma`, `me`.
extension Client {
    /// Sends a meta command on as it is, or without its `q` flag.
    func forwardMeta(_ request: MemcachedRequest, _ frame: RawBytes) {
        let server = unsafe server(for: request, frame.piece(request.keyOffset, request.keyLength))
        if request.hasNoreply, request.command == .metaArithmetic,
            unsafe mayCreate(frame.piece(0, request.lineLength))
        {
            unsafe sendWithEnd(request, frame, to: server)
        } else if request.hasNoreply {
            unsafe askQuietly(request, frame, server)
        } else {
            unsafe send(request, frame, to: server)
        }
    }

    /// A key in base64 is the key that it stands for: both ways to write it go to one server.
    private func server(for request: MemcachedRequest, _ key: RawBytes) -> Server {
        guard request.hasBase64Key else {
            return pool.servers[unsafe pool.serverIndex(for: key.span)]
        }
        worker.text.removeAll(keepingCapacity: true)
        unsafe Base64.decode(key.span, to: &worker.text)
        let decoded = worker.text
        return pool.servers[pool.serverIndex(for: decoded.span)]
    }

    /// With `q` a server may or may not answer, and no reply tells whom it is for. So it is asked
    /// without, and what it would have hidden is hidden here.
    private func askQuietly(_ request: MemcachedRequest, _ frame: RawBytes, _ server: Server) {
        let quiet = request.quietFlag
        ask(server, request.command, .unlessHidden, bytes: frame.count) { _, connection in
            unsafe append(frame.piece(0, quiet.lowerBound), to: connection)
            unsafe append(frame.dropping(quiet.upperBound), to: connection)
        }
    }

    /// Whether a line has an `N` flag, by which `ma` makes a number that is missing.
    private func mayCreate(_ line: RawBytes) -> Bool {
        unsafe zip(line, line.dropFirst()).contains {
            $0 == UInt8(ascii: " ") && $1 == UInt8(ascii: "N")
        }
    }

    /// memcached hides what became of a number, but not that it has just made one, and the replies
    /// to both are alike. So it is left to the server, and another request behind tells the end.
    private func sendWithEnd(_ request: MemcachedRequest, _ frame: RawBytes, to server: Server) {
        guard let found = findConnection(to: server, for: frame.count) else { return }
        found.use { connection in
            let sequence = admit()
            unsafe append(frame, to: connection)
            connection.enqueue(
                Ticket(
                    client: handle, sequence: sequence, length: frame.count, deadline: 0,
                    command: request.command, commandClass: request.command.commandClass))
            append(ascii: "version\r\n", to: connection)
            connection.enqueue(
                Ticket(length: 9, deadline: 0, purpose: .discard, command: .version))
        }
    }

    /// Asks one server for a client whose reply is not the server's as it is.
    ///
    /// - Parameters:
    ///   - bytes: how long the request is, about.
    ///   - binary: what the client asked, if in the binary protocol.
    ///   - write: puts the request into the connection's log.
    func ask(
        _ server: Server, _ command: MemcachedCommand, _ merge: Split.Merge, bytes: Int,
        for binary: MemcachedBinaryRequest? = nil, write: (Split, ServerConnection) -> Void
    ) {
        let number = worker.splits.take()
        let split = worker.splits[number]
        split.begin(merge, command: command, fragments: 1, from: worker.blocks)
        if let binary { split.answer(binary) }
        let sequence = admit(split: number)
        guard let connection = findConnection(to: server, for: bytes, fragment: 0, of: split) else {
            return finish(Int(sequence &- firstSequence))
        }
        connection.use { connection in
            let before = connection.log.count
            write(split, connection)
            // Not counted as a fragment: it is all of the request.
            connection.enqueue(
                Ticket(
                    client: handle, sequence: sequence, fragment: 0,
                    length: connection.log.count - before, deadline: 0, command: command,
                    commandClass: command.commandClass))
        }
    }
}
