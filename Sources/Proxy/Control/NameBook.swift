internal import Configuration
internal import Logging
internal import Reactor

/// The addresses behind the servers' names, kept fresh on the control thread.
///
/// A name is asked for again when its answer's time to live is over, and at once when there is
/// reason to doubt it, then at short intervals for as long as there is. A good answer is kept
/// through failures to get a newer one, for as long as the configuration says for the kind of
/// failure.
final class NameBook {
    /// How long one question to one name server waits before it is asked again, three times in
    /// all, each twice as long: most answer within a few, and a lost packet may not hold up a
    /// failover.
    private static let timeoutMilliseconds: Int32 = 500

    /// An answer so fresh is not doubted: many servers fail in the same moment, and only one
    /// question need follow.
    static let freshMilliseconds = 100

    /// While a name is in doubt it is asked for this often, not at the same moments by everybody.
    static let doubtedMilliseconds = 200...300

    /// How long a doubt lasts that nobody repeats: names move a while after their servers did.
    static let doubtMilliseconds = 1000

    /// A host and port that servers are configured with.
    struct Name: Hashable {
        let host: String
        let port: UInt16
    }

    /// Asks for a host's addresses at a port, and tells them once.
    typealias Ask = (String, UInt16, @escaping (Resolver.Answer) -> Void) -> Void

    private final class Entry {
        /// Without an order: name servers change it with every answer.
        var addresses: [SocketAddress] = []
        var reason = "name not resolved yet"
        var isAsking = false
        var isSettled = false
        var answeredAt = Int64.min / 2
        var doubtedAt = Int64.min / 2
        /// When the first failure since the last good answer came.
        var failingSince: Int64?
        /// Asks again.
        var timer: Timer?
        /// Gives up the addresses.
        var hold: Timer?
    }

    private let loop: EventLoop
    private let settings: NameSettings
    private let askResolver: Ask
    private let log: Logger
    private let changed: (Name) -> Void
    private var entries: [Name: Entry] = [:]

    /// A book that asks the configured name servers, or the system's.
    ///
    /// - Parameter changed: told when a name's addresses, or the reason for their absence, are
    ///   others than before.
    convenience init(
        _ loop: EventLoop, _ settings: NameSettings, log: Logger,
        changed: @escaping (Name) -> Void
    ) throws(ResolverError) {
        let resolver = try Resolver(
            loop, servers: settings.resolvers, timeoutMilliseconds: Self.timeoutMilliseconds)
        self.init(
            loop, settings, log: log, asking: { resolver.resolve($0, port: $1, $2) },
            changed: changed)
    }

    /// A book that asks whom it is told to; `ask` must be silent once the book is gone.
    init(
        _ loop: EventLoop, _ settings: NameSettings, log: Logger, asking ask: @escaping Ask,
        changed: @escaping (Name) -> Void
    ) {
        self.loop = loop
        self.settings = settings
        self.log = log
        self.changed = changed
        askResolver = ask
    }

    deinit {
        for entry in entries.values {
            entry.timer?.cancel()
            entry.hold?.cancel()
        }
    }

    /// Whether every name has been answered or refused once.
    var isSettled: Bool { entries.values.allSatisfy(\.isSettled) }

    /// Follows a name from now on.
    func follow(_ name: Name) {
        guard entries[name] == nil else { return }
        let entry = Entry()
        entries[name] = entry
        entry.timer = Timer(loop) { [unowned self] in self.ask(name, entry) }
        entry.hold = Timer(loop) { [unowned self] in self.giveUp(name, entry) }
        ask(name, entry)
    }

    /// The name's addresses; empty while there are none.
    func addresses(of name: Name) -> [SocketAddress] { entries[name]?.addresses ?? [] }

    /// Why there are none.
    func reason(for name: Name) -> String { entries[name]?.reason ?? "" }

