import TestKit
import Testing

/// memcached's text protocol, spoken through the proxy.
@Suite struct MemcachedTests {
    private let nodes: [CacheNode]
    private let proxy: RunningProxy
    private let client: TestClient

    init() throws {
        nodes = try CacheNode.several(4, .memcached)
        proxy = try RunningProxy(pool: .memcached(nodes, options: ["hash": "murmur"]))
        client = try proxy.client()
    }

    @Test func storesAndReads() throws {
        try client.send("set a 5 0 3\r\none\r\n")
        #expect(try client.readLine() == "STORED")
        #expect(try client.lines("get a") == ["VALUE a 5 3", "one", "END"])
        #expect(try client.lines("get nothing") == ["END"])
    }

    @Test func allStorageCommandsWork() throws {
        try client.send("add a 0 0 1\r\n1\r\nadd a 0 0 1\r\n2\r\nreplace a 0 0 1\r\n3\r\n")
        try client.send("append a 0 0 1\r\n4\r\nprepend a 0 0 1\r\n2\r\nreplace b 0 0 1\r\n1\r\n")

        let lines = try (0..<6).map { _ in try client.readLine() }

        #expect(lines == ["STORED", "NOT_STORED", "STORED", "STORED", "STORED", "NOT_STORED"])
        #expect(try client.lines("get a") == ["VALUE a 0 3", "234", "END"])
    }

    @Test func checkAndSetWorks() throws {
        try client.send("set a 0 0 1\r\n1\r\n")
        #expect(try client.readLine() == "STORED")
        let lines = try client.lines("gets a")
        let unique = lines.first?.split(separator: " ").last ?? ""

        #expect(try client.ask("cas a 0 0 1 \(unique)\r\n2") == "STORED")
        #expect(try client.ask("cas a 0 0 1 \(unique)\r\n3") == "EXISTS")
        #expect(try client.ask("cas b 0 0 1 \(unique)\r\n3") == "NOT_FOUND")
        #expect(try client.lines("get a") == ["VALUE a 0 1", "2", "END"])
    }

    @Test func countersWork() throws {
        #expect(try client.ask("incr n 1") == "NOT_FOUND")
        #expect(try client.ask("set n 0 0 2\r\n10") == "STORED")
        #expect(try client.ask("incr n 5") == "15")
        #expect(try client.ask("decr n 20") == "0")
        #expect(try client.ask("set t 0 0 1\r\nx") == "STORED")
        #expect(try client.ask("incr t 1").hasPrefix("CLIENT_ERROR"))
        #expect(try client.ask("version").hasPrefix("VERSION"))
    }

    @Test func deletingAndTouchingWork() throws {
        #expect(try client.ask("set a 0 0 1\r\n1") == "STORED")
        #expect(try client.ask("touch a 100") == "TOUCHED")
        #expect(try client.ask("touch b 100") == "NOT_FOUND")
        #expect(try client.ask("delete a") == "DELETED")
        #expect(try client.ask("delete a") == "NOT_FOUND")
        #expect(try client.ask("set a 0 0 1\r\n1") == "STORED")
        #expect(try client.ask("touch a -1") == "TOUCHED")
        #expect(try client.lines("get a") == ["END"])
    }

    @Test func gettingAndTouchingWork() throws {
        #expect(try client.ask("set a 7 0 1\r\n1") == "STORED")
        #expect(try client.lines("gat 100 a") == ["VALUE a 7 1", "1", "END"])
        let lines = try client.lines("gats 100 a")
        #expect(lines.count == 3)
        #expect(lines.first?.hasPrefix("VALUE a 7 1 ") == true)
        #expect(try client.lines("gat -1 a") == ["VALUE a 7 1", "1", "END"])
        #expect(try client.lines("get a") == ["END"])
    }

    @Test(arguments: ["get", "gets", "gat 100", "gats 100"])
    func valuesComeInTheOrderOfTheKeys(command: String) throws {
        for number in 0..<200 where number % 3 != 0 {
            #expect(try client.ask("set key:\(number) 0 0 3\r\n\(number + 100)") == "STORED")
        }
        let keys = (0..<200).map { "key:\($0)" }.joined(separator: " ")

        let lines = try client.lines("\(command) \(keys)")

        let keysAndValues = lines.dropLast().map { line in
            line.hasPrefix("VALUE") ? String(line.split(separator: " ")[1]) : line
        }
        let expected = (0..<200).filter { $0 % 3 != 0 }.flatMap { ["key:\($0)", "\($0 + 100)"] }
        #expect(keysAndValues == expected)
    }

