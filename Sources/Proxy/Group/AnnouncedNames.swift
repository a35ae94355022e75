internal import Reactor

/// The addresses of endpoints that nodes announce. Most are numeric; names are resolved aside and
/// kept for a while.
final class AnnouncedNames {
    typealias Resolve = (
        _ host: String, _ port: UInt16, _ found: @escaping ([SocketAddress]) -> Void
    ) -> Void

    private struct Entry {
        var addresses: [SocketAddress] = []
        var askedAt: Int64
    }

    private let loop: EventLoop
    private let resolve: Resolve
    /// Told when a name has got an address, or another one.
    private let changed: () -> Void
    private var entries: [ReplicationInfo.Endpoint: Entry] = [:]

    init(_ loop: EventLoop, resolve: @escaping Resolve, changed: @escaping () -> Void) {
        self.loop = loop
        self.resolve = resolve
        self.changed = changed
    }

    /// The endpoint's address; nil if it is a name that is not resolved (yet).
    func address(of endpoint: ReplicationInfo.Endpoint) -> SocketAddress? {
        if let numeric = SocketAddress(ip: endpoint.host, port: endpoint.port) { return numeric }
        if let entry = entries[endpoint],
            loop.now - entry.askedAt < GroupLimits.announcedName
        {
            return entry.addresses.first
        }
        ask(endpoint)
        return entries[endpoint]?.addresses.first
    }

    private func ask(_ endpoint: ReplicationInfo.Endpoint) {
        // Peers make these names up: what is still in use comes again.
        if entries.count >= GroupLimits.mostNodes { entries.removeAll() }
        entries[endpoint, default: Entry(askedAt: 0)].askedAt = loop.now
        resolve(endpoint.host, endpoint.port) { [weak self] addresses in
            guard let self, !addresses.isEmpty,
                self.entries[endpoint]?.addresses != addresses
            else { return }
            self.entries[endpoint]?.addresses = addresses
            self.changed()
        }
    }
}
