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

    init(_ configuration: ServerConfiguration, failureLimit: Int) {
        self.configuration = configuration
        ejection = Ejection(limit: failureLimit)
        switch configuration.address {
        case .unix(let path):
            address = SocketAddress(unixPath: path)
            reason = "path too long"
        case .tcp(let host, let port):
            address = SocketAddress(ip: host, port: port)
            reason = "name not resolved yet"
        }
    }

    /// The name to follow, unless the address is given as such.
    var name: NameBook.Name? {
        guard case .tcp(let host, let port) = configuration.address,
            SocketAddress(ip: host, port: port) == nil
        else { return nil }
        return NameBook.Name(host: host, port: port)
    }

    /// Takes over a name's addresses: the one in use stays while it is among them.
    func take(_ addresses: [SocketAddress], reason: String) {
        self.reason = reason
        if let address, addresses.contains(address) { return }
        address = addresses.first ?? address
    }

    /// The end: asks no more.
    func forgetProbe() {
        probe?.cancel()
        retry?.cancel()
        probe = nil
        retry = nil
    }

    var route: ServerRoute {
        ServerRoute(address: address, reason: reason, isLive: !ejection.isEjected)
    }
}
