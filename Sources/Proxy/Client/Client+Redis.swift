internal import Configuration
internal import Reactor
internal import Wire

/// What becomes of a Redis request.
extension Client {
    /// Parses and dispatches the request at the front, and with it those of a run.
    ///
    /// Nearly all go to the one server that has their one key.
    ///
    /// - Returns: bytes of what was dispatched; 0 if the request is not complete, or must wait.
    @inline(__always)
    func parseRedis(_ bytes: RawBytes) -> Int {
        guard unfinished == nil else { return unsafe parseCarefully(bytes) }
        let request = unsafe pool.plainRequests.parse(bytes.span)
        guard request.length > 0 else { return unsafe parseCarefully(bytes) }
        let frame = unsafe bytes.piece(0, request.length)
        guard request.goesWithFirstArgument && forwardsPlainly else {
            return unsafe dispatchOrPostpone(request, frame)
        }
        lastCommand = request.command
        if forwardsRuns && request.length < bytes.count
            && request.firstArgumentLength <= pool.maxKeyLength
        {
            return unsafe forwardRun(beginningWith: request, bytes)
        }
        unsafe forward(request, frame)
        return request.length
    }

    /// The same for what is no plain request, or not complete.
    @inline(never)
    private func parseCarefully(_ bytes: RawBytes) -> Int {
        let found =
            unsafe unfinished?.redis.parse(bytes.span) ?? pool.redisRequests.parse(bytes.span)
        if case .incomplete(let needed) = found {
            keepUnfinished()
            inputNeeded = needed
            return 0
        }
        dropUnfinished()
        switch found {
        case .request(let request):
            return unsafe dispatchOrPostpone(request, bytes.piece(0, request.length))
        case .empty(let length):
            return length
        case .inline(let length):
            unsafe dispatch(inline: bytes.piece(0, length))
            if isPostponed { return holdBack() }
            if replyMode.isSilent { replyMode = replyMode.next }
            return length
        case .incomplete:
            return 0
        case .malformed(let error):
            refuse(with: error.message)
            return bytes.count
        }
    }

    /// A line as typed into telnet: the servers get it as an array, so that one connection speaks
    /// one form only.
    @inline(never)
    private func dispatch(inline line: RawBytes) {
        guard let encoded = unsafe RedisInline.encode(line.span) else {
            return refuse(with: RedisProtocolError.unbalancedQuotes.message)
        }
        unsafe encoded.withRawBytes { bytes in
            var parser = RedisRequestParser(limits: pool.redisLimits)
            switch unsafe parser.parse(bytes.span) {
            case .request(let request): unsafe dispatch(request, bytes)
            case .malformed(let error): refuse(with: error.message)
            case .empty, .inline, .incomplete: break
            }
        }
    }

    @inline(never)
    private func dispatchOrPostpone(_ request: RedisRequest, _ frame: RawBytes) -> Int {
        unsafe dispatch(request, frame)
        if isPostponed { return holdBack() }
        if replyMode.isSilent { replyMode = replyMode.next }
        return request.length
    }

    private func dispatch(_ request: RedisRequest, _ frame: RawBytes) {
        lastCommand = request.command
        guard let command = request.command.command else {
            transaction?.isBroken = true
            return unsafe answer(RedisReply.unknownCommand(request, in: frame.span))
        }
        guard command.accepts(argumentCount: request.argumentCount) else {
            return answerWrongArity(command)
        }
        let administers = unsafe isPassedOn(request, command, frame)
        if command.hasSubcommands && !administers,
            let error = unsafe RedisSubcommand.error(in: request, of: command, frame.span)
        {
            transaction?.isBroken = true
            return answer(error)
        }
        if !isAuthenticated && !command.isAllowedUnauthenticated {
            return answer(RedisReply.error("NOAUTH Authentication required."))
        }
        if let disabled = pool.disabledCommands,
            let refusal = unsafe disabled.refusal(of: request, in: frame.span)
        {
            transaction?.isBroken = true
            return answer(refusal)
        }
        if hearsOnly && !command.isAllowedWhileSubscribed {
            return unsafe refuseWhileSubscribed(request, command, frame)
        }
        if let transaction, !command.handling.concernsTransaction {
            return unsafe queue(request, command, frame, in: transaction)
        }
        if administers { return unsafe forward(frame, to: pool.servers[0], .again, .other) }
        switch command.handling {
        case .forward: unsafe forward(request, command, frame)
        case .blocking: unsafe block(request, command, frame)
        case .watch: unsafe watch(request, command, frame)
        case .publish: unsafe publish(request, command, frame)
        case .everywhere(let gathering):
            unsafe sendEverywhere(request, command, frame, gathering)
        case .scan: unsafe scan(request, frame)
        case .subcommands: unsafe dispatchSubcommand(request, command, frame)
        case .mget: unsafe split(request, command, frame, .elements, step: 1)
        case .mset: unsafe split(request, command, frame, .acknowledgement, step: 2)
        case .sum: unsafe split(request, command, frame, .sum, step: 1)
        case .local(let local): unsafe answer(local, request, frame)
        case .anyServer: unsafe forward(frame, to: pool.anyServer, .reads, .other)
        case .onlyServer(let refusal): unsafe forwardToOnlyServer(command.name, frame, refusal)
        case .refused(let refusal): answer(refusal.reply(to: command.name))
        }
    }

