internal import Logging
internal import Reactor

/// The addresses behind the servers' names, kept fresh on the control thread.
///
/// A name is asked for again when its answer's time to live is over, and at once when one of its
/// servers fails. A good answer is kept through every failure to get a newer one.
final class NameBook {
    /// Bounds of the time to live: no name is asked for more often, and none is believed for
    /// longer, since a replaced node is told by its name alone.
    static let shortestMilliseconds = 1000
    static let longestMilliseconds = 5000

    /// A host and port that servers are configured with.
    struct Name: Hashable {
        let host: String
        let port: UInt16
    }

    private final class Entry {
        var addresses: [SocketAddress] = []
        var reason = "name not resolved yet"
        var isAsking = false
        var askedAt = Int64.min / 2
        var timer: Timer?
        var isSettled = false
    }

    private let loop: EventLoop
    private let resolver: Resolver
    private let log: Logger
    private let changed: (Name) -> Void
    private var entries: [Name: Entry] = [:]

    /// - Parameter changed: told when a name's addresses, or the reason for their absence, are
    ///   others than before.
    init(_ loop: EventLoop, log: Logger, changed: @escaping (Name) -> Void) throws(ResolverError) {
        self.loop = loop
        self.log = log
        self.changed = changed
        resolver = try Resolver(loop)
    }

    /// Whether every name has been answered or refused once.
    var isSettled: Bool { entries.values.allSatisfy(\.isSettled) }

    /// Follows a name from now on.
    func follow(_ name: Name) {
        guard entries[name] == nil else { return }
        let entry = Entry()
        entries[name] = entry
        entry.timer = Timer(loop) { [unowned self] in self.ask(name, entry) }
        ask(name, entry)
    }

    /// The name's addresses; empty while there are none.
    func addresses(of name: Name) -> [SocketAddress] { entries[name]?.addresses ?? [] }

    /// Why there are none.
    func reason(for name: Name) -> String { entries[name]?.reason ?? "" }

    /// Asks for a name's addresses once; `found` gets none if there are none.
    func resolve(_ name: Name, _ found: @escaping ([SocketAddress]) -> Void) {
        resolver.resolve(name.host, port: name.port) { answer in
            found((try? answer.get().addresses) ?? [])
        }
    }

    /// A server of this name failed: its address may be another one by now.
    func doubt(_ name: Name) {
        guard let entry = entries[name] else { return }
        let wait = Int64(Self.shortestMilliseconds) - (loop.now - entry.askedAt)
        if wait <= 0 {
            ask(name, entry)
        } else {
            entry.timer?.start(afterMilliseconds: Int(wait))
        }
    }

    private func ask(_ name: Name, _ entry: Entry) {
        guard !entry.isAsking else { return }
        entry.isAsking = true
        entry.askedAt = loop.now
        resolver.resolve(name.host, port: name.port) { [unowned self] answer in
            entry.isAsking = false
            entry.isSettled = true
            self.take(answer, name, entry)
        }
    }

    private func take(_ answer: Resolver.Answer, _ name: Name, _ entry: Entry) {
        var next = Self.shortestMilliseconds
        switch answer {
        case .success(let resolved):
            next = min(max(resolved.ttlSeconds * 1000, next), Self.longestMilliseconds)
            if resolved.addresses != entry.addresses {
                log.notice(
                    "\(name.host) is \(resolved.addresses.map(\.description).joined(separator: ", "))"
                )
                entry.addresses = resolved.addresses
                changed(name)
            }
        case .failure(let error):
            if entry.reason != error.message {
                log.warning("\(name.host): \(error.message)")
                entry.reason = error.message
                if entry.addresses.isEmpty { changed(name) }
            }
        }
        entry.timer?.start(afterMilliseconds: next)
    }
}
