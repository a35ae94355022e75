import TestKit
import Testing

/// Whatever a server sends, a client gets the right value or an error.
@Suite(.serialized) struct MisbehaviourTests {
    /// What the server does when it is asked for the key `bad`.
    enum Misbehaviour: String, CaseIterable, Sendable {
        case closes
        case closesMidReply
        case sendsGarbage
        case neverAnswers
        case stopsMidReply
        case sendsAnImpossibleLength
    }

    @Test(arguments: Misbehaviour.allCases)
    func clientsGetTheirValueOrAnError(_ misbehaviour: Misbehaviour) throws {
        let server = try FakeServer { try serve($0, misbehaviour) }
        let proxy = try RunningProxy(
            pool: .redis(servers: [server.line], options: ["timeout": "400"]))
        let client = try proxy.client()
        let neighbours = try (0..<4).map { _ in try proxy.client() }
        #expect(try client.command("GET", "good") == .bulk("good"))

        for _ in 0..<3 {
            try client.sendCommand("GET", "bad")
            for (index, neighbour) in neighbours.enumerated() {
                try neighbour.sendCommand("GET", "value:\(index)")
            }

            let reply = try client.readReply()
            #expect(reply.errorText != nil, "\(reply)")
            for (index, neighbour) in neighbours.enumerated() {
                let reply = try neighbour.readReply()
                #expect(reply == .bulk("value:\(index)") || reply.errorText != nil, "\(reply)")
            }
            #expect(try eventually { try client.command("GET", "good") == .bulk("good") })
            #expect(try client.command("PING") == .simple("PONG"))
        }
    }

    @Test func aReplyThatNobodyAskedForReachesNobody() throws {
        let server = try FakeServer { connection in
            while true {
                let key = try connection.nextCommand().last ?? ""
                let value = "$\(key.utf8.count)\r\n\(key)\r\n"
                try connection.stream.send(key == "bad" ? value + "$5\r\nstray\r\n" : value)
            }
        }
        let proxy = try RunningProxy(pool: .redis(servers: [server.line]))
        let client = try proxy.client()

        for round in 0..<20 {
            #expect(try client.command("GET", "bad") == .bulk("bad"))
            let isRight = try eventually {
                let reply = try client.command("GET", "good:\(round)")
                #expect(reply == .bulk("good:\(round)") || reply.errorText != nil, "\(reply)")
                return reply.errorText == nil
            }
            #expect(isRight)
        }
    }

    @Test func anErrorNamesTheServerThatClosed() throws {
        let server = try FakeServer { try serve($0, .closes) }
        let proxy = try RunningProxy(pool: .redis(servers: [server.line]))

        let reply = try proxy.client().command("INCR", "bad")

        #expect(reply.errorText?.contains(server.name) == true, "\(reply)")
    }

    @Test func aServersOwnErrorsPassThrough() throws {
        let errors = [
            "OOM command not allowed when used memory > 'maxmemory'.", "MISCONF no disk",
            "BUSY script running", "WRONGTYPE no",
        ]
        let server = try FakeServer { connection in
            var next = 0
            while true {
                _ = try connection.nextCommand()
                try connection.stream.send("-\(errors[next % errors.count])\r\n")
                next += 1
            }
        }
        let proxy = try RunningProxy(pool: .redis(servers: [server.line]))
        let client = try proxy.client()

        for error in errors {
            #expect(try client.command("SET", "a", "1") == .error(error))
        }
    }
}

/// Answers GET with the key as its value, except where it misbehaves.
private func serve(
    _ connection: FakeServer.Connection, _ misbehaviour: MisbehaviourTests.Misbehaviour
) throws {
    while true {
        let command = try connection.nextCommand()
        guard command.count > 1 else {
            try connection.stream.send("+PONG\r\n")
            continue
        }
        let key = command[1]
        let value = "$\(key.utf8.count)\r\n\(key)\r\n"
        guard key == "bad" else {
            try connection.stream.send(value)
            continue
        }
        switch misbehaviour {
        case .closes: return
        case .closesMidReply: return try connection.stream.send("$10\r\nabc")
        case .sendsGarbage: try connection.stream.send("hello\r\n\u{1}\u{2}\r\n")
        case .neverAnswers: connection.stall()
        case .stopsMidReply:
            try connection.stream.send("$10\r\nabc")
            connection.stall()
        case .sendsAnImpossibleLength: try connection.stream.send("$99999999999999999999\r\n")
        }
    }
}
