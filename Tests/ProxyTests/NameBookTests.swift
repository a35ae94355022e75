import Configuration
import Logging
import Reactor
import Testing

@testable import Proxy

/// When names are asked for, and how long answers are believed, with the resolver in the test's
/// hand.
@Suite struct NameBookTests {
    private static let first = SocketAddress.ipv4(0x0a00_0001, port: 6379)
    private static let second = SocketAddress.ipv4(0x0a00_0002, port: 6379)
    private static let six = SocketAddress.ipv6(high: 0, low: 7, port: 6379, scope: 0)

    // c-ares's numbers.
    private static let serverFailed = ResolverError(code: 3)
    private static let notFound = ResolverError(code: 4)
    private static let timeout = ResolverError(code: 12)

    @Test func followedNamesAreAskedForAtOnceAndOnce() throws {
        let desk = try Desk()

        desk.book.follow(Desk.name)

        #expect(desk.questions.count == 1)
        #expect(!desk.book.isSettled)
        #expect(desk.book.addresses(of: Desk.name).isEmpty)
        #expect(desk.book.reason(for: Desk.name) == "name not resolved yet")
    }

    @Test func everyAddressIsTaken() throws {
        let desk = try Desk()

        desk.answer([Self.first, Self.second, Self.six])

        #expect(desk.book.isSettled)
        #expect(desk.book.addresses(of: Desk.name) == [Self.first, Self.second, Self.six])
        #expect(desk.changes == 1)
    }

    @Test func anotherOrderIsNoChange() throws {
        let desk = try Desk()
        desk.answer([Self.first, Self.second])
        desk.book.doubt(Desk.name)
        try desk.waitForQuestion()

        desk.answer([Self.second, Self.first])

        #expect(desk.changes == 1)
    }

    @Test(arguments: [(0, 40...), (1, 60...)])
    func timesToLiveAreBounded(seconds: Int, expected: PartialRangeFrom<Int>) throws {
        let desk = try Desk {
            $0.minTTLMilliseconds = 40
            $0.maxTTLMilliseconds = 60
        }

        desk.answer([Self.first], seconds: seconds)

        let waited = try desk.waitForQuestion()
        #expect(expected.contains(waited))
        #expect(waited < 900)
    }

    // MARK: - Doubt

    @Test func doubtAsksAtOnce() throws {
        let desk = try Desk()
        desk.answer([Self.first], seconds: 60)
        try desk.wait(milliseconds: NameBook.freshMilliseconds)

        desk.book.doubt(Desk.name)

        #expect(desk.questions.count == 1)
    }

    @Test func freshAnswersAreDoubtedALittleLater() throws {
        let desk = try Desk()
        desk.answer([Self.first], seconds: 60)

        desk.book.doubt(Desk.name)

        #expect(desk.questions.isEmpty)
        #expect(try desk.waitForQuestion() >= NameBook.freshMilliseconds - 1)
    }

    @Test func aQuestionInFlightIsEnough() throws {
        let desk = try Desk()

        for _ in 0..<10 { desk.book.doubt(Desk.name) }

        #expect(desk.questions.count == 1)
    }

    @Test func doubtedNamesAreAskedForAtShortIntervals() throws {
        let desk = try Desk()
        desk.answer([Self.first], seconds: 60)
        try desk.wait(milliseconds: NameBook.freshMilliseconds)
        desk.book.doubt(Desk.name)

        for _ in 0..<3 {
            desk.answer([Self.first], seconds: 60)
            let waited = try desk.waitForQuestion { desk.book.doubt(Desk.name) }
            #expect(waited >= NameBook.doubtedMilliseconds.lowerBound - 1)
            #expect(desk.questions.count == 1)
        }
    }

    @Test func failuresDoNotMakeDoubtsAskMore() throws {
        let desk = try Desk()
        desk.book.doubt(Desk.name)

        desk.fail(Self.serverFailed)

        let waited = try desk.waitForQuestion { desk.book.doubt(Desk.name) }
        #expect(waited >= NameBook.doubtedMilliseconds.lowerBound - 1)
    }

