internal import Wire

/// Runs of plain requests: their keys are hashed together.
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

    @inline(__always)
    private func forward(
        _ request: RedisKeyedRequest, _ frame: RawBytes, to server: Unretained<Server>
    ) {
        let commandClass = request.command.isReadOnly ? CommandClass.read : .write
        // Clients who hear nothing send no runs.
        server.use { unsafe forward(frame, to: $0, .again, commandClass, isSilent: false) }
    }
}