    /// Whether it administers the pool's only server, and the pool's file lets that pass.
    func isPassedOn(
        _ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes
    ) -> Bool {
        guard pool.passesAdministration else { return false }
        return unsafe RedisSubcommand.isAdministration(request, of: command, in: frame.span)
    }

    // MARK: - One server

    /// Its key is its first argument.
    @inline(__always)
    private func forward(_ request: RedisRequest, _ frame: RawBytes) {
        let key = unsafe frame.piece(request.firstArgumentOffset, request.firstArgumentLength)
        guard key.count <= pool.maxKeyLength else { return answer(pool.keyTooLong) }
        let index = unsafe pool.serverIndex(for: key.span)
        let commandClass = request.command.isReadOnly ? CommandClass.read : .write
        guard !pool.isFollowed else {
            let repetition = unsafe request.repetition(in: frame.span)
            return unsafe forward(frame, toShard: index, repetition, commandClass)
        }
        pool.findServer(index).use { unsafe forward(frame, to: $0, .again, commandClass) }
    }

    func forward(_ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes) {
        if case .streams = command.keys, unsafe RedisKeys.mayBlock(request, in: frame.span) {
            return unsafe block(request, command, frame)
        }
        do throws(RedisKeyError) {
            let repetition = unsafe repetition(of: request, frame)
            let commandClass = command.commandClassOfAny
            switch try unsafe home(of: request, frame) {
            case .shard(let index):
                unsafe forward(frame, toShard: index, repetition, commandClass)
            case .nowhere:
                unsafe forward(frame, toShard: pool.anyServer.index, repetition, commandClass)
            case .several: unsafe answer(crossServerError(request, frame))
            case .tooLong: answer(pool.keyTooLong)
            }
        } catch {
            answer(error.reply(to: command))
        }
    }

    /// Sends a whole request to the shard's server, or to a replica of it.
    func forward(
        _ frame: RawBytes, toShard index: Int, _ repetition: RedisRepetition,
        _ commandClass: CommandClass
    ) {
        guard let server = findTarget(index, repetition) else { return failToRead(from: index) }
        server.use { unsafe forward(frame, to: $0, repetition, commandClass) }
    }

    /// Who a shard's request goes to; nil if it is a read and nobody may be read from.
    @inline(__always)
    func findTarget(_ index: Int, _ repetition: RedisRepetition) -> Unretained<Server>? {
        guard pool.readsFromReplicas else { return pool.findServer(index) }
        return chooseTarget(index, repetition).map(Unretained.init)
    }

    @inline(never)
    func failToRead(from index: Int) { fail(pool.servers[index].unreadable) }

    @inline(never)
    private func chooseTarget(_ index: Int, _ repetition: RedisRepetition) -> Server? {
        let server = pool.servers[index]
        let now = worker.loop.now
        guard repetition == .reads else {
            wroteAt = now
            return server
        }
        // Its own write may not have reached the replicas.
        if now - wroteAt < Int64(pool.configuration.readYourWritesMilliseconds) { return server }
        return server.reader(at: server.place(of: self))
    }

    /// What a second run would do, for those who may have to know.
    private func repetition(of request: RedisRequest, _ frame: RawBytes) -> RedisRepetition {
        unsafe pool.isFollowed ? request.repetition(in: frame.span) : .again
    }

    static let crossServerWords = "CROSSSLOT Keys in request don't hash to the same server"
    static let crossServer = RedisReply.error(crossServerWords)

    /// Where the keys of a request are.
    enum Home {
        /// It has none.
        case nowhere
        case shard(Int)
        case several
        /// A key is longer than any server is asked for.
        case tooLong
    }

    /// The shard that holds every key of the request. Where there is but one, it may say itself
    /// what is wrong with a request whose keys cannot be told.
    func home(of request: RedisRequest, _ frame: RawBytes) throws(RedisKeyError) -> Home {
        var keys: RedisKeys
        do {
            keys = try unsafe RedisKeys(request, in: frame.span)
        } catch {
            guard pool.servers.count == 1 else { throw error }
            return .shard(0)
        }
        var common: Int?
        while let key = unsafe keys.next(in: frame.span) {
            guard key.length <= pool.maxKeyLength else { return .tooLong }
            let index = unsafe pool.serverIndex(for: frame.piece(key.offset, key.length).span)
            if let common, common != index { return .several }
            common = index
        }
        guard let common else { return .nowhere }
        return unsafe firstPattern(of: request, frame, awayFrom: common) == nil
            ? .shard(common) : .several
    }

    // MARK: - Many servers

