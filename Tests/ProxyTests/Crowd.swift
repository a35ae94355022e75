import Configuration
import Testing

@testable import Proxy

/// Many clients with long pipelines, before servers that answer whatever they are asked, both in
/// pieces of any size.
///
/// A key's value follows from the key, so everybody knows what everybody must hear, whatever the
/// order of events.
struct Crowd {
    private static let clients = 12
    private static let rounds = 20

    private let cacheProtocol: CacheProtocol
    private var numbers: SeededNumbers

    init(speaking cacheProtocol: CacheProtocol, seed: UInt64) {
        self.cacheProtocol = cacheProtocol
        numbers = SeededNumbers(seed: seed)
    }

    mutating func converse(through proxy: ProxyHarness) throws {
        let clients = try (0..<Self.clients).map { _ in try proxy.client() }
        for _ in 0..<Self.rounds {
            let texts = clients.map { _ in pipeline() }
            for (client, text) in zip(clients, texts) { try client.say(text.requests) }
            try answer(proxy, until: { zip(clients, texts).allSatisfy(Self.hasHeard) })
            for (client, text) in zip(clients, texts) {
                let isRight = client.take(.max) == text.replies
                #expect(isRight)
            }
        }
    }

    private static func hasHeard(_ client: Peer, _ text: (requests: String, replies: String))
        -> Bool
    {
        client.received.count >= text.replies.utf8.count || client.isEnded
    }

    // MARK: - Clients

    private mutating func pipeline() -> (requests: String, replies: String) {
        var text = (requests: "", replies: "")
        for _ in 0..<Int.random(in: 1...30, using: &numbers) {
            let keys = (0..<Int.random(in: 1...4, using: &numbers)).map { _ in
                "key\(numbers.next() % 200)"
            }
            text.requests += request(keys)
            text.replies += reply(keys)
        }
        return text
    }

    private func request(_ keys: [String]) -> String {
        switch cacheProtocol {
        case .redis:
            redis(["MGET"] + keys)
        case .memcached: "get \(keys.joined(separator: " "))\r\n"
        }
    }

    // MARK: - Servers

    /// What one server says to all of these keys, and so the proxy too.
    private func reply(_ keys: [String]) -> String {
        switch cacheProtocol {
        case .redis:
            keys.reduce("*\(keys.count)\r\n") { reply, key in
                let value = Self.value(of: key)
                return reply + "$\(value.utf8.count)\r\n\(value)\r\n"
            }
        case .memcached:
            keys.reduce("") { reply, key in
                let value = Self.value(of: key)
                return reply + "VALUE \(key) 0 \(value.utf8.count)\r\n\(value)\r\n"
            } + "END\r\n"
        }
    }

    private static func value(of key: String) -> String {
        String(repeating: key, count: key.utf8.reduce(0) { $0 &+ Int($1) } % 40)
    }

    /// Answers complete requests, in pieces, until the condition holds.
    private mutating func answer(_ proxy: ProxyHarness, until isDone: () -> Bool) throws {
        var unsaid: [ObjectIdentifier: String] = [:]
        try proxy.wait {
            for peer in proxy.servers.flatMap(\.connections) {
                var rest = unsaid[ObjectIdentifier(peer)] ?? ""
                rest += takeRequests(from: peer).map(reply).joined()
                let piece = rest.prefix(Int.random(in: 1...3_000, using: &numbers))
                unsaid[ObjectIdentifier(peer)] = String(rest.dropFirst(piece.count))
                // A failure shows as replies that do not come.
                try? peer.say(String(piece))
            }
            return isDone()
        }
    }

    /// The keys of each complete request that has come.
    private func takeRequests(from peer: Peer) -> [[String]] {
        var requests: [[String]] = []
        while true {
            let text = String(decoding: peer.received, as: UTF8.self)
            guard let (keys, length) = cacheProtocol == .redis ? Self.array(text) : Self.line(text)
            else { return requests }
            _ = peer.take(length)
            requests.append(keys)
        }
    }

    private static func line(_ text: String) -> ([String], Int)? {
        guard let end = text.firstIndex(of: "\r\n") else { return nil }
        let words = text[..<end].split(separator: " ").map(String.init)
        return (Array(words.dropFirst()), text[..<end].utf8.count + 2)
    }

    private static func array(_ text: String) -> ([String], Int)? {
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let header = lines.first, let count = Int(header.dropFirst()),
            lines.count > 1 + 2 * count
        else { return nil }
        let words = (0..<count).map { String(lines[2 + 2 * $0]) }
        let length = lines.prefix(1 + 2 * count).reduce(0) { $0 + $1.utf8.count + 2 }
        return (Array(words.dropFirst()), length)
    }
}