    @Test func doubtsThatNobodyRepeatsEnd() throws {
        let desk = try Desk { $0.maxTTLMilliseconds = 3_600_000 }
        desk.answer([Self.first], seconds: 3600)
        desk.book.doubt(Desk.name)
        let start = desk.now

        while desk.now - start < NameBook.doubtMilliseconds {
            try desk.wait(milliseconds: 10)
            if !desk.questions.isEmpty { desk.answer([Self.first], seconds: 3600) }
        }
        desk.answerAll([Self.first], seconds: 3600)

        try desk.wait(milliseconds: NameBook.doubtedMilliseconds.upperBound + 50)
        #expect(desk.questions.count <= 1)
        desk.answerAll([Self.first], seconds: 3600)
        try desk.wait(milliseconds: NameBook.doubtedMilliseconds.upperBound + 50)
        #expect(desk.questions.isEmpty)
    }

    @Test func unknownNamesMayBeDoubted() throws {
        let desk = try Desk()

        desk.book.doubt(NameBook.Name(host: "other.test", port: 1))

        #expect(desk.questions.count == 1)
    }

    // MARK: - Failures

    @Test(arguments: [notFound, serverFailed, timeout])
    func goodAnswersAreKeptForEver(error: ResolverError) throws {
        let desk = try Desk { $0.minTTLMilliseconds = 1 }
        desk.answer([Self.first])

        for _ in 0..<20 {
            try desk.waitForQuestion()
            desk.fail(error)
        }

        #expect(desk.book.addresses(of: Desk.name) == [Self.first])
        #expect(desk.book.reason(for: Desk.name) == error.message)
        #expect(desk.changes == 1)
    }

    @Test(arguments: [notFound, serverFailed, timeout])
    func goodAnswersAreDroppedWhenTheirHoldIsOver(error: ResolverError) throws {
        let desk = try Desk {
            $0.minTTLMilliseconds = 20
            $0.maxTTLMilliseconds = 20
            $0.hold(error, forMilliseconds: 70)
        }
        desk.answer([Self.first])
        try desk.waitForQuestion()
        desk.fail(error)
        let start = desk.now

        try desk.wait {
            if !desk.questions.isEmpty { desk.fail(error) }
            return desk.changes == 2
        }

        #expect(desk.now - start >= 69)
        #expect(desk.book.addresses(of: Desk.name).isEmpty)
        #expect(desk.book.reason(for: Desk.name) == error.message)
    }

    @Test func aHoldOfZeroDropsAtOnce() throws {
        let desk = try Desk {
            $0.minTTLMilliseconds = 1
            $0.holdNotFoundMilliseconds = 0
        }
        desk.answer([Self.first])
        try desk.waitForQuestion()

        desk.fail(Self.notFound)

        #expect(desk.book.addresses(of: Desk.name).isEmpty)
    }

    @Test func holdsOfOtherFailuresDoNotCount() throws {
        let desk = try Desk {
            $0.minTTLMilliseconds = 1
            $0.maxTTLMilliseconds = 1
            $0.holdNotFoundMilliseconds = 0
            $0.holdTimeoutMilliseconds = 30
        }
        desk.answer([Self.first])
        try desk.waitForQuestion()
        desk.fail(Self.timeout)
        try desk.waitForQuestion()

        desk.fail(Self.serverFailed)

        try desk.wait(milliseconds: 60)
        #expect(desk.book.addresses(of: Desk.name) == [Self.first])
    }

    @Test func aGoodAnswerEndsTheHold() throws {
        let desk = try Desk {
            $0.minTTLMilliseconds = 1
            $0.maxTTLMilliseconds = 1
            $0.holdTimeoutMilliseconds = 30
        }
        desk.answer([Self.first])
        try desk.waitForQuestion()
        desk.fail(Self.timeout)
        try desk.waitForQuestion()

        desk.answer([Self.first])

        try desk.wait(milliseconds: 60)
        #expect(desk.book.addresses(of: Desk.name) == [Self.first])
        #expect(desk.book.reason(for: Desk.name) == "")
        #expect(desk.changes == 1)
    }

