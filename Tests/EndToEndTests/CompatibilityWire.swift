import TestKit

/// One way to a server, straight or through a proxy, to compare replies byte by byte.
///
/// Behind each request goes a second one whose reply is known: what arrives before it is the whole
/// reply, whatever its form, and that it arrives shows that the connection lives on.
final class Wire {
    private let connect: () throws -> TestClient
    private let probe: [UInt8]
    private let answer: [UInt8]
    private var client: TestClient?

    /// - Parameters:
    ///   - probe: The second request.
    ///   - answer: Its reply.
    ///   - connect: Makes a connection: the first, and a new one after each that was closed.
    init(probe: [UInt8], answer: [UInt8], connect: @escaping () throws -> TestClient) {
        self.connect = connect
        self.probe = probe
        self.answer = answer
    }

    /// Sends a request.
    func reply(to request: [UInt8]) throws -> Answer {
        let client = try self.client ?? connect()
        try client.send(request + probe)
        if let reply = try client.read(upTo: answer) {
            self.client = client
            return .kept(reply)
        }
        self.client = nil
        // After a reset there is nothing more to read.
        return .closed((try? client.readToEnd()) ?? [])
    }
}

/// What came back for a request.
enum Answer: Equatable {
    /// A reply, of no bytes if there is none, and the connection lives on.
    case kept([UInt8])
    /// The connection was closed, after these bytes.
    case closed([UInt8])

    /// Whether the connection was closed.
    var isClosed: Bool {
        switch self {
        case .kept: false
        case .closed: true
        }
    }

    /// The bytes as text.
    var text: String {
        switch self {
        case .kept(let bytes), .closed(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}

extension Answer: CustomStringConvertible {
    var description: String {
        (isClosed ? "closed after " : "") + shown(text)
    }
}

/// Text on one line, cut to a length for a message.
func shown(_ text: String) -> String {
    String(text.prefix(200)).debugDescription
}

/// The three ways to one server: straight, through twemproxy and through this proxy.
struct ComparedWires {
    let direct: Wire
    let twemproxy: Wire
    let ours: Wire

    /// Gives the server the same data each time; `reply` does it first.
    private let reset: () throws -> Void
    /// Kept alive.
    private let proxies: [RunningProxy]

    init(
        node: CacheNode, pool: PoolSpecification, probe: [UInt8], answer: [UInt8],
        reset: @escaping () throws -> Void
    ) throws {
        let twemproxy = try RunningProxy(.nutcracker, pool: pool)
        let ours = try RunningProxy(pool: pool)
        direct = Wire(probe: probe, answer: answer) { try node.client() }
        self.twemproxy = Wire(probe: probe, answer: answer) { try twemproxy.client() }
        self.ours = Wire(probe: probe, answer: answer) { try ours.client() }
        self.reset = reset
        proxies = [twemproxy, ours]
    }

    /// The reply to a request that finds the server's data as they were at the start.
    ///
    /// - Parameter request: Makes the request, which may depend on the data.
    func reply(
        to request: @autoclosure () throws -> [UInt8], over wire: KeyPath<ComparedWires, Wire>
    ) throws -> Answer {
        try reset()
        return try self[keyPath: wire].reply(to: request())
    }
}
