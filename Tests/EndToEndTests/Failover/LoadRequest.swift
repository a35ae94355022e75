import TestKit

/// A request of a load: one operation, or several keys' at once.
struct LoadRequest {
    /// How the operations are put into words.
    enum Shape {
        /// One operation, one command.
        case single
        /// MGET, MSET or DEL of several keys; a proxy splits it.
        case split
        /// MULTI, the operations, EXEC: keys of one server.
        case transaction
    }

    /// A key, by its index among the client's keys, and what is done to it.
    struct Part {
        let key: Int
        let operation: KeyOperation
    }

    let shape: Shape
    let parts: [Part]

    /// One operation on one key.
    static func single(_ operation: KeyOperation, on key: Int) -> LoadRequest {
        LoadRequest(shape: .single, parts: [Part(key: key, operation: operation)])
    }

    /// The request in Redis's protocol.
    func bytes(for keys: [String]) -> [UInt8] {
        let commands = parts.map { $0.operation.words(for: keys[$0.key]) }
        switch shape {
        case .single: return Bytes.command(commands[0])
        case .split: return Bytes.command([splitName] + commands.flatMap { $0.dropFirst() })
        case .transaction:
            return ([["MULTI"]] + commands + [["EXEC"]]).flatMap { Bytes.command($0) }
        }
    }

    /// Reads what answers the request: one reply, or for a transaction that of EXEC, unless a
    /// command before it was refused.
    func readReply(from client: TestClient) throws -> Reply {
        guard shape == .transaction else { return try client.readReply() }
        let before = try (0...parts.count).map { _ in try client.readReply() }
        let last = try client.readReply()
        return before.first { $0.errorText != nil } ?? last
    }

    /// The parts' own replies, where the whole reply has them.
    func replies(in reply: Reply) -> [Reply]? {
        switch (shape, parts.first?.operation) {
        case (.single, _): [reply]
        case (.split, .set?): reply == .ok ? parts.map { _ in .ok } : nil
        case (.split, .get?), (.transaction, _):
            reply.elements.flatMap { $0.count == parts.count ? $0 : nil }
        case (.split, _): nil
        }
    }

    /// Whether the reply is the sum of its parts'.
    var isCounted: Bool {
        shape == .split && parts.first?.operation == .delete
    }

    /// Whether an error means that none of it ran, if the error says so of a single command.
    var failsAsAWhole: Bool { shape != .split }

    /// Whether the pool may send it again after its connection was lost.
    func mayRunTwice(under replay: ReplayPolicy) -> Bool {
        shape != .transaction && parts.allSatisfy { replay.allows($0.operation) }
    }

    private var splitName: String {
        switch parts.first?.operation {
        case .get?: "MGET"
        case .set?: "MSET"
        case .delete?: "DEL"
        case .increment?, .append?, nil: preconditionFailure("no command for many of these")
        }
    }
}
