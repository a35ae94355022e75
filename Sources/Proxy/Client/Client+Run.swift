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
        lastCommand = run[count &- 1].command
        if pool.isFollowed { return unsafe forwardFollowed(count, of: run, bytes) }
        var taken = 0
        for index in 0..<count {
            let request = run[index]
            let frame = unsafe bytes.piece(Int(request.offset), Int(request.length))
            let commandClass = request.command.isReadOnly ? CommandClass.read : .write
            // Clients who hear nothing send no runs.
            pool.findServer(keys.server(index)).use {
                unsafe forward(frame, to: $0, .again, commandClass, isSilent: false)
            }
            taken &+= frame.count
        }
        return taken
    }

    /// Sends on so many requests where failover and replicas want to know what a second run would
    /// do.
    ///
    /// - Returns: bytes of them.
    @inline(never)
    private func forwardFollowed(_ count: Int, of run: RequestRun, _ bytes: RawBytes) -> Int {
        let keys = worker.keys
        var taken = 0
        for index in 0..<count {
            let request = run[index]
            let frame = unsafe bytes.piece(Int(request.offset), Int(request.length))
            unsafe forward(request, frame, toShard: keys.server(index))
            taken &+= frame.count
        }
        return taken
    }

    @inline(__always)
    private func forward(_ request: RedisKeyedRequest, _ frame: RawBytes, toShard index: Int) {
        let repetition = request.repetition ?? (unsafe repetition(ofRead: frame))
        guard let server = findTarget(index, repetition) else { return failToRead(from: index) }
        let commandClass = request.command.isReadOnly ? CommandClass.read : .write
        server.use { unsafe forward(frame, to: $0, repetition, commandClass, isSilent: false) }
    }

    /// What a second run would do, as the arguments tell.
    @inline(never)
    private func repetition(ofRead frame: RawBytes) -> RedisRepetition {
        unsafe pool.plainRequests.parse(frame.span).repetition(in: frame.span)
    }
}
