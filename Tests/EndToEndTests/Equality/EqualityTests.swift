import TestKit
import Testing

@testable import Wire

/// Through Martlet, every command is answered as one redis-server would, or is clearly refused.
@Suite(.serialized) struct EqualityTests {
    /// With four servers of these names, `a` and `b` are apart.
    private static let options = [
        "hash": "murmur", "distribution": "modula", "hash_tag": "\"{}\"",
    ]

    @Test(arguments: [2, 3])
    func oneServersRepliesAreItsOwn(version: Int) throws {
        let behind = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([behind], options: Self.options))

        try compare(proxy, before: [behind], version, [.everywhere])
    }

    @Test(arguments: [2, 3])
    func fourServersAnswerAsOneOrRefuse(version: Int) throws {
        let nodes = try CacheNode.several(4, .redis)

        try compare(Self.proxy(before: nodes), before: nodes, version, [.everywhere, .several])
    }

    /// Redis before 6 has no HELLO, and so no RESP3.
    @Test func repliesOfServersWithoutRESP3AreTranslated() throws {
        let nodes = try (0..<4).map { _ in
            try CacheNode.redis(arguments: ["--rename-command", "HELLO", ""])
        }

        try compare(
            Self.proxy(before: nodes), before: nodes, 3,
            [.everywhere, .several, .withoutRESP3])
    }

    private static func proxy(before nodes: [CacheNode]) throws -> RunningProxy {
        let names = ["north", "east", "south", "west"]
        return try RunningProxy(
            pool: .redis(
                servers: zip(nodes, names).map { $0.line(named: $1) }, options: options))
    }

    // MARK: - The script

    @Test func everyCommandSucceedsAndFails() throws {
        let reference = try CacheNode.redis()
        var succeeded: Set<String> = []
        var failed: Set<String> = []
        for conversation in EqualityScript.all {
            let side = try Side(2, flushing: [reference]) { try reference.client() }
            for step in conversation.steps {
                if step.expectation == .refused {
                    succeeded.insert(step.command)
                } else if let reply = try side.take(step) {
                    if reply.isError {
                        failed.insert(step.command)
                    } else {
                        succeeded.insert(step.command)
                    }
                }
            }
        }

        let table = RedisCommand.table
        for index in table.indices {
            let command = table[index]
            // Those of a cluster never do, here or at a server that is none.
            #expect(
                succeeded.contains(command.name) || command.handling == .refused(.cluster),
                "\(command.name) never succeeds")
            // The wrong number of arguments is an error for itself, in a test of its own.
            #expect(
                failed.contains(command.name) || Self.wrongCount(of: command) != nil
                    || Self.faultless.contains(command.name), "\(command.name) never fails")
        }
    }

    /// They take any arguments, or any number of them that is served.
    private static let faultless: Set = [
        "bgsave", "failover", "info", "replconf", "quit", "shutdown", "unsubscribe",
        "punsubscribe", "sunsubscribe",
    ]

    /// The command's name, with as many arguments as it does not take.
    private static func wrongCount(of command: RedisCommand) -> [String]? {
        switch command.arity {
        case -1: nil
        case 1: [command.name, "x"]
        default: [command.name]
        }
    }

    @Test func wrongNumbersOfArgumentsAreTold() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(pool: .redis([node]))
        let client = try proxy.client()
        let direct = try node.client()

        let table = RedisCommand.table
        for request in table.indices.compactMap({ Self.wrongCount(of: table[$0]) }) {
            let expected = try direct.command(request)
            #expect(try client.command(request) == expected, "\(request)")
        }
    }

    // MARK: - Comparing

    private func compare(
        _ proxy: RunningProxy, before nodes: [CacheNode], _ version: Int,
        _ places: Set<DifferenceFromRedis.Place>
    ) throws {
        let reference = try CacheNode.redis()
        let intended = DifferenceFromRedis.table.filter { places.contains($0.place) }
            .map(\.request)
        var differing: Set<String> = []
        for conversation in EqualityScript.all {
            let ours = try Side(version, flushing: nodes) { try proxy.client() }
            let theirs = try Side(version, flushing: [reference]) { try reference.client() }
            for step in conversation.steps {
                let reply = try ours.take(step)
                if step.expectation == .refused
                    || step.expectation == .apart && nodes.count > 1
                {
                    #expect(reply.map(Self.isRefusal) == true, "\(step): \(reply?.text ?? "")")
                    continue
                }
                let expected = try theirs.take(step)
                if reply == expected { continue }
                differing.insert(step.description)
                guard !intended.contains(step.description) else { continue }
                Issue.record(
                    """
                    \(conversation.name): \(step)
                    \(expected?.description ?? "")
                    \(reply?.description ?? "")
                    """)
            }
        }
        for request in intended {
            #expect(differing.contains(request), "\(request) differs no more")
        }
    }

    private static func isRefusal(_ reply: RawReply) -> Bool {
        reply.text.contains(/^ERR '[A-Z|-]+' is not served: [a-z].+/)
            || reply.text.contains(
                /^CROSSSLOT Keys in request don't hash to the same server: '.+' and (the pattern )?'.+'$/
            )
    }
}

