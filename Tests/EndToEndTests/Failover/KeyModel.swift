import TestKit

/// An operation on one key.
enum KeyOperation: Equatable {
    case set(String)
    case get
    case increment
    case append(String)
    case delete

    /// The request's words.
    func words(for key: String) -> [String] {
        switch self {
        case .set(let value): ["SET", key, value]
        case .get: ["GET", key]
        case .increment: ["INCR", key]
        case .append(let text): ["APPEND", key, text]
        case .delete: ["DEL", key]
        }
    }

    /// What Redis answers, and what the key holds afterwards; `nil` is no key.
    func run(on value: String?) -> (reply: Reply, value: String?) {
        switch self {
        case .set(let new): return (.ok, new)
        case .get: return (value.map { .bulk($0) } ?? .null, value)
        case .increment:
            let next = (Int(value ?? "0") ?? 0) + 1
            return (.integer(next), "\(next)")
        case .append(let text):
            let whole = (value ?? "") + text
            return (.integer(whole.utf8.count), whole)
        case .delete: return (.integer(value == nil ? 0 : 1), nil)
        }
    }
}

/// What a pool sends again after it lost a connection, as its `replay` says.
enum ReplayPolicy: String, Sendable {
    case none
    case safe
    case idempotent

    /// Whether the operation may run twice.
    func allows(_ operation: KeyOperation) -> Bool {
        switch operation {
        case .get, .set: self != .none
        case .delete: self == .idempotent
        case .increment, .append: false
        }
    }
}

/// What a key may hold as far as the one client that writes it can know.
///
/// Usually that is one value. It is several after an answer that leaves open whether a request ran,
/// and after its servers lost data: each state says how many of the group's losses happened before
/// it, and steps over a loss by taking the value that survived.
struct KeyModel {
    /// How a reply compares with what was possible.
    enum Verdict: Equatable {
        case right
        /// A read showed a write that the same client had sent after it: both ran on a server whose
        /// connection broke before either was answered, and both ran again.
        case early
        case wrong(expected: [Reply])
    }

    /// What servers lost, and when a request was sent.
    struct Losses {
        /// What survived each of the group's losses until now.
        var survivors: [[String: String]] = []
        /// How many of them had happened when the request was sent: it ran after those.
        var beforeRequest = 0
    }

    private struct State: Equatable {
        var value: String?
        var losses: Int
    }

    let key: String
    private let replay: ReplayPolicy
    private var states: [State]

    /// A key that holds `value`, after the losses that the group had.
    init(_ key: String, holding value: String?, losses: Int, replay: ReplayPolicy) {
        self.key = key
        self.replay = replay
        states = [State(value: value, losses: losses)]
    }

    /// Takes in the reply to an operation.
    ///
    /// - Parameter later: Operations on the key that were under way behind this one.
    mutating func ran(
        _ operation: KeyOperation, answered reply: Reply, later: [KeyOperation], losses: Losses
    ) -> Verdict {
        stepOver(losses)
        let fitting = states.filter { accepts(reply, operation.run(on: $0.value).reply, operation) }
        if fitting.isEmpty, isEarly(operation, reply, later: later) { return .early }
        let expected = states.map { operation.run(on: $0.value).reply }
        run(operation, on: fitting.isEmpty ? states : fitting)
        if !fitting.isEmpty { return .right }
        // What was read is so, however wrong: one wrong value is reported once.
        if operation == .get { states = [State(value: reply.text, losses: states[0].losses)] }
        return .wrong(expected: expected)
    }

    /// Takes in that an operation ran whose own reply is not known; returns the replies that are
    /// possible.
    mutating func ran(_ operation: KeyOperation, losses: Losses) -> [Reply] {
        stepOver(losses)
        let replies = states.map { operation.run(on: $0.value).reply }
        run(operation, on: states)
        return mayHaveRunBefore(operation) ? replies + [.integer(0)] : replies
    }

    /// Takes in that nobody knows whether an operation ran.
    mutating func mayHaveRun(_ operation: KeyOperation, losses: Losses) {
        stepOver(losses)
        let before = states
        run(operation, on: states)
        for state in before where !states.contains(state) { states.append(state) }
    }

    private mutating func run(_ operation: KeyOperation, on states: [State]) {
        var next: [State] = []
        for state in states {
            let state = State(value: operation.run(on: state.value).value, losses: state.losses)
            if !next.contains(state) { next.append(state) }
        }
        self.states = next
    }

    /// Adds the states behind each loss, and drops those before a loss that the request came after.
    private mutating func stepOver(_ losses: Losses) {
        guard !losses.survivors.isEmpty else { return }
        var index = 0
        while index < states.count {
            let losses = losses.survivors.dropFirst(states[index].losses)
            if let survivors = losses.first {
                let state = State(value: survivors[key], losses: states[index].losses + 1)
                if !states.contains(state) { states.append(state) }
            }
            index += 1
        }
        states.removeAll { $0.losses < losses.beforeRequest }
    }

    private func accepts(_ reply: Reply, _ expected: Reply, _ operation: KeyOperation) -> Bool {
        reply == expected || mayHaveRunBefore(operation) && reply == .integer(0)
    }

    /// Whether a first run, whose reply was lost, may have left no key to delete.
    private func mayHaveRunBefore(_ operation: KeyOperation) -> Bool {
        replay == .idempotent && operation == .delete
    }

    private func isEarly(
        _ operation: KeyOperation, _ reply: Reply, later: [KeyOperation]
    ) -> Bool {
        guard operation == .get || mayHaveRunBefore(operation) else { return false }
        return states.contains { state in
            var value = state.value
            return later.contains { next in
                value = next.run(on: value).value
                return operation.run(on: value).reply == reply
            }
        }
    }
}