    @Test func namesThatNeverResolvedSayWhy() throws {
        let desk = try Desk { $0.minTTLMilliseconds = 1 }

        desk.fail(Self.notFound)
        try desk.waitForQuestion()
        desk.fail(Self.notFound)
        try desk.waitForQuestion()
        desk.fail(Self.timeout)

        #expect(desk.book.isSettled)
        #expect(desk.book.reason(for: Desk.name) == "timed out")
        #expect(desk.changes == 2)
    }

    @Test func nobodyIsAskedMoreOftenThanTheLeast() throws {
        let desk = try Desk { $0.minTTLMilliseconds = 50 }

        desk.fail(Self.serverFailed)

        #expect(try desk.waitForQuestion() >= 49)
    }

    @Test func resolversOfTheConfigurationAreUsed() throws {
        let loop = try EventLoop()
        var settings = NameSettings()
        settings.resolvers = ["nobody"]

        #expect(throws: ResolverError.self) {
            try NameBook(loop, settings, log: .silent) { _ in }
        }
    }
}

/// A name book with one name, and whoever is asked for it.
private final class Desk {
    static let name = NameBook.Name(host: "cache.test", port: 6379)

    /// Turns of at most a millisecond each that a wait takes before the test fails.
    private static let mostTurns = 20_000

    let book: NameBook
    private let loop: EventLoop
    private let state: State
    private let tick: Timer

    /// What the book's closures share with the test.
    private final class State {
        var questions: [(Resolver.Answer) -> Void] = []
        var changes = 0
    }

    init(_ configure: (inout NameSettings) -> Void = { _ in }) throws {
        var settings = NameSettings()
        configure(&settings)
        let state = State()
        self.state = state
        loop = try EventLoop()
        tick = Timer(loop) {}
        tick.start(everyMilliseconds: 1)
        book = NameBook(
            loop, settings, log: .silent,
            asking: { host, port, completion in
                #expect(host == Self.name.host)
                #expect(port == Self.name.port)
                state.questions.append(completion)
            }, changed: { _ in state.changes += 1 })
        book.follow(Self.name)
        book.follow(Self.name)
    }

    /// What is not answered yet.
    var questions: [(Resolver.Answer) -> Void] { state.questions }
    var changes: Int { state.changes }
    var now: Int { Int(EventLoop.monotonicMicroseconds() / 1000) }

    func answer(_ addresses: [SocketAddress], seconds: Int = 0) {
        state.questions.removeFirst()(
            .success(ResolvedName(addresses: addresses, ttlSeconds: seconds)))
    }

    func answerAll(_ addresses: [SocketAddress], seconds: Int) {
        while !questions.isEmpty { answer(addresses, seconds: seconds) }
    }

    func fail(_ error: ResolverError) { state.questions.removeFirst()(.failure(error)) }

    /// Turns the loop until the book asks, doing something meanwhile; returns the milliseconds.
    @discardableResult
    func waitForQuestion(
        meanwhile act: () -> Void = {}, _ location: SourceLocation = #_sourceLocation
    ) throws -> Int {
        let start = now
        try wait(
            until: {
                act()
                return !questions.isEmpty
            }, location)
        return now - start
    }

    func wait(milliseconds: Int) throws {
        let end = now + milliseconds
        try wait { now >= end }
    }

    func wait(
        until condition: () -> Bool, _ location: SourceLocation = #_sourceLocation
    ) throws {
        for _ in 0..<Self.mostTurns {
            if condition() { return }
            loop.runOnce(waiting: true)
        }
        Issue.record("waited too long", sourceLocation: location)
        throw WaitedTooLong()
    }

    private struct WaitedTooLong: Error {}
}

extension NameSettings {
    /// Sets the hold for failures such as this one.
    fileprivate mutating func hold(_ error: ResolverError, forMilliseconds milliseconds: Int) {
        switch error.kind {
        case .notFound: holdNotFoundMilliseconds = milliseconds
        case .timeout: holdTimeoutMilliseconds = milliseconds
        case .noAnswer, .other: holdFailureMilliseconds = milliseconds
        }
    }
}