    /// Asks for a name's addresses once; `found` gets none if there are none.
    func resolve(_ name: Name, _ found: @escaping ([SocketAddress]) -> Void) {
        askResolver(name.host, name.port) { answer in
            // A failure is no address; whoever asked asks again when the name comes up again.
            found((try? answer.get().addresses) ?? [])
        }
    }

    /// A server of this name failed: its address may be another one by now.
    ///
    /// May be called as often as one likes, and should be for as long as the doubt lasts.
    func doubt(_ name: Name) {
        guard let entry = entries[name] else { return }
        let isNews = !isInDoubt(entry)
        entry.doubtedAt = loop.now
        guard isNews, !entry.isAsking else { return }
        let wait = entry.answeredAt + Int64(Self.freshMilliseconds) - loop.now
        if wait <= 0 {
            ask(name, entry)
        } else {
            entry.timer?.start(afterMilliseconds: Int(wait))
        }
    }

    private func isInDoubt(_ entry: Entry) -> Bool {
        loop.now - entry.doubtedAt < Int64(Self.doubtMilliseconds)
    }

    // MARK: - Questions

    private func ask(_ name: Name, _ entry: Entry) {
        guard !entry.isAsking else { return }
        entry.isAsking = true
        askResolver(name.host, name.port) { [unowned self] answer in
            entry.isAsking = false
            entry.isSettled = true
            entry.answeredAt = self.loop.now
            let holdsMilliseconds: Int
            switch answer {
            case .success(let resolved):
                holdsMilliseconds = self.take(resolved, name, entry)
            case .failure(let error):
                holdsMilliseconds = self.settings.minTTLMilliseconds
                self.take(error, name, entry)
            }
            entry.timer?.start(
                afterMilliseconds: self.isInDoubt(entry)
                    ? Int.random(in: Self.doubtedMilliseconds) : holdsMilliseconds)
        }
    }

    /// - Returns: for how long the answer is believed.
    private func take(_ resolved: ResolvedName, _ name: Name, _ entry: Entry) -> Int {
        entry.failingSince = nil
        entry.hold?.stop()
        entry.reason = ""
        if Set(resolved.addresses) != Set(entry.addresses) {
            let shown = resolved.addresses.map(\.description).joined(separator: ", ")
            log.notice("\(name.host) is \(shown)")
            entry.addresses = resolved.addresses
            changed(name)
        }
        let ttl = resolved.ttlSeconds.multipliedReportingOverflow(by: 1000)
        return min(
            max(ttl.overflow ? Int.max : ttl.partialValue, settings.minTTLMilliseconds),
            settings.maxTTLMilliseconds)
    }

    // MARK: - Failures

    private func take(_ error: ResolverError, _ name: Name, _ entry: Entry) {
        let isNews = entry.reason != error.message
        entry.reason = error.message
        if isNews { log.warning("\(name.host): \(error.message)") }
        if entry.addresses.isEmpty {
            if isNews { changed(name) }
        } else {
            hold(name, entry, through: error.kind)
        }
    }

    /// Keeps the addresses for what is left of the time for failures of this kind.
    private func hold(_ name: Name, _ entry: Entry, through kind: ResolverError.Kind) {
        let since = entry.failingSince ?? loop.now
        entry.failingSince = since
        guard let limit = limit(for: kind) else {
            entry.hold?.stop()
            return
        }
        let left = since + Int64(limit) - loop.now
        if left <= 0 {
            giveUp(name, entry)
        } else {
            entry.hold?.start(afterMilliseconds: Int(left))
        }
    }

    private func limit(for kind: ResolverError.Kind) -> Int? {
        switch kind {
        case .notFound: settings.holdNotFoundMilliseconds
        case .noAnswer, .other: settings.holdFailureMilliseconds
        case .timeout: settings.holdTimeoutMilliseconds
        }
    }

    private func giveUp(_ name: Name, _ entry: Entry) {
        entry.hold?.stop()
        log.warning("\(name.host): gave up its last addresses: \(entry.reason)")
        entry.addresses = []
        changed(name)
    }
}
