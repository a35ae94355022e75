import TestKit
import Testing

/// Every command of Redis with up to seven arguments: what the server answers, and twemproxy
/// passes on, arrives here byte for byte; where twemproxy closes, there is an answer here.
@Suite(.serialized) struct CompatibilityRedisTests {
    private let commands: [TwemproxyCommand]
    private let wires: ComparedWires

    init() throws {
        let node = try CacheNode.redis()
        let control = try node.client()
        commands = try TwemproxyCommand.load()
        wires = try ComparedWires(
            node: node, pool: .redis([node]), probe: Bytes.command(["GET", "probe"]),
            answer: Array("$12\r\nend-of-reply\r\n".utf8)
        ) {
            guard try control.command("EVAL", Self.fill, "0") == .ok else {
                throw KitError("the server could not be filled")
            }
        }
    }

    /// A key of each type, with `1` inside. No more than one member where Redis picks or orders
    /// them at random.
    private static let fill = """
        redis.call('FLUSHDB')
        redis.call('SET', 'probe', 'end-of-reply')
        redis.call('SET', 'string', '1')
        redis.call('HSET', 'hash', '1', '1')
        redis.call('RPUSH', 'list', '1', '2', '1', '3')
        redis.call('SADD', 'set', '1')
        redis.call('ZADD', 'zset', '1', '1')
        redis.call('GEOADD', 'geo', '13.361389', '38.115556', '1')
        redis.call('PFADD', 'hll', '1')
        return redis.status_reply('OK')
        """

    /// Arguments that find nothing, that find each type, and that are no numbers.
    private static let arguments = [
        ["1", "1", "1", "1", "1", "1", "1"],
        ["string", "1", "1", "1", "1", "1", "1"],
        ["hash", "1", "1", "1", "1", "1", "1"],
        ["list", "1", "1", "1", "1", "1", "1"],
        ["set", "1", "1", "1", "1", "1", "1"],
        ["zset", "1", "1", "1", "1", "1", "1"],
        ["geo", "1", "1", "km", "1", "km", "asc"],
        ["hll", "1", "1", "1", "1", "1", "1"],
        ["1", "zset", "1", "zset", "1", "zset", "1"],
        ["copied", "set", "zset", "set", "list", "hash", "string"],
        ["list", "0", "-1", "\u{e9}", "", "\r\n", "*"],
        ["return {KEYS[1], ARGV[1]}", "1", "string", "\r\n", "3", "4", "5"],
    ]

    private static func request(
        _ command: TwemproxyCommand, _ arguments: [String], count: Int
    ) -> [UInt8] {
        let request = Bytes.command(command.words + arguments.prefix(count))
        switch command.name {
        // What follows would belong to the transaction,
        case "multi" where count == 0: return request + Bytes.command(["EXEC"])
        // or not be allowed.
        case "subscribe", "psubscribe", "ssubscribe": return request + unsubscribe
        // The probe would be gone.
        case "flushall", "flushdb":
            return request + Bytes.command(["SET", "probe", "end-of-reply"])
        // Nothing blocks inside a transaction.
        case let name where blocking.contains(name):
            return Bytes.command(["MULTI"]) + request + Bytes.command(["EXEC"])
        default: return request
        }
    }

    private static let unsubscribe =
        Bytes.command(["UNSUBSCRIBE"]) + Bytes.command(["PUNSUBSCRIBE"])
        + Bytes.command(["SUNSUBSCRIBE"])

    private static let blocking: Set = [
        "blpop", "brpop", "brpoplpush", "blmove", "blmpop", "bzmpop", "bzpopmax", "bzpopmin",
    ]

    // MARK: - Intended differences

    /// Commands that this proxy answers otherwise than the server, and why. twemproxy closes the
    /// connection after each of them, but for COMMAND alone and AUTH with a password.
    private static let answeredOtherwise = [
        "command": "describes what this proxy serves, not what one server could do",
        "auth": "the pool has one user at most, not the server's",
        "hello": "names the proxy's protocol version and this connection's number",
        "client": "concerns connections to the proxy, not those to a server",
        "cluster": "is refused before anybody looks at its subcommand",
        "config": "tells the proxy's parameters",
        "info": "tells of the proxy, too, and of this moment",
        "latency histogram": "has counted the requests until this moment",
        "memory stats": "is the memory at this moment",
        "object idletime": "is a time until this moment",
        "memory malloc-stats": "is the memory at this moment",
        "time": "is the proxy's clock",
        "select": "connections to servers are shared, and stay with the pool's database",
        "randomkey": "is another key each time",
        "subscribe": "what is left at once is left in any order",
        "psubscribe": "what is left at once is left in any order",
        "ssubscribe": "what is left at once is left in any order",
        "script debug": "needs a connection that no other client uses",
        "exec": "with arguments it is one more mistake, not an EXECABORT",
    ]

    /// Replies of the server that this proxy gives only where a script's keys are counted right:
    /// they are counted first, since they tell the server.
    private static let missingScripts = ["-NOSCRIPT", "-ERR Function not found"]

