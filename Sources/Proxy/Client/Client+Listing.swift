internal import Configuration
internal import Reactor
internal import Wire

/// CLIENT LIST, KILL and UNBLOCK: the pool's clients, on whichever worker they are.
extension Client {
    /// The line that describes this client, with the fields of Redis 7.0 and 7.2.
    var listLine: [UInt8] {
        let now = worker.loop.now
        let fields: [(StaticString, [UInt8])] = [
            ("id", Self.text(number)), ("addr", Array(peer.utf8)), ("laddr", Array(local.utf8)),
            ("fd", Self.text(Int(socket.descriptor))), ("name", identity?.name ?? []),
            ("age", Self.text(Int(now - beganAt) / 1000)),
            ("idle", Self.text(Int(now - lastActive) / 1000)),
            ("flags", Array(flags.utf8)),
            ("db", Self.text(pool.configuration.redisDatabase)),
            ("sub", Self.text(count(.channel))),
            ("psub", Self.text(count(.pattern))), ("ssub", Self.text(count(.shardChannel))),
            ("multi", Self.text(transaction?.count ?? -1)),
            ("qbuf", Self.text(input.count + lengthOfInquiry)),
            ("qbuf-free", Self.text(input.roomAtEnd)), ("argv-mem", Self.text(0)),
            ("multi-mem", Self.text(transaction?.commands.count ?? 0)), ("rbs", Self.text(0)),
            ("rbp", Self.text(0)),
            ("obl", Self.text(0)), ("oll", Self.text(outputCount > 0 ? 1 : 0)),
            ("omem", Self.text(outputCount)), ("tot-mem", Self.text(outputCount + inputCapacity)),
            ("events", Array("r".utf8)), ("cmd", Array(lastCommandName.utf8)), ("user", user),
            ("redir", Self.text(-1)),
            ("resp", Self.text(speaksRESP3 ? 3 : 2)), ("lib-name", identity?.library ?? []),
            ("lib-ver", identity?.libraryVersion ?? []),
        ]
        let words = fields.map { Array("\($0.0)=".utf8) + $0.1 }
        return Array(words.joined(separator: [UInt8(ascii: " ")])) + [UInt8(ascii: "\n")]
    }

    /// As Redis has them: blocked, in a transaction, a subscriber, over a unix socket; N for
    /// nothing.
    private var flags: String {
        let letters =
            (listens ? "P" : "") + (transaction != nil ? "x" : "") + (waitsAlone ? "b" : "")
            + (pool.path.isEmpty ? "" : "U")
        return letters.isEmpty ? "N" : letters
    }

    /// What it said last, as far as the proxy knows the word.
    private var lastCommandName: String {
        guard language == .redis, let command = lastCommand.command else {
            return "NULL"
        }
        guard let word = lastSubcommand, command.hasSubcommands else { return command.name }
        return "\(command.name)|\(word)"
    }

    private func count(_ kind: Topic.Kind) -> Int {
        subscriptions?.topics.count { $0.kind == kind } ?? 0
    }

    private static func text(_ number: Int) -> [UInt8] { Array("\(number)".utf8) }

    /// As CLIENT LIST writes it: a unix socket's path with a port of 0.
    private var peer: String { socket.peerAddress?.description ?? "\(socketPath):0" }

    private var local: String {
        guard let address = socket.localAddress else { return "\(socketPath):0" }
        return address.port > 0 ? address.description : "\(address.description):0"
    }

    private var socketPath: String {
        pool.path
    }

    private var user: [UInt8] { pool.credentials?.user ?? ClientCredentials.defaultUser }

    /// Whether it is subscribed to anything.
    private var listens: Bool { !(subscriptions?.topics.isEmpty ?? true) }

    /// Whether all is true of it that the filter says.
    func isMeant(by filter: ClientFilter) -> Bool {
        if let numbers = filter.numbers, !numbers.contains(number) { return false }
        switch filter.kind {
        case .normal? where listens: return false
        case .pubsub? where !listens: return false
        case .nobody?: return false
        case .normal?, .pubsub?, nil: break
        }
        if let address = filter.address, address != peer { return false }
        if let address = filter.localAddress, address != local { return false }
        return filter.spared != number
    }

    /// Asks all workers, and answers with what they say together.
    private func inquire(
        _ wish: ClientInquiry.Wish, _ filter: ClientFilter,
        _ reply: @escaping @Sendable (ClientAnswer, Client) -> [UInt8]
    ) {
        let place = collectingPlace ?? ReplyPlace(sequence: admit(), fragment: Ticket.whole)
        worker.inquire(wish, filter, for: self, place, reply)
    }

    // MARK: - LIST

