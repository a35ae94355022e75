internal import Wire

/// Runs of plain requests: what is the same for all of them is asked once.
extension Client {
    /// Sends on the request at the front, which goes as it is to the server of its one key, and as
    /// many of those behind it as do likewise and may be in flight, up to the capacity of a run.
    ///
    /// - Returns: bytes of what was sent on.
    @inline(never)
    func forwardRun(beginningWith first: RedisRequest, _ bytes: RawBytes) -> Int {
        let run = worker.requestRun
        let keys = worker.keys
        let count = unsafe run.read(
            bytes, behind: first, most: requestLimit &- requests.count, by: &pool.plainRequests)
        for index in 0..<count {
            let request = run[index]
            keys.set(index, offset: Int(request.keyOffset), length: Int(request.keyLength))
        }
        unsafe keys.find(count, in: bytes, of: pool)
        var taken = 0
        for index in 0..<count {
            let frame = unsafe bytes.piece(Int(run[index].offset), Int(run[index].length))
            unsafe forward(run[index], frame, to: pool.findServer(keys.server(index)))
            taken &+= frame.count
        }
        lastCommand = run[count &- 1].command
        return taken
    }

    /// As `forward` does with any request, less what holds for the whole run: that there is memory
    /// for what one read has brought, that the client hears the reply, and that no block of its
    /// input moves on.
    @inline(__always)
    private func forward(
        _ request: RedisKeyedRequest, _ frame: RawBytes, to server: Unretained<Server>
    ) {
        guard request.keyLength <= pool.maxKeyLength else { return answer(pool.keyTooLong) }
        guard let connection = server.use({ $0.findConnection(for: self) }),
            connection.use({ $0.hasRoom(for: frame.count) })
        else { return server.use { failToConnect(to: $0) } }
        connection.use { connection in
            let sequence = admitHeard()
            if frame.count <= Limits.ownInputBlock {
                unsafe connection.log.append(frame, from: worker.blocks)
            } else {
                unsafe connection.log.append(large: frame, from: worker.blocks)
            }
            connection.enqueue(
                Ticket(
                    client: handle, sequence: sequence, length: frame.count, deadline: 0,
                    commandClass: request.command.isReadOnly ? .read : .write))
        }
    }
}