    private func split(
        _ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes, _ merge: Split.Merge,
        step: Int
    ) {
        worker.unretainedPlan.use {
            unsafe split(request, command, frame, merge, step: step, by: $0)
            $0.end(to: worker.blocks)
        }
    }

    private func split(
        _ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes, _ merge: Split.Merge,
        step: Int, by plan: SplitPlan
    ) {
        guard unsafe note(keysOf: request, frame, step: step, in: plan) else {
            return answer(pool.keyTooLong)
        }
        let repetition = unsafe repetition(of: request, frame)
        if plan.parts.count == 1 {
            return unsafe forward(
                frame, toShard: plan.parts[0].server, repetition, command.commandClass)
        }

        let number = worker.splits.take()
        worker.splits.find(number).use {
            unsafe send(
                $0, admit(split: number), request, frame, repetition, by: plan, merge, step: step)
        }
    }

    private func send(
        _ split: Split, _ sequence: UInt32, _ request: RedisRequest, _ frame: RawBytes,
        _ repetition: RedisRepetition, by plan: SplitPlan, _ merge: Split.Merge, step: Int
    ) {
        split.begin(merge, by: plan, from: worker.blocks)
        let name = unsafe frame.piece(
            request.argumentsOffset,
            request.nameOffset + request.nameLength + 2 - request.argumentsOffset)
        for fragment in 0..<plan.parts.count {
            let part = plan.parts[fragment]
            guard let server = findTarget(part.server, repetition) else {
                split.lose(fragment, pool.errorReply(pool.servers[part.server].unreadable))
                continue
            }
            let header = unsafe worker.line("*", part.keyCount * step + 1)
            let length = header.count + name.count + part.length
            let connection = server.use {
                findConnection(to: $0, for: length, fragment: fragment, of: split)
            }
            connection?.use {
                unsafe write(header, name, part, of: frame, to: $0)
                $0.enqueue(
                    Ticket(
                        client: handle, sequence: sequence, fragment: Int32(fragment),
                        length: length, deadline: 0, repetition: repetition,
                        commandClass: .split))
            }
        }
        didSend(split, sequence)
    }

    /// Reads the keys, and with a step of 2 their values.
    ///
    /// - Returns: false if a key is too long.
    private func note(
        keysOf request: RedisRequest, _ frame: RawBytes, step: Int, in plan: SplitPlan
    ) -> Bool {
        let blocks = worker.blocks
        plan.begin(
            servers: pool.servers.count, keys: (request.argumentCount - 1) / step, from: blocks)
        let longest = pool.maxKeyLength
        let keys = worker.keys
        var arguments = RedisArguments(behindNameOf: request)
        while true {
            var count = 0
            while count < KeyBatch.capacity, let key = unsafe arguments.next(in: frame.span) {
                guard key.length <= longest else { return false }
                keys.set(count, offset: key.offset, length: key.length)
                let length = unsafe length(of: key, step, &arguments, frame)
                plan.addKey(at: key.headerOffset, length: length, from: blocks)
                count &+= 1
            }
            guard count > 0 else { return true }
            unsafe keys.find(count, in: frame, of: pool)
            plan.assign(next: count, to: keys, from: blocks)
        }
    }

    /// Bytes of what goes to a key's server: the key, and with a step of 2 the value that follows.
    @inline(__always)
    private func length(
        of key: RedisArgument, _ step: Int, _ arguments: inout RedisArguments, _ frame: RawBytes
    ) -> Int {
        guard step == 2, let value = unsafe arguments.next(in: frame.span) else {
            return key.end &- key.headerOffset
        }
        return value.end &- key.headerOffset
    }

    /// Writes a fragment: as many arguments as it has, the name as the client wrote it, and the
    /// keys.
    private func write(
        _ header: RawBytes, _ name: RawBytes, _ part: SplitPlan.Part, of frame: RawBytes,
        to connection: ServerConnection
    ) {
        let length = header.count + name.count + part.length
        guard length <= Limits.fragmentInOneBlock else {
            return unsafe append(header, name, part, of: frame, to: connection)
        }
        let room = unsafe connection.log.makeRoom(for: length, from: worker.blocks)
        unsafe room.copyMemory(from: header.buffer)
        unsafe UnsafeMutableRawBufferPointer(rebasing: room[header.count...]).copyMemory(
            from: name.buffer)
        unsafe write(part, of: frame, to: room, at: header.count + name.count)
        connection.log.didFill(length)
    }

    /// Writes a long fragment, into as many blocks as it takes.
    @inline(never)
    private func append(
        _ header: RawBytes, _ name: RawBytes, _ part: SplitPlan.Part, of frame: RawBytes,
        to connection: ServerConnection
    ) {
        unsafe append(header, to: connection)
        unsafe append(name, to: connection)
        let keys = worker.plan.keys
        var number = part.firstKey
        while number != SplitPlan.none {
            let key = keys[Int(number)]
            unsafe append(frame.piece(key.offset, Int(key.length)), to: connection)
            number = key.next
        }
    }
}
