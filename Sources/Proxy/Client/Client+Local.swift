internal import Configuration
internal import Wire

/// What the proxy answers by itself.
extension Client {
    func answer(
        _ local: RedisCommand.LocalCommand, _ request: RedisRequest, _ frame: RawBytes
    ) {
        var arguments = RedisArguments(behindNameOf: request)
        let first = unsafe arguments.next(in: frame.span)
        let word = unsafe first.map { unsafe frame.piece($0.offset, $0.length) }
        switch local {
        case .ping:
            guard request.argumentCount <= 2 else {
                return answer(RedisReply.error("ERR wrong number of arguments for 'ping' command"))
            }
            if hearsOnly { return unsafe pong(word ?? .none) }
            guard let word = unsafe word else { return answer(RedisReply.pong) }
            unsafe answer(bulk: word)
        case .echo:
            guard let word = unsafe word else { return answer(RedisReply.nullBulk) }
            unsafe answer(bulk: word)
        case .quit:
            answer(RedisReply.ok)
            isFinished = true
        case .auth:
            unsafe authenticate(words(of: request, frame))
        case .hello:
            unsafe hello(words(of: request, frame))
        case .client:
            lengthOfInquiry = frame.count
            unsafe client(words(of: request, frame))
            lengthOfInquiry = 0
        case .multi: beginTransaction()
        case .exec: executeTransaction()
        case .discard: discardTransaction()
        case .unwatch: unwatch()
        case .subscribe: unsafe subscribe(.channel, names(of: request, frame))
        case .patternSubscribe: unsafe subscribe(.pattern, names(of: request, frame))
        case .shardSubscribe: unsafe subscribe(.shardChannel, names(of: request, frame))
        case .unsubscribe: unsafe unsubscribe(.channel, names(of: request, frame))
        case .patternUnsubscribe: unsafe unsubscribe(.pattern, names(of: request, frame))
        case .shardUnsubscribe: unsafe unsubscribe(.shardChannel, names(of: request, frame))
        case .command:
            unsafe answer(
                RedisCommand.reply(
                    to: request, in: frame.span, inRESP3: speaksRESP3,
                    administering: pool.passesAdministration))
        case .reset: reset()
        case .role: answer(Self.role)
        case .time: answer(Self.time)
        case .config: unsafe config(words(of: request, frame))
        case .select:
            let digits = unsafe word.map { unsafe $0.piece(0, min($0.count, Self.mostDigits)) }
            let database = unsafe digits.flatMap {
                unsafe Int(String(decoding: $0.buffer, as: UTF8.self))
            }
            answer(
                database == pool.configuration.redisDatabase
                    ? RedisReply.ok
                    : RedisReply.error(
                        database == nil
                            ? "ERR value is not an integer or out of range"
                            : "ERR DB index is out of range"))
        }
    }

    /// The longest number that means something, its sign and one digit too many.
    private static var mostDigits: Int { 21 }

    /// All arguments, for requests that are short or rare.
    func names(of request: RedisRequest, _ frame: RawBytes) -> [[UInt8]] {
        var arguments = RedisArguments(behindNameOf: request)
        var names: [[UInt8]] = []
        while let argument = unsafe arguments.next(in: frame.span) {
            names.append(unsafe Array(frame.piece(argument.offset, argument.length)))
        }
        return names
    }

    /// What happens around AUTH is short and rare, so it may copy; what is longer is no word of it,
    /// and is cut.
    func words(of request: RedisRequest, _ frame: RawBytes) -> [[UInt8]] {
        var arguments = RedisArguments(behindNameOf: request)
        var words: [[UInt8]] = []
        while words.count < Self.mostWords, let argument = unsafe arguments.next(in: frame.span) {
            let length = min(argument.length, Self.longestWord)
            words.append(unsafe Array(frame.piece(argument.offset, length)))
        }
        return words
    }

    /// HELLO has seven, CONFIG GET and CLIENT LIST may have more; a password may be long, and one
    /// that is longer than this is a wrong one.
    private static var mostWords: Int { 128 }
    private static var longestWord: Int { 64 * 1024 }

    /// `AUTH password`, or `AUTH user password`: the pool has one user.
    private func authenticate(_ words: [[UInt8]]) {
        guard words.count <= 2 else { return answer(RedisReply.error("ERR syntax error")) }
        if words.count == 1, pool.credentials == nil { return answer(Self.noPassword) }
        let user = words.count == 2 ? words[0] : nil
        let isRight = logIn(user: user, words[words.count - 1])
        answer(isRight ? RedisReply.ok : Self.wrongPassword)
    }

    private static let noPassword = RedisReply.error(
        "ERR AUTH <password> called without any password configured for the default user. "
            + "Are you sure your configuration is correct?")

    static let wrongPassword = RedisReply.error(
        "WRONGPASS invalid username-password pair or user is disabled.")

    /// A pool that asks for nothing has the default user, who takes any password.
    ///
    /// - Returns: whether user and password are right; if not, the client stays who it was.
    func logIn(user: [UInt8]?, _ password: [UInt8]) -> Bool {
        guard let credentials = pool.credentials else {
            return user == nil || user == ClientCredentials.defaultUser
        }
        guard credentials.admit(user: user, password: password) else { return false }
        isAuthenticated = true
        return true
    }
}
