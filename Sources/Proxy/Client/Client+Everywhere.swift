internal import Wire

/// Requests that concern all servers: what one server would say of itself is put together from what
/// they all say.
extension Client {
    /// What goes to every server. With one server alone it is like any other request.
    func sendEverywhere(
        _ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes,
        _ gathering: RedisGathering
    ) {
        if case .information = gathering { return unsafe askForInformation(request, frame) }
        if pool.servers.count == 1 {
            return unsafe forward(
                frame, to: pool.servers[0], command.isReadOnly ? .reads : .again,
                command.commandClass)
        }
        // What an ejected server would say is not asked for; what it is told, it would miss.
        let servers = command.isWrite ? pool.servers : pool.liveServers
        unsafe ask(servers, frame, gathering, command.isReadOnly ? .reads : .again)
    }

    /// SCAN: the next part of one server's keys; behind its last one comes the next server.
    func scan(_ request: RedisRequest, _ frame: RawBytes) {
        var arguments = RedisArguments(behindNameOf: request)
        guard let argument = unsafe arguments.next(in: frame.span),
            let cursor = unsafe ScanCursor(
                frame.piece(argument.offset, argument.length).span, servers: pool.servers.count)
        else { return answer(RedisReply.error("ERR invalid cursor")) }
        let head =
            Array("*\(request.argumentCount)\r\n".utf8)
            + RedisReply.bulk("SCAN") + RedisReply.bulk("\(cursor.cursor)")
        let whole = unsafe head + Array(frame.dropping(argument.end))
        unsafe whole.withRawBytes { bytes in
            unsafe ask([pool.servers[cursor.server]], bytes, .scan(cursor), .reads)
        }
    }

    func ask(
        _ servers: [Server], _ frame: RawBytes, _ gathering: RedisGathering,
        _ repetition: RedisRepetition, shifts: [Int] = []
    ) {
        let number = worker.splits.take()
        let split = worker.splits[number]
        let circumstances = RedisGathering.Circumstances(
            shifts: shifts, places: servers.map(\.index), servers: pool.servers.count)
        split.begin(
            gathering, circumstances, speaksRESP3: speaksRESP3, fragments: servers.count,
            from: worker.blocks)
        let sequence = admit(split: number)
        unsafe send(split, sequence, frame, toAll: servers, repetition)
    }

    /// What one server says of itself, and several cannot say together.
    func forwardToOnlyServer(
        _ name: String, _ frame: RawBytes, _ refusal: RedisRefusal
    ) {
        guard pool.servers.count == 1 else { return answer(refusal.reply(to: name)) }
        unsafe forward(frame, to: pool.servers[0], .again, .other)
    }

    /// PUBSUB NUMSUB, SHARDNUMSUB: the words behind PUBSUB.
    private func askForSubscribers(_ words: [[UInt8]], _ frame: RawBytes) {
        let kind: Topic.Kind = words[0].count == "numsub".utf8.count ? .channel : .shardChannel
        let shifts = words.dropFirst().map {
            pool.counts.subscribers.surplus(of: Topic(kind: kind, name: $0))
        }
        unsafe ask(pool.liveServers, frame, .sumByName, .reads, shifts: shifts)
    }

    // MARK: - Commands with subcommands

    /// SCRIPT, FUNCTION, PUBSUB, MEMORY, SLOWLOG, LATENCY: each subcommand goes its own way.
    func dispatchSubcommand(
        _ request: RedisRequest, _ command: RedisCommand, _ frame: RawBytes
    ) {
        let subcommand = unsafe RedisSubcommand.find(in: request, of: command, frame.span)
        switch subcommand?.handling {
        case .everywhere(.sumByName) where !pool.counts.subscribers.isEven:
            unsafe askForSubscribers(names(of: request, frame), frame)
        case .everywhere(.newest(let usual)):
            let count = unsafe wantedCount(words(of: request, frame)) ?? usual
            unsafe sendEverywhere(request, command, frame, .newest(count))
        case .everywhere(.success): unsafe sendPastOthers(frame, .success)
        case .everywhere(let gathering):
            unsafe sendEverywhere(request, command, frame, gathering)
        case .forward: unsafe forward(request, command, frame)
        case .onlyServer(let refusal):
            unsafe forwardToOnlyServer(subcommand?.fullName ?? command.name, frame, refusal)
        default: unsafe forward(frame, to: pool.anyServer, .again, .other)
        }
    }

    /// The number behind SLOWLOG GET; of a word that is none, the servers will complain.
    private func wantedCount(_ words: [[UInt8]]) -> Int? {
        words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) : nil
    }
}
