internal import Configuration
internal import Reactor
internal import Wire

/// CLIENT LIST and CLIENT KILL: the pool's clients, as far as this client's worker has them.
///
/// Workers share nothing, so each can only tell of, and close, its own.
extension Client {
    /// The line that describes this client, with the fields of Redis 7.0 and 7.2.
    var listLine: [UInt8] {
        let now = worker.loop.now
        let fields: [(StaticString, [UInt8])] = [
            ("id", Self.text(number)), ("addr", Array(peer.utf8)), ("laddr", Array(local.utf8)),
            ("fd", Self.text(Int(socket.descriptor))), ("name", identity?.name ?? []),
            ("age", Self.text(Int(now - beganAt) / 1000)),
            ("idle", Self.text(Int(now - lastActive) / 1000)),
            ("flags", Array((transaction != nil ? "x" : listens ? "P" : "N").utf8)),
            ("db", Self.text(pool.configuration.redisDatabase)),
            ("sub", Self.text(count(.channel))),
            ("psub", Self.text(count(.pattern))), ("ssub", Self.text(count(.shardChannel))),
            ("multi", Self.text(transaction?.count ?? -1)), ("qbuf", Self.text(input.count)),
            ("qbuf-free", Self.text(input.roomAtEnd)),
            ("multi-mem", Self.text(transaction?.commands.count ?? 0)),
            ("obl", Self.text(0)), ("oll", Self.text(requests.count)),
            ("omem", Self.text(outputCount)), ("tot-mem", Self.text(outputCount + inputCapacity)),
            ("events", Array("r".utf8)), ("cmd", Array("NULL".utf8)), ("user", user),
            ("redir", Self.text(-1)),
            ("resp", Self.text(speaksRESP3 ? 3 : 2)), ("lib-name", identity?.library ?? []),
            ("lib-ver", identity?.libraryVersion ?? []),
        ]
        let words = fields.map { Array("\($0.0)=".utf8) + $0.1 }
        return Array(words.joined(separator: [UInt8(ascii: " ")])) + [UInt8(ascii: "\n")]
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

    private var neighbours: [Client] {
        worker.clients.all.filter { $0.pool === pool && !$0.isClosed }
            .sorted { $0.number < $1.number }
    }

    // MARK: - LIST

    /// `LIST [TYPE type] | [ID id …]`, the words behind LIST.
    func listClients(_ words: [[UInt8]]) {
        var listed = neighbours
        switch words.first.map({ String(decoding: $0, as: UTF8.self).lowercased() }) {
        case nil: break
        case "type" where words.count == 2:
            guard let isOfType = filter(forType: words[1]) else { return }
            listed = listed.filter(isOfType)
        case "id" where words.count > 1:
            let ids = words.dropFirst().map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
            guard ids.allSatisfy({ $0 > 0 }) else {
                return answer(RedisReply.error("ERR Invalid client ID"))
            }
            listed = listed.filter { ids.contains($0.number) }
        default: return answer(Self.syntaxError)
        }
        answer(RedisReply.text(Array(listed.map(\.listLine).joined()), inRESP3: speaksRESP3))
    }

    /// Whether the client is subscribed to anything.
    private var listens: Bool { !(subscriptions?.topics.isEmpty ?? true) }

    /// Chooses the clients of a type; nil if there is none of that name, and this client has its
    /// error. Servers are no clients here.
    private func filter(forType word: [UInt8]) -> ((Client) -> Bool)? {
        let name = String(decoding: word, as: UTF8.self)
        switch name.lowercased() {
        case "normal": return { !$0.listens }
        case "pubsub": return { $0.listens }
        case "master", "replica", "slave": return { _ in false }
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
        var chosen = neighbours
        var isSpared = true
        for pair in stride(from: 0, to: words.count, by: 2) {
            let value = words[pair + 1]
            let text = String(decoding: value, as: UTF8.self)
            switch String(decoding: words[pair], as: UTF8.self).lowercased() {
            case "id":
                guard let id = Int(text), id > 0 else {
                    return answer(RedisReply.error("ERR client-id should be greater than 0"))
                }
                chosen.removeAll { $0.number != id }
            case "type":
                guard let isOfType = filter(forType: value) else { return }
                chosen = chosen.filter(isOfType)
            case "addr": chosen.removeAll { $0.peer != text }
            case "laddr": chosen.removeAll { $0.local != text }
            case "user":
                guard value == user else {
                    return answer(RedisReply.error("ERR No such user '\(text)'"))
                }
            case "skipme" where ["yes", "no"].contains(text.lowercased()):
                isSpared = text.lowercased() == "yes"
            default: return answer(Self.syntaxError)
            }
        }
        if isSpared { chosen.removeAll { $0 === self } }
        kill(chosen)
        answer(RedisReply.integer(chosen.count))
    }

    private func killClient(at address: [UInt8]) {
        let text = String(decoding: address, as: UTF8.self)
        let chosen = neighbours.filter { $0.peer == text }
        guard !chosen.isEmpty else { return answer(RedisReply.error("ERR No such client")) }
        kill(chosen)
        answer(RedisReply.ok)
    }

    /// This client still gets its replies; the others end at once, but not in the middle of what
    /// goes on now.
    private func kill(_ clients: [Client]) {
        for client in clients {
            if client === self {
                isFinished = true
            } else {
                worker.later { client.close(because: .killed) }
            }
        }
    }
}
