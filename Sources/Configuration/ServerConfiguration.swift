/// Where a server is, not resolved yet.
public enum ServerAddress: Sendable, Equatable {
    /// A name, an IPv4 or an IPv6 address (without brackets), and a port from 1. The host may be
    /// empty, as twemproxy allows; nothing answers there.
    case tcp(host: String, port: UInt16)

    /// A socket in the file system, at most 107 bytes long.
    case unix(path: String)
}

/// One server of a pool, from a line `host:port:weight [name]` or `/path:weight [name]`.
public struct ServerConfiguration: Sendable, Equatable {
    /// The name that places the server on the ring and heads its statistics; unique in its pool.
    ///
    /// Without a name of its own it is `host:port` as written, `host` alone on port 11211 (so that
    /// keys stay where libmemcached put them), and for a socket the path with a colon behind,
    /// because twemproxy leaves it there. It is empty if the line ends in a space, which twemproxy
    /// takes for a name too, and of `:11211` without a host.
    public var name: String

    /// Whether the line gave the name.
    public var hasExplicitName: Bool

    /// Where to connect.
    public var address: ServerAddress

    /// The server's share of the ring, 1...1000000, relative to the others' weights.
    public var weight: Int

    /// `host:port` as written, or the path, for messages.
    public var endpoint: String

    /// A server made by hand, as tests do.
    public init(
        name: String, hasExplicitName: Bool, address: ServerAddress, weight: Int, endpoint: String
    ) {
        self.name = name
        self.hasExplicitName = hasExplicitName
        self.address = address
        self.weight = weight
        self.endpoint = endpoint
    }
}

extension ServerConfiguration {
    /// Ten times the extreme that anybody measured; modula lists a server this often, so it bounds
    /// memory.
    static let maximumWeight = 1_000_000

    /// The port that is left out of a server's name.
    static let unnamedPort = 11211

    /// What a line of `servers` looks like, for messages.
    static let form = "use host:port:weight [name] or /path:weight [name]"

    /// Reads a line of `servers` from its end, as twemproxy does: name, weight, port, and the rest
    /// is the host.
    init(_ text: String) throws(Fault) {
        let line = Array(text.utf8)
        let space = line.lastIndex(of: .space)
        let explicitName = space.map { String(decoding: line[($0 + 1)...], as: UTF8.self) }
        let place = line[..<(space ?? line.endIndex)]
        guard let weightColon = place.lastIndex(of: .colon) else {
            throw Fault("\(quoted(text)) is not a server; \(Self.form)")
        }
        let location = place[..<weightColon]
        let (address, ringName) =
            line.first == .slash
            ? try Self.unix(location, in: text) : try Self.tcp(location, in: text)
        self.init(
            name: explicitName ?? ringName,
            hasExplicitName: explicitName != nil,
            address: address,
            weight: try Self.weight(place[(weightColon + 1)...], in: text),
            endpoint: String(decoding: location, as: UTF8.self))
    }

    private static func weight(_ digits: ArraySlice<UInt8>, in text: String) throws(Fault) -> Int {
        guard !digits.contains(.space) else {
            throw Fault("\(quoted(text)) has a space too many; a name is one word after one space")
        }
        guard let weight = decimal(digits) else {
            throw Fault("\(quoted(text)) has no valid weight; \(form)")
        }
        guard 1...maximumWeight ~= weight else {
            throw Fault(
                "\(quoted(text)) has a weight out of range; use a weight from 1 to \(maximumWeight)"
            )
        }
        return weight
    }

    private static func tcp(
        _ location: ArraySlice<UInt8>, in text: String
    ) throws(Fault) -> (address: ServerAddress, ringName: String) {
        guard let colon = location.lastIndex(of: .colon) else {
            throw Fault("\(quoted(text)) lacks a port or a weight; \(form)")
        }
        guard let port = decimal(location[(colon + 1)...]), 1...65535 ~= port else {
            throw Fault("\(quoted(text)) has no valid port; use a port from 1 to 65535")
        }
        let host = location[..<colon]
        let ringName = port == unnamedPort ? host : location
        return (
            .tcp(host: unbracketed(host), port: UInt16(port)),
            String(decoding: ringName, as: UTF8.self)
        )
    }

    private static func unix(
        _ location: ArraySlice<UInt8>, in text: String
    ) throws(Fault) -> (address: ServerAddress, ringName: String) {
        guard !location.contains(.colon) else {
            throw Fault("\(quoted(text)) has a colon in its path; \(form)")
        }
        let path = try socketPath(location)
        return (.unix(path: path), path + ":")
    }
}