    @Test func oneMissingKeyAmongManyIsLeftOut() throws {
        #expect(try client.ask("set a 0 0 1\r\n1") == "STORED")
        #expect(try client.ask("set c 0 0 1\r\n3") == "STORED")

        let lines = try client.lines("get a b c a")

        #expect(
            lines == ["VALUE a 0 1", "1", "VALUE c 0 1", "3", "VALUE a 0 1", "1", "END"])
    }

    @Test func silentRequestsAreNotAnswered() throws {
        try client.send("set a 0 0 1 noreply\r\n1\r\nset b 0 0 1 noreply\r\n2\r\n")
        try client.send("incr a 4 noreply\r\ndelete b noreply\r\ntouch a 100 noreply\r\n")
        try client.send("add a 0 0 1 noreply\r\n9\r\nappend a 0 0 1 noreply\r\n0\r\n")

        #expect(try client.lines("get a b") == ["VALUE a 0 2", "50", "END"])
    }

    @Test func longPipelinesOfSilentRequestsKeepTheirOrder() throws {
        for round in 0..<5 {
            var requests = ""
            for number in 0..<1_000 {
                requests += "set key:\(number) 0 0 5 noreply\r\n\(10_000 + number + round)\r\n"
                if number % 100 == 99 { requests += "get key:\(number)\r\n" }
            }
            try client.send(requests)

            for number in stride(from: 99, to: 1_000, by: 100) {
                try #require(try client.readLine() == "VALUE key:\(number) 0 5")
                try #require(try client.readLine() == "\(10_000 + number + round)")
                try #require(try client.readLine() == "END")
            }
        }
    }

    @Test func mistakesKeepTheConnection() throws {
        #expect(try client.ask("nonsense") == "ERROR")
        #expect(try client.ask("get") == "ERROR")
        #expect(try client.ask("set a 0 0 x\r\n").hasPrefix("CLIENT_ERROR"))
        let rest = try client.ask("version")
        #expect(rest == "ERROR" || rest.hasPrefix("VERSION"))
        try client.send("set marker 0 0 1\r\n1\r\n")
        while try client.readLine() != "STORED" {}
        #expect(try client.lines("get marker") == ["VALUE marker 0 1", "1", "END"])
    }

    @Test func flushingReachesAllServers() throws {
        for number in 0..<100 {
            #expect(try client.ask("set key:\(number) 0 0 1\r\n1") == "STORED")
        }

        #expect(try client.ask("flush_all") == "OK")

        let keys = (0..<100).map { "key:\($0)" }.joined(separator: " ")
        for node in nodes {
            #expect(try node.client().lines("get \(keys)") == ["END"])
        }
    }

    @Test func versionAndVerbosityAreAnswered() throws {
        #expect(try client.ask("version").hasPrefix("VERSION "))
        #expect(try client.ask("verbosity 1") == "OK")
        #expect(try client.ask("version").hasPrefix("VERSION "))
    }

    @Test func quitCloses() throws {
        try client.send("quit\r\n")

        #expect(client.isAtEnd())
    }

    @Test func keysMayHave250Bytes() throws {
        let longest = String(repeating: "k", count: 250)
        let tooLong = longest + "k"

        #expect(try client.ask("set \(longest) 0 0 1\r\n1") == "STORED")
        #expect(try client.lines("get \(longest)") == ["VALUE \(longest) 0 1", "1", "END"])
        #expect(try client.ask("get \(tooLong)").hasPrefix("CLIENT_ERROR"))
        #expect(try client.ask("get a \(tooLong)").hasPrefix("CLIENT_ERROR"))
        #expect(try client.ask("delete \(tooLong)").hasPrefix("CLIENT_ERROR"))
        #expect(try client.lines("get \(longest)") == ["VALUE \(longest) 0 1", "1", "END"])
    }

    @Test func aTooLongKeysValueIsSkipped() throws {
        let tooLong = String(repeating: "k", count: 251)

        #expect(try client.ask("set \(tooLong) 0 0 9\r\nflush_all").hasPrefix("CLIENT_ERROR"))
        #expect(try client.ask("version").hasPrefix("VERSION"))
    }

    @Test func controlCharactersInKeysReachNoServer() throws {
        #expect(try client.ask("set a 0 0 1\r\n1") == "STORED")

        for character in ["\u{0}", "\u{1}", "\u{9}", "\u{b}", "\u{1f}", "\u{7f}"] {
            let attacker = try proxy.client()
            let line = try attacker.ask("get a\(character)b")
            #expect(line == "ERROR" || line.hasPrefix("CLIENT_ERROR"), "\(line)")
        }

        #expect(try client.lines("get a") == ["VALUE a 0 1", "1", "END"])
    }

    @Test func aBareCarriageReturnHidesNoRequest() throws {
        #expect(try client.ask("set a 0 0 1\r\n1") == "STORED")
        let attacker = try proxy.client()

        let line = try attacker.ask("get a\rflush_all")

        #expect(line == "ERROR" || line.hasPrefix("CLIENT_ERROR"), "\(line)")
        #expect(try client.lines("get a") == ["VALUE a 0 1", "1", "END"])
    }

    /// memcached takes a bare LF for the end of a line, so a key that an application did not check
    /// could be a key and a command. Such a client is told so and closed, nothing of it reaches a
    /// server, and nobody else is touched.
    @Test(arguments: ["get x\nflush_all", "delete x\nversion", "get x\nget y\nversion"])
    func aBareLineFeedHidesNoCommand(request: String) throws {
        for number in 0..<50 {
            #expect(try client.ask("set key:\(number) 0 0 2\r\n\(number + 10)") == "STORED")
        }
        let attacker = try proxy.client()

        try attacker.send(request + "\r\n")

        #expect(try attacker.readLine() == "CLIENT_ERROR bad command line format")
        #expect(attacker.isAtEnd())
        for number in 0..<50 {
            let expected = ["VALUE key:\(number) 0 2", "\(number + 10)", "END"]
            #expect(try client.lines("get key:\(number)") == expected)
        }
    }

    @Test func impossibleLengthsDoNotShiftOthersReplies() throws {
        for number in 0..<20 {
            #expect(try client.ask("set key:\(number) 0 0 2\r\n\(number + 10)") == "STORED")
        }

        for number in 0..<100 {
            let attacker = try proxy.client()
            try attacker.send("set k\(number) 0 99999999999999999999 1\r\nx\r\n")
            try attacker.send("set k\(number) 0 0 99999999999999999999\r\nx\r\n")
            let key = "key:\(number % 20)"
            let lines = try client.lines("get \(key)")
            try #require(lines == ["VALUE \(key) 0 2", "\(number % 20 + 10)", "END"])
        }
    }
}
