internal import Configuration
internal import Wire

/// AUTH, HELLO and SELECT: what the proxy itself says before any request goes out.
extension ServerConnection {
    func greet() {
        let pool = server.pool
        guard pool.isRedis else { return }
        let user = pool.configuration.serverCredentials?.user
        let password = server.passwords.current
        passwordIndex = server.passwords.index
        if speaksRESP3 && !translates {
            let auth = password.map { ["AUTH", user ?? "default", $0] } ?? []
            greet(RedisReply.command(["HELLO", "3"] + auth), .hello)
        } else if let password {
            let words = user.map { [$0, password] } ?? [password]
            greet(RedisReply.command(["AUTH"] + words), .auth)
        }
        if pool.configuration.redisDatabase > 0 {
            greet(
                RedisReply.command(["SELECT", "\(pool.configuration.redisDatabase)"]),
                .select)
        }
    }

    private func greet(_ command: [UInt8], _ purpose: Ticket.Purpose) {
        unsafe command.withRawBytes { bytes in unsafe log.append(bytes, from: worker.blocks) }
        tickets.append(
            Ticket(length: command.count, deadline: deadline, purpose: purpose), from: worker.blocks
        )
        unsentTickets += 1
        greetingUnsent += command.count
        greetingReplies += 1
    }

    /// A reply to AUTH, HELLO or SELECT; of a long one, which is no error, the last piece.
    func greeted(_ purpose: Ticket.Purpose, _ reply: RawBytes, isError: Bool) {
        if isError {
            let words = unsafe String(decoding: reply, as: UTF8.self)
            if purpose == .hello && Self.isNotUnderstood(words) {
                return close(because: .helloUnknown)
            }
            guard purpose != .auth || !Self.needsNoPassword(words) else { return greetedWell() }
            let line = words.dropFirst().split(whereSeparator: \.isNewline).first ?? ""
            return close(because: Self.refused(purpose, String(line)))
        }
        greetedWell()
    }

    private static func refused(_ purpose: Ticket.Purpose, _ words: String) -> CloseReason {
        switch purpose {
        case .auth: .passwordRefused("AUTH refused: \(words)")
        case .hello: .passwordRefused("HELLO 3 refused: \(words)")
        case .select, .request, .discard: .greetingRefused("SELECT refused: \(words)")
        }
    }

    private func greetedWell() {
        greetingReplies -= 1
        guard greetingReplies == 0 else { return }
        phase = .ready
        server.connected()
        markDirty()
    }

    /// Redis before 6 has no HELLO; another server may know it and not version 3.
    private static func isNotUnderstood(_ words: String) -> Bool {
        words.hasPrefix("-NOPROTO") || words.contains("unknown command")
    }

    /// A server without a password takes requests all the same, as behind twemproxy.
    static func needsNoPassword(_ words: String) -> Bool {
        words.contains("without any password configured") || words.contains("no password is set")
    }
}
