internal import Wire

/// What splitting is to both protocols.
extension Client {
    func append(ascii text: StaticString, to connection: ServerConnection) {
        let bytes = unsafe RawBytes(start: text.utf8Start, count: text.utf8CodeUnitCount)
        unsafe connection.log.append(bytes, from: worker.blocks)
    }

    /// Begins a fragment at a server.
    ///
    /// - Returns: nil if the server has no connection; the fragment has failed then.
    func open(_ fragment: Int, of split: Split, at server: Server) -> ServerConnection? {
        guard !worker.isFull else {
            split.lose(fragment, pool.errorReply(Self.outOfMemory))
            return nil
        }
        guard let connection = server.connection(for: self) else {
            split.lose(fragment, pool.errorReply(server.unavailable))
            return nil
        }
        guard connection.hasRoom(for: 0) else {
            split.lose(fragment, pool.errorReply(server.overloaded))
            return nil
        }
        split.target(fragment, connection)
        return connection
    }

    /// Adds bytes to a fragment's request, if the fragment still has a connection.
    func append(_ bytes: RawBytes, toFragment fragment: Int, of split: Split) {
        guard let connection = split.connection(of: fragment) else { return }
        unsafe append(bytes, to: connection)
        split.grow(fragment, by: bytes.count)
    }

    /// Queues a ticket for each fragment that has a connection.
    func send(_ split: Split, _ sequence: UInt32, _ repetition: RedisRepetition = .again) {
        for fragment in split.fragments.indices {
            guard let connection = split.connection(of: fragment) else { continue }
            connection.enqueue(
                Ticket(
                    client: handle, sequence: sequence, fragment: Int32(fragment),
                    length: split.fragments[fragment].length, deadline: 0,
                    repetition: repetition, command: split.command, commandClass: .split))
        }
        split.allSent()
        pool.counters.add(split.fragments.count, to: .fragments)
        if split.missing == 0 { finish(Int(sequence &- firstSequence)) }
    }
}
