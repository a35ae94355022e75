import Foundation

/// The statistics of a proxy at one moment.
public struct StatsDocument {
    /// The text as it came.
    public let text: String

    private let root: [String: Any]

    init(parsing bytes: [UInt8]) throws {
        text = String(decoding: bytes, as: UTF8.self)
        guard let root = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        else {
            throw KitError("the statistics are no JSON object: \(text)")
        }
        self.root = root
    }

    /// Reads what a proxy's port of statistics says to a client that says nothing.
    public init(readFrom port: Int) throws {
        try self.init(parsing: TestClient(port: port, timeout: 5).readToEnd())
    }

    /// A number: a global one, a pool's (`"alpha", "client_eof"`) or a server's
    /// (`"alpha", "127.0.0.1:6379", "requests"`).
    ///
    /// - Throws: If there is none at that place.
    public func number(_ path: String...) throws -> Int {
        try number(at: path)
    }

    /// The sum of a figure over all servers of a pool.
    public func sum(_ field: String, ofPool pool: String = "alpha") throws -> Int {
        try servers(ofPool: pool).reduce(0) { sum, server in
            try sum + number(at: [pool, server, field])
        }
    }

    /// The names of a pool's servers.
    public func servers(ofPool pool: String = "alpha") -> [String] {
        let figures = root[pool] as? [String: Any] ?? [:]
        return figures.filter { $0.value is [String: Any] }.map(\.key)
    }

    private func number(at path: [String]) throws -> Int {
        var object = root
        for name in path.dropLast() {
            guard let inner = object[name] as? [String: Any] else {
                throw KitError("no \(name) in the statistics: \(text)")
            }
            object = inner
        }
        guard let last = path.last, let number = object[last] as? Int else {
            throw KitError("no number \(path) in the statistics: \(text)")
        }
        return number
    }
}

/// What an HTTP server answered.
public struct HTTPResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header's lines.
    public let header: [String]
    /// The body.
    public let body: String

    init(parsing bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else {
            throw KitError("not an HTTP response: \(text)")
        }
        header = text[..<end.lowerBound].components(separatedBy: "\r\n")
        body = String(text[end.upperBound...])
        let words = header.first?.split(separator: " ") ?? []
        guard words.count >= 2, let code = Int(words[1]) else {
            throw KitError("not a status line: \(text)")
        }
        status = code
    }
}
