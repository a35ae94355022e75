internal import Wire

/// HELLO and RESET: what a connection is at its beginning.
extension Client {
    /// `HELLO [2|3 [AUTH user password] [SETNAME name]]`: from 3 on, the client's requests go to
    /// servers over connections that speak RESP3, and replies come as the servers write them, or as
    /// they would if they knew RESP3.
    func hello(_ words: [[UInt8]]) {
        var speaksRESP3 = speaksRESP3
        if let version = words.first {
            switch String(decoding: version, as: UTF8.self) {
            case "2": speaksRESP3 = false
            case "3": speaksRESP3 = true
            case let other where Int(other) == nil: return answer(Self.noVersion)
            default: return answer(RedisReply.error("NOPROTO unsupported protocol version"))
            }
        }
        guard takeOptions(of: words) else { return }
        self.speaksRESP3 = speaksRESP3
        answer(description)
    }

    /// - Returns: false if the client already has its error.
    private func takeOptions(of words: [[UInt8]]) -> Bool {
        var next = 1
        while next < words.count {
            let option = String(decoding: words[next], as: UTF8.self).lowercased()
            if option == "auth", words.count - next > 2 {
                guard logIn(user: words[next + 1], words[next + 2]) else {
                    answer(Self.wrongPassword)
                    return false
                }
                next += 3
            } else if option == "setname", words.count - next > 1 {
                guard setName(words[next + 1]) else { return false }
                next += 2
            } else {
                answer(
                    RedisReply.error(
                        "ERR Syntax error in HELLO option '\(String(decoding: words[next], as: UTF8.self))'"
                    ))
                return false
            }
        }
        guard isAuthenticated else {
            answer(Self.helloNeedsPassword)
            return false
        }
        return true
    }

    private static let noVersion = RedisReply.error(
        "ERR Protocol version is not an integer or out of range")

    private static let helloNeedsPassword = RedisReply.error(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH "
            + "<user> <pass> option can be used to authenticate the client and select the RESP protocol "
            + "version at the same time")

    /// The version of Redis whose commands the proxy knows.
    static let redisVersion = "7.0.0"

    private var description: [UInt8] {
        let fields: [(String, [UInt8])] = [
            ("server", RedisReply.bulk("redis")),
            ("version", RedisReply.bulk(Self.redisVersion)),
            ("proto", RedisReply.integer(speaksRESP3 ? 3 : 2)),
            ("id", RedisReply.integer(number)),
            ("mode", RedisReply.bulk("standalone")),
            ("role", RedisReply.bulk("master")),
            ("modules", RedisReply.emptyArray),
        ]
        let header = RedisReply.mapHeader(count: fields.count, inRESP3: speaksRESP3)
        return fields.reduce(into: header) { $0 += RedisReply.bulk($1.0) + $1.1 }
    }

    /// RESET: the connection is as it was when it began, but for what the client's library has said
    /// of itself.
    func reset() {
        guard isAlone() else { return }
        if let transaction { end(transaction) }
        stopWatching()
        endSubscriptions()
        speaksRESP3 = false
        replyMode = .on
        identity?.name = []
        isAuthenticated = pool.credentials == nil
        answer(RedisReply.status("RESET"))
    }
}
