import Glibc
import Reactor
import Testing

@Suite struct ResolverTests {
    private let loop: EventLoop
    private let server: FakeNameServer

    init() throws {
        loop = try EventLoop()
        server = try FakeNameServer(loop)
    }

    /// Asks the scripted server, and turns the loop until the answer is there.
    private func resolve(_ name: String, with resolver: Resolver) -> Resolver.Answer {
        var answer: Resolver.Answer?
        resolver.resolve(name, port: 6379) { answer = $0 }
        while true {
            if let answer { return answer }
            loop.runOnce(waiting: true)
        }
    }

    private func makeResolver() throws(ResolverError) -> Resolver {
        try Resolver(loop, servers: [server.address], timeoutMilliseconds: 50)
    }

    @Test func addressesKeepTheirOrderFourBeforeSix() throws {
        server.script["cache.test"] = .addresses([
            ("2001:db8::2", 40), ("10.0.0.9", 300), ("10.0.0.1", 30), ("2001:db8::1", 400),
        ])

        let name = try resolve("cache.test", with: makeResolver()).get()

        #expect(
            name.addresses.map(\.description) == [
                "10.0.0.9:6379", "10.0.0.1:6379", "[2001:db8::2]:6379", "[2001:db8::1]:6379",
            ])
        #expect(name.ttlSeconds == 30)
    }

    @Test func oneFamilyIsEnough() throws {
        server.script["four.test"] = .addresses([("10.0.0.1", 5)])
        server.script["six.test"] = .addresses([("::7", 6)])
        let resolver = try makeResolver()

        let four = try resolve("four.test", with: resolver).get()
        let six = try resolve("six.test", with: resolver).get()

        #expect(four.addresses.map(\.description) == ["10.0.0.1:6379"])
        #expect(four.ttlSeconds == 5)
        #expect(six.addresses.map(\.description) == ["[::7]:6379"])
        #expect(six.ttlSeconds == 6)
    }

    @Test func aliasLimitsTheTimeToLive() throws {
        server.script["alias.test"] = .addresses([("10.0.0.1", 300)], aliasTTL: 7)

        let name = try resolve("alias.test", with: makeResolver()).get()

        #expect(name.ttlSeconds == 7)
    }

    @Test func zeroTimeToLiveIsTaken() throws {
        server.script["zero.test"] = .addresses([("10.0.0.1", 0)])

        let name = try resolve("zero.test", with: makeResolver()).get()

        #expect(name.ttlSeconds == 0)
    }

    @Test func literalsAndHostsFileCompleteAtOnce() throws {
        let resolver = try makeResolver()
        var answers: [String] = []
        var seconds: [Int] = []
        for name in ["127.0.0.1", "::1", "localhost"] {
            resolver.resolve(name, port: 1) { answer in
                guard case .success(let name) = answer else { return }
                answers.append(name.addresses.first?.description ?? "")
                seconds.append(name.ttlSeconds)
            }
        }

        #expect(answers.prefix(2) == ["127.0.0.1:1", "[::1]:1"])
        #expect(answers.count == 3)
        #expect(seconds == [ResolvedName.defaultTTLSeconds, ResolvedName.defaultTTLSeconds, 0])
        #expect(server.questions == 0)
    }

    @Test func missingNameIsNotFound() throws {
        let answer = try resolve("missing.test", with: makeResolver())

        guard case .failure(let error) = answer else {
            Issue.record("found")
            return
        }
        #expect(error.kind == .notFound)
        #expect(error.message == "name not found")
    }

    @Test func nameWithoutAddressesIsNotFound() throws {
        server.script["empty.test"] = .addresses([])

        let answer = try resolve("empty.test", with: makeResolver())

        guard case .failure(let error) = answer else {
            Issue.record("found")
            return
        }
        #expect(error.kind == .notFound)
    }

    /// Some name servers know nothing of AAAA, and say so in ways of their own.
    @Test(arguments: [
        FakeNameServer.Script.addresses([]), .failure(FakeNameServer.nameDoesNotExist),
        .failure(FakeNameServer.serverFailed), .failure(FakeNameServer.notImplemented), .silence,
    ])
    func fourIsEnoughWhateverIsSaidOfSix(six: FakeNameServer.Script) throws {
        server.script["four.test"] = .addresses([("10.0.0.1", 5)])
        server.sixScript["four.test"] = six

        let name = try resolve("four.test", with: makeResolver()).get()

        #expect(name.addresses.map(\.description) == ["10.0.0.1:6379"])
        #expect(name.ttlSeconds == 5)
    }

    @Test func failureForOneFamilyIsNotTheNamesAbsence() throws {
        server.script["half.test"] = .failure(FakeNameServer.serverFailed)
        server.sixScript["half.test"] = .addresses([])

        let answer = try resolve("half.test", with: makeResolver())

        guard case .failure(let error) = answer else {
            Issue.record("found")
            return
        }
        #expect(error.kind == .noAnswer)
    }

    @Test(arguments: ["[::1]:53", "10.0.0.2", "10.0.0.2:5353"])
    func takesServersAsTheConfigurationWritesThem(address: String) {
        #expect(throws: Never.self) { try Resolver(loop, servers: [address]) }
    }

    @Test func failingServerIsNoAnswer() throws {
        server.script["broken.test"] = .failure(FakeNameServer.serverFailed)

        let answer = try resolve("broken.test", with: makeResolver())

        guard case .failure(let error) = answer else {
            Issue.record("found")
            return
        }
        #expect(error.kind == .noAnswer)
    }

    @Test func silentServerTimesOut() throws {
        server.script["silent.test"] = .silence
        let start = EventLoop.monotonicMicroseconds()

        let answer = try resolve("silent.test", with: makeResolver())

        guard case .failure(let error) = answer else {
            Issue.record("found")
            return
        }
        #expect(error.kind == .timeout)
        #expect(error.message == "timed out")
        #expect(EventLoop.monotonicMicroseconds() - start < 5_000_000)
        #expect(server.questions >= 2)
    }

    @Test func loopTurnsWhileAQuestionIsOpen() throws {
        server.script["silent.test"] = .silence
        let resolver = try makeResolver()
        var isAnswered = false
        var ticks = 0
        let timer = Timer(loop) { ticks += 1 }
        timer.start(everyMilliseconds: 1)

        resolver.resolve("silent.test", port: 1) { _ in isAnswered = true }
        while !isAnswered { loop.runOnce(waiting: true) }

        #expect(ticks > 5)
    }

    @Test func completionMayReleaseTheResolver() throws {
        server.script["a.test"] = .addresses([("10.0.0.1", 5)])
        server.script["b.test"] = .silence
        var resolver: Resolver? = try makeResolver()
        var answers = 0
        resolver?.resolve("b.test", port: 1) { _ in answers += 100 }
        resolver?.resolve("a.test", port: 1) { _ in
            answers += 1
            resolver = nil
        }

        while resolver != nil { loop.runOnce(waiting: true) }
        loop.runOnce(waiting: false)

        #expect(answers == 1)
    }

    @Test func completionMayAskAgain() throws {
        server.script["a.test"] = .addresses([("10.0.0.1", 5)])
        let resolver = try makeResolver()
        var second: Resolver.Answer?
        resolver.resolve("a.test", port: 1) { _ in
            resolver.resolve("localhost", port: 2) { second = $0 }
        }

        while second == nil { loop.runOnce(waiting: true) }

        #expect(try second?.get().addresses.first?.port == 2)
    }

    @Test func wrongServersAreRefused() {
        #expect(throws: ResolverError.self) { try Resolver(loop, servers: ["not an address"]) }
    }
}
