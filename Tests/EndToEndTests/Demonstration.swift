import TestKit
import Testing

/// A situation in which the proxies differ on purpose: one for each line of the README's table, or
/// several.
struct Demonstration: Sendable, CustomTestStringConvertible {
    /// The line of the table.
    let id: String
    /// What tells it from others of the same line.
    let title: String
    /// What twemproxy does, in the words of `observe`.
    let twemproxy: String
    /// What this proxy does, in the same words.
    let here: String
    /// Plays the situation with a proxy and says what it did.
    let observe: @Sendable (ProxyProgram) throws -> String

    init(
        _ id: String, _ title: String, twemproxy: String, here: String,
        observe: @escaping @Sendable (ProxyProgram) throws -> String
    ) {
        self.id = id
        self.title = title
        self.twemproxy = twemproxy
        self.here = here
        self.observe = observe
    }

    var testDescription: String { "\(id): \(title)" }

    static let all = requests + servers + process
}

extension RunningProxy {
    /// Everything that a client receives who sends this and then no more, with a space for each
    /// line's end.
    func answer(to bytes: [UInt8], ofPool index: Int = 0) throws -> String {
        let client = try client(ofPool: index)
        try client.send(bytes)
        client.shutdownWrite()
        // After a reset there is nothing to read.
        let answer = String(decoding: (try? client.readToEnd()) ?? [], as: UTF8.self)
        return answer.replacing("\r\n", with: " ").trimmed
    }

    /// The same for a request of Redis's protocol and a `PING` after it.
    func answer(toCommand arguments: String...) throws -> String {
        try answer(to: Bytes.command(arguments) + Bytes.command(["PING"]))
    }

    /// The same for text.
    func answer(to text: String) throws -> String {
        try answer(to: Array(text.utf8))
    }
}

extension String {
    /// Without the spaces at its end.
    fileprivate var trimmed: String {
        String(reversed().drop { $0 == " " }.reversed())
    }

    /// The part before the first space.
    var firstWord: String { String(prefix { $0 != " " }) }
}