    /// `LIST [TYPE type] | [ID id …]`, the words behind LIST.
    func listClients(_ words: [[UInt8]]) {
        var filter = ClientFilter()
        switch words.first.map({ String(decoding: $0, as: UTF8.self).lowercased() }) {
        case nil: break
        case "type" where words.count == 2:
            guard let kind = kind(named: words[1]) else { return }
            filter.kind = kind
        case "id" where words.count > 1:
            let numbers = words.dropFirst().map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
            guard numbers.allSatisfy({ $0 > 0 }) else {
                return answer(RedisReply.error("ERR Invalid client ID"))
            }
            filter.numbers = Set(numbers)
        default: return answer(Self.syntaxError)
        }
        inquire(.list, filter) { answer, client in
            let text = Array(answer.lines.map(\.text).joined())
            return RedisReply.text(text, inRESP3: client.speaksRESP3)
        }
    }

    /// The kind of clients of a name; nil if there is none of that name, and this client has its
    /// error.
    private func kind(named word: [UInt8]) -> ClientFilter.Kind? {
        let name = String(decoding: word, as: UTF8.self)
        switch name.lowercased() {
        case "normal": return .normal
        case "pubsub": return .pubsub
        case "master", "replica", "slave": return .nobody
        default:
            answer(RedisReply.error("ERR Unknown client type '\(name)'"))
            return nil
        }
    }

    // MARK: - KILL

    /// `KILL address`, or `KILL option value …`, the words behind KILL.
    func killClients(_ words: [[UInt8]]) {
        guard words.count > 1 else { return killClient(at: words[0]) }
        guard words.count % 2 == 0 else { return answer(Self.syntaxError) }
        var filter = ClientFilter(spared: number)
        for pair in stride(from: 0, to: words.count, by: 2) {
            let value = words[pair + 1]
            let text = String(decoding: value, as: UTF8.self)
            switch String(decoding: words[pair], as: UTF8.self).lowercased() {
            case "id":
                guard let id = Int(text), id > 0 else {
                    return answer(RedisReply.error("ERR client-id should be greater than 0"))
                }
                filter.numbers = [id]
            case "type":
                guard let kind = kind(named: value) else { return }
                filter.kind = kind
            case "addr": filter.address = text
            case "laddr": filter.localAddress = text
            case "user":
                guard value == user else {
                    return answer(RedisReply.error("ERR No such user '\(text)'"))
                }
            case "skipme" where ["yes", "no"].contains(text.lowercased()):
                filter.spared = text.lowercased() == "yes" ? number : nil
            default: return answer(Self.syntaxError)
            }
        }
        inquire(.kill, filter) { answer, _ in RedisReply.integer(answer.count) }
    }

    private func killClient(at address: [UInt8]) {
        let filter = ClientFilter(address: String(decoding: address, as: UTF8.self))
        inquire(.kill, filter) { answer, _ in
            answer.count > 0 ? RedisReply.ok : RedisReply.error("ERR No such client")
        }
    }

    /// The client that asks still gets its replies; others end at once.
    func end(killedBy asker: Handle?) {
        guard asker == handle else { return close(because: .killed) }
        isFinished = true
        markDirty()
    }

    // MARK: - UNBLOCK

    /// `UNBLOCK id [TIMEOUT|ERROR]`, the words behind UNBLOCK.
    func unblockClient(_ words: [[UInt8]]) {
        guard let id = Int(String(decoding: words[0], as: UTF8.self)) else {
            return answer(RedisReply.error("ERR value is not an integer or out of range"))
        }
        let reason =
            words.count > 1 ? String(decoding: words[1], as: UTF8.self).lowercased() : "timeout"
        guard words.count <= 2, ["timeout", "error"].contains(reason) else {
            return answer(
                RedisReply.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"))
        }
        inquire(.unblock(isError: reason == "error"), ClientFilter(numbers: [id])) { answer, _ in
            RedisReply.integer(answer.count)
        }
    }

    /// Asks the server that this client waits at to let it go on. Only the server knows whether
    /// what it waits for has not just come.
    ///
    /// - Returns: false if it does not wait, or cannot be asked for.
    func unblock(isError: Bool) -> Bool {
        guard let blocked = session?.blocked else { return false }
        guard let number = blocked.numberAtServer else {
            blocked.unblocksAsError = isError
            return blocked.awaitsNumber
        }
        guard let shared = blocked.server.connection(for: self), shared.address == blocked.address
        else { return false }
        let command = RedisReply.command([
            "CLIENT", "UNBLOCK", "\(number)", isError ? "ERROR" : "TIMEOUT",
        ])
        guard shared.hasRoom(for: command.count) else { return false }
        unsafe command.withRawBytes { unsafe append($0, to: shared) }
        shared.enqueue(Ticket(length: command.count, deadline: 0, purpose: .discard))
        return true
    }
}
