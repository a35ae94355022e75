internal import Wire

/// What splitting is to both protocols.
extension Client {
    func append(ascii text: StaticString, to connection: ServerConnection) {
        let bytes = unsafe RawBytes(start: text.utf8Start, count: text.utf8CodeUnitCount)
        unsafe connection.log.append(bytes, from: worker.blocks)
    }

    /// The connection for a fragment of so many bytes; if there is none, the fragment has failed.
    func connection(
        to server: Server, for bytes: Int, fragment: Int, of split: Split
    ) -> ServerConnection? {
        guard !worker.isFull else {
            split.lose(fragment, pool.errorReply(Self.outOfMemory))
            return nil
        }
        guard let connection = server.connection(for: self) else {
            split.lose(fragment, pool.errorReply(server.unavailable))
            return nil
        }
        guard connection.hasRoom(for: bytes) else {
            split.lose(fragment, pool.errorReply(server.overloaded))
            return nil
        }
        return connection
    }

    /// Sends a whole request to several servers, as a fragment each. INFO goes without those that are
    /// ejected, if not all are, rather than wait for them.
    func send(
        _ split: Split, _ sequence: UInt32, _ frame: RawBytes, toAll servers: [Server],
        _ repetition: RedisRepetition
    ) {
        let live = split.isInformation ? pool.liveServers : servers
        for (fragment, server) in servers.enumerated() {
            guard live.contains(where: { $0 === server }) else {
                split.lose(fragment, pool.errorReply(server.unavailable))
                continue
            }
            guard
                let connection = connection(
                    to: server, for: frame.count, fragment: fragment, of: split)
            else { continue }
            unsafe append(frame, to: connection)
            connection.enqueue(
                Ticket(
                    client: handle, sequence: sequence, fragment: Int32(fragment),
                    length: frame.count, deadline: 0, repetition: repetition,
                    command: split.command, commandClass: .split))
        }
        didSend(split, sequence)
    }

    /// Writes a part's keys, as they stand in the request, behind what is in the room already.
    ///
    /// - Parameter offset: where in the room.
    func write(
        _ part: SplitPlan.Part, of frame: RawBytes, to room: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) {
        precondition(part.length <= room.count - offset)
        guard var place = unsafe room.baseAddress.map({ unsafe $0 + offset }) else { return }
        let keys = worker.plan.keys
        var number = part.firstKey
        while number != SplitPlan.none {
            let key = keys[Int(number)]
            let bytes = unsafe frame.piece(key.offset, Int(key.length))
            unsafe place.copyMemory(
                from: bytes.baseAddress.unsafelyUnwrapped, byteCount: bytes.count)
            unsafe place += bytes.count
            number = key.next
        }
    }

    /// Every fragment that has a connection is queued there.
    func didSend(_ split: Split, _ sequence: UInt32) {
        pool.counters.add(split.fragments.count, to: .fragments)
        if split.missing == 0 { finish(Int(sequence &- firstSequence)) }
    }
}