/// A server or a proxy, and the clients of one conversation with it.
private final class Side {
    private let version: Int
    private let connect: () throws -> TestClient
    private var clients: [Int: TestClient] = [:]
    private var last: [UInt8] = []
    /// The request whose reply is awaited.
    private var awaited = ""
    /// What EXEC is to answer.
    private var queued: [String] = []

    /// - Parameter nodes: who holds the data, all of which is removed.
    init(
        _ version: Int, flushing nodes: [CacheNode], connect: @escaping () throws -> TestClient
    ) throws {
        self.version = version
        self.connect = connect
        for node in nodes {
            let client = try node.client()
            _ = try client.command("FLUSHALL")
            _ = try client.command("FUNCTION", "FLUSH")
            _ = try client.command("SCRIPT", "FLUSH")
        }
    }

    /// Says a line.
    ///
    /// - Returns: what is to be compared of the reply; nil if none comes yet.
    func take(_ step: EqualityScript.Step) throws -> RawReply? {
        let client = try client(step.client)
        guard !step.words.isEmpty else {
            let reply = try client.readRawReply()
            return Unpredictable.relevant(reply, Unpredictable.comparison(of: awaited))
        }
        awaited = step.description
        let words = step.words.map { $0 == "$REPLY" ? last : Array($0.utf8) }
        try client.send(Bytes.command(words))
        if step.expectation == .later { return nil }
        let comparison = Unpredictable.comparison(of: step.description)
        var reply = try client.readRawReply()
        last = reply.body
        if case .walk = comparison, !reply.isError {
            reply = try walk(from: reply, step.words, client)
        }
        return Unpredictable.relevant(withRelevantElements(reply, of: step), comparison)
    }

    /// The reply to EXEC has one for each request that was queued.
    private func withRelevantElements(
        _ reply: RawReply, of step: EqualityScript.Step
    ) -> RawReply {
        if step.command == "multi" { queued = [] }
        if reply.header == "+QUEUED" { queued.append(step.description) }
        guard step.command == "exec" else { return reply }
        defer { queued = [] }
        guard reply.elements.count == queued.count else { return reply }
        var copy = reply
        for (index, request) in queued.enumerated() {
            copy.elements[index] = Unpredictable.relevant(
                reply.elements[index], Unpredictable.comparison(of: request))
        }
        return copy
    }

    private func client(_ number: Int) throws -> TestClient {
        if let client = clients[number] { return client }
        let client = try connect()
        if version != 2 {
            try client.send(Bytes.command(["HELLO", "\(version)"]))
            _ = try client.readRawReply()
        }
        clients[number] = client
        return client
    }

    /// All that a scan finds, once each.
    private func walk(
        from first: RawReply, _ words: [String], _ client: TestClient
    ) throws -> RawReply {
        var reply = first
        var found: Set<String> = []
        while reply.elements.count == 2 {
            found.formUnion(reply.elements[1].elements.map(\.description))
            guard reply.elements[0].text != "0" else { break }
            var next = words
            let place = words[0].lowercased() == "scan" ? 1 : 2
            next[place] = reply.elements[0].text
            try client.send(Bytes.command(next))
            reply = try client.readRawReply()
        }
        return RawReply(
            header: reply.header, elements: found.map { RawReply(header: "*\($0)") })
    }
}