    /// Commands after which this proxy closes the connection, with its last words and why;
    /// twemproxy closes too, without a word.
    private static let closing = [
        "quit": (lastWords: "+OK\r\n", why: "that is what it asks for")
    ]

    /// What two replies differ in, as the README's table names it.
    private static func difference(
        _ command: TwemproxyCommand, _ theirs: Answer, _ ours: Answer
    ) -> String? {
        switch command.words[0] {
        case "quit": "quit-ok"
        case "command" where !theirs.isClosed: "command-info"
        case "auth" where !theirs.isClosed: "auth-texts"
        default:
            if theirs != .closed([]) || ours.text.isEmpty {
                nil
            } else {
                ours.text.hasPrefix("-") ? "errors-answered" : "more-commands"
            }
        }
    }

    // MARK: - Tests

    @Test func twemproxyDoesWhatTheTableSays() throws {
        for command in commands {
            for (count, outcome) in command.outcomes.enumerated() {
                let request = Self.request(command, Self.arguments[0], count: count)
                let reply = try wires.reply(to: request, over: \.twemproxy)
                #expect(reply.isClosed == (outcome == .closes), "\(command.name) \(count)")
                if outcome == .forwards {
                    let expected = try wires.reply(to: request, over: \.direct)
                    #expect(reply == expected, "\(command.name) \(count)")
                }
            }
        }
    }

    @Test func repliesAreTwemproxysOrIntendedOnes() throws {
        try forEachRequest(where: { _ in true }) { command, request in
            let theirs = try wires.reply(to: request, over: \.twemproxy)
            let ours = try wires.reply(to: request, over: \.ours)
            if theirs == ours { return }
            let sent = String(decoding: request, as: UTF8.self)
            IntendedDifference.expect(
                Self.difference(command, theirs, ours), "\(shown(sent)): \(ours), not \(theirs)")
        }
    }

    @Test func whereTwemproxyClosesThereIsAnAnswer() throws {
        var closed: Set<String> = []
        try forEachRequest(where: { $0 != .forwards }) { command, request in
            let reply = try wires.reply(to: request, over: \.ours)
            if reply.isClosed {
                closed.insert(command.name)
                #expect(reply.text == Self.closing[command.name]?.lastWords)
            } else if reply.text.contains(/^-ERR (unknown command|'[A-Z|-]+' is not served)/) {
                // What is refused by its name is not tried on the server: it may end it.
                #expect(!command.isKnown, "\(command.name)")
            } else {
                try expectTheServers(reply, to: request, command)
            }
        }
        #expect(closed == Set(Self.closing.keys))
    }

    /// The values that applications send, each request finding what those before it left.
    @Test(arguments: Conversation.all)
    func conversationsAreTwemproxysOrMore(_ conversation: Conversation) throws {
        let nodes = try CacheNode.several(2, .redis)
        let twemproxy = try RunningProxy(.nutcracker, pool: .redis([nodes[0]]))
        let ours = try RunningProxy(pool: .redis([nodes[1]]))
        let direct = try nodes[0].client()
        let client = try ours.client()

        for request in conversation.requests {
            let reply = try client.command(request)
            let other = try twemproxy.client()
            try other.send(Bytes.command(request))
            if let expected = try? other.readReply() {
                #expect(reply == expected, "\(request)")
            } else {
                // What twemproxy refuses, its server must see all the same.
                #expect(try reply == direct.command(request), "\(request)")
                IntendedDifference.expect(
                    reply.errorText == nil ? "more-commands" : "errors-answered", "\(request)")
            }
        }
    }

    @Test(arguments: ["0", "1", "4", "x", "", "3x"])
    func versionsThatHelloRefusesAreRefusedInTheServersWords(version: String) throws {
        let request = Bytes.command(["HELLO", version])

        let reply = try wires.reply(to: request, over: \.ours)

        #expect(try reply == wires.reply(to: request, over: \.direct))
    }

    /// Expects the reply of the server, or a reply at all where it may differ: there the server is
    /// not asked, since the request could change the connection.
    private func expectTheServers(
        _ reply: Answer, to request: [UInt8], _ command: TwemproxyCommand
    ) throws {
        let otherwise = Self.answeredOtherwise
        if otherwise[command.name] ?? otherwise[command.words[0]] != nil {
            #expect(reply.text.contains(/^[-+:$*]/), "\(command.name)")
            return
        }
        let expected = try wires.reply(to: request, over: \.direct)
        if reply == expected { return }
        let isMissing = Self.missingScripts.contains { expected.text.hasPrefix($0) }
        if isMissing && reply.text.hasPrefix("-ERR") { return }
        let sent = String(decoding: request, as: UTF8.self)
        Issue.record("\(shown(sent)): \(reply) instead of \(expected)")
    }

    private func forEachRequest(
        where matches: (TwemproxyCommand.Outcome) -> Bool,
        _ body: (TwemproxyCommand, [UInt8]) throws -> Void
    ) throws {
        for command in commands {
            for (count, outcome) in command.outcomes.enumerated() where matches(outcome) {
                // Without arguments they are all the same.
                for arguments in Self.arguments.prefix(count == 0 ? 1 : .max) {
                    try body(command, Self.request(command, arguments, count: count))
                }
            }
        }
    }
}
