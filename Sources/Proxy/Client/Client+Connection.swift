internal import Wire

/// CLIENT: what a connection is told, and may ask, of itself and of others.
extension Client {
    /// A subcommand that the table has, with a number of arguments that it takes.
    func client(_ words: [[UInt8]]) {
        let value = words.count > 1 ? words[1] : []
        let word = String(decoding: words[0], as: UTF8.self).lowercased()
        lastSubcommand = word
        switch word {
        case "id": answer(RedisReply.integer(number))
        case "getname": answerName()
        case "setname": if setName(value) { answer(RedisReply.ok) }
        case "setinfo": setInformation(value, words[2])
        case "info": answer(RedisReply.text(listLine, inRESP3: speaksRESP3))
        case "list": listClients(Array(words.dropFirst()))
        case "kill": killClients(Array(words.dropFirst()))
        case "reply": setReplyMode(value)
        // Hints to a server that evicts and counts uses; here there is nothing to keep them for.
        case "no-evict", "no-touch": acknowledgeSwitch(value)
        // Nobody is redirected to, since nothing is tracked.
        case "getredir": answer(RedisReply.integer(-1))
        case "trackinginfo": answer(trackingState)
        case "unblock": unblockClient(Array(words.dropFirst()))
        default: answer(RedisReply.help(on: "CLIENT", Self.help))
        }
    }

    // MARK: - Names

    /// Takes a name as CLIENT SETNAME does; an empty one takes it away.
    ///
    /// - Returns: false if the client already has its error.
    func setName(_ name: [UInt8]) -> Bool {
        guard ClientIdentity.accepts(name) else {
            answer(
                RedisReply.error(
                    "ERR Client names cannot contain spaces, newlines or special characters."))
            return false
        }
        if identity == nil && name.isEmpty { return true }
        known().name = name
        return true
    }

    private func answerName() {
        let name = identity?.name ?? []
        answer(
            name.isEmpty ? RedisReply.null(inRESP3: speaksRESP3) : RedisReply.bulk(name.span))
    }

    private func setInformation(_ attribute: [UInt8], _ value: [UInt8]) {
        let name = String(decoding: attribute, as: UTF8.self)
        let known = ["lib-name", "lib-ver"].contains(name.lowercased())
        guard known else {
            return answer(RedisReply.error("ERR Unrecognized option '\(name)'"))
        }
        guard ClientIdentity.accepts(value) else {
            return answer(
                RedisReply.error(
                    "ERR \(name) cannot contain spaces, newlines or special characters."))
        }
        if name.lowercased() == "lib-name" {
            self.known().library = value
        } else {
            self.known().libraryVersion = value
        }
        answer(RedisReply.ok)
    }

    private func known() -> ClientIdentity {
        let known = identity ?? ClientIdentity()
        identity = known
        return known
    }

    // MARK: - Switches

    private func setReplyMode(_ word: [UInt8]) {
        switch String(decoding: word, as: UTF8.self).lowercased() {
        case "on":
            replyMode = .on
            answer(RedisReply.ok)
        case "off": replyMode = .off
        case "skip": if replyMode != .off { replyMode = .skipsNext }
        default: answer(Self.syntaxError)
        }
    }

    private func acknowledgeSwitch(_ word: [UInt8]) {
        let isSwitch = ["on", "off"].contains(String(decoding: word, as: UTF8.self).lowercased())
        answer(isSwitch ? RedisReply.ok : Self.syntaxError)
    }

    static let syntaxError = RedisReply.error("ERR syntax error")

    private var trackingState: [UInt8] {
        RedisReply.mapHeader(count: 3, inRESP3: speaksRESP3)
            + RedisReply.bulk("flags") + RedisReply.setHeader(count: 1, inRESP3: speaksRESP3)
            + RedisReply.bulk("off")
            + RedisReply.bulk("redirect") + RedisReply.integer(-1)
            + RedisReply.bulk("prefixes") + RedisReply.emptyArray
    }

    private static let help = [
        "GETNAME", "    Tell the name of this connection.",
        "GETREDIR", "    Tell -1: nothing is tracked, so nobody is redirected to.",
        "ID", "    Tell the number of this connection.",
        "INFO", "    Describe this connection.",
        "KILL <address>", "    End the connection from <address>.",
        "KILL <option> <value> [<option> <value> [...]]",
        "    End connections by ID, ADDR, LADDR, USER, TYPE; not this one unless SKIPME is no.",
        "LIST [ID <id> [...] | TYPE <type>]",
        "    Describe the connections to this pool.",
        "NO-EVICT (ON|OFF)", "    Taken and forgotten.",
        "NO-TOUCH (ON|OFF)", "    Taken and forgotten.",
        "REPLY (ON|OFF|SKIP)", "    Choose whether requests are answered.",
        "SETINFO (LIB-NAME|LIB-VER) <value>", "    Say which library speaks.",
        "SETNAME <name>", "    Give this connection a name.",
        "TRACKINGINFO", "    Tell that nothing is tracked.",
        "UNBLOCK <id> [TIMEOUT|ERROR]",
        "    Let a connection go on that waits: as if its time were over, or with an error.",
    ]
}
