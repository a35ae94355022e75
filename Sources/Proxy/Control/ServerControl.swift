internal import Configuration
internal import Reactor

/// What the control thread knows of one server.
final class ServerControl {
    let configuration: ServerConfiguration
    var ejection: Ejection
    /// How often it was ejected, and when last (microseconds since the epoch).
    var ejections = 0
    var ejectedAt = 0
    var address: SocketAddress?
    var reason = ""
    var probe: Probe?
    var retry: Timer?
    /// Whether it is the primary of a replication group, to be followed to wherever that is.
    let isFollowed: Bool
    /// Who follows it.
    var group: GroupControl?
    /// Its changes of primary.
    var promotions: PromotionRecord?

    init(_ configuration: ServerConfiguration, in pool: PoolConfiguration) {
        self.configuration = configuration
        ejection = Ejection(limit: pool.serverFailureLimit)
        isFollowed = pool.follows(configuration)
        switch configuration.address {
        case .unix(let path):
            address = SocketAddress(unixPath: path)
            reason = "path too long"
        case .tcp(let host, let port):
            address = SocketAddress(ip: host, port: port)
            reason = "name not resolved yet"
        }
    }

    /// Whether requests have somewhere to go.
    var isLive: Bool {
        guard !ejection.isEjected else { return false }
        return group?.hasPrimary ?? (address != nil)
    }

    /// The name to follow, unless the address is given as such.
    var name: NameBook.Name? {
        guard case .tcp(let host, let port) = configuration.address,
            SocketAddress(ip: host, port: port) == nil
        else { return nil }
        return NameBook.Name(host: host, port: port)
    }

    /// Takes over a name's addresses: the one in use stays while it is among them. There are none
    /// left only when the time is over for which a good answer is kept.
    func take(_ addresses: [SocketAddress], reason: String) {
        self.reason = reason
        if let address, addresses.contains(address) { return }
        address = addresses.first
    }

    /// The end: asks no more.
    func forgetProbe() {
        probe?.cancel()
        retry?.cancel()
        probe = nil
        retry = nil
        group?.cancel()
        promotions?.cancel()
        group = nil
        promotions = nil
    }

    var route: ServerRoute {
        var route = ServerRoute(
            address: address, reason: reason, isLive: !ejection.isEjected, isFollowed: isFollowed)
        if let group {
            route.address = group.primary
            route.epoch = group.epoch
            route.replicas = group.replicas
            route.roundTripMicroseconds = group.roundTripMicroseconds
        }
        return route
    }
}
