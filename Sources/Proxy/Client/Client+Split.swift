internal import Wire

/// What splitting is to both protocols.
extension Client {
    func append(ascii text: StaticString, to connection: ServerConnection) {
        unsafe connection.log.append(RawBytes(text), from: worker.blocks)
    }

    /// The connection for a fragment of so many bytes, which lives to the end of this turn at
    /// least; if there is none, the fragment has failed.
    @inline(__always)
    func findConnection(
        to server: Server, for bytes: Int, fragment: Int, of split: Split
    ) -> Unretained<ServerConnection>? {
        if !worker.isFull, let connection = server.findConnection(for: self),
            connection.use({ $0.hasRoom(for: bytes) })
        {
            return connection
        }
        split.lose(fragment, pool.errorReply(reasonForNone(at: server)))
        return nil
    }

    /// Sends a whole request to several servers, as a fragment each. INFO goes without those that
    /// are ejected, if not all are, rather than wait for them.
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
            findConnection(to: server, for: frame.count, fragment: fragment, of: split)?.use {
                unsafe append(frame, to: $0)
                $0.enqueue(
                    Ticket(
                        client: handle, sequence: sequence, fragment: Int32(fragment),
                        length: frame.count, deadline: 0, repetition: repetition,
                        command: split.command, commandClass: .split))
            }
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
            unsafe place.copyMemory(from: bytes.start, byteCount: bytes.count)
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
