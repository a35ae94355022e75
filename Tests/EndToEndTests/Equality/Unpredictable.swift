/// What two servers, asked the same, answer differently by nature, and what is compared instead.
enum Unpredictable {
    /// What is compared.
    enum Comparison: Sendable {
        /// The elements, in whatever order: sets and the key space have none.
        case elements
        /// The types and the numbers of elements: the values are a clock's, a random number's, or
        /// the server's own.
        case shape
        /// The type alone: how much there is to tell is the teller's.
        case kind
        /// What a walk from cursor to cursor finds, once each.
        case walk
        /// All but the values of these fields, wherever they stand in the reply.
        case fields(Set<String>)
    }

    /// By requests; `…` stands for all that follows.
    static let comparisons: [String: Comparison] = [
        "keys …": .elements, "smembers …": .elements, "sinter …": .elements,
        "sunion …": .elements, "sdiff …": .elements, "pubsub channels …": .elements,
        // A server looks its parameters up in a table without an order.
        "config get maxmemory-policy appendonly": .elements,
        "scan …": .walk, "sscan …": .walk,
        "randomkey …": .shape, "time …": .shape, "client id": .shape, "hello …": .shape,
        "object idletime …": .shape, "pttl …": .shape, "xpending {t}s g - + 10": .shape,
        "xinfo consumers …": .fields(["idle"]),
        "xinfo stream …": .fields(["seen-time", "pending"]),
        "lolwut …": .kind, "info …": .kind, "client info": .kind, "client list": .kind,
        "command": .kind, "command count": .kind, "command list": .kind, "command docs get": .kind,
        "client help": .kind, "command help": .kind, "config help": .kind,
    ]

    /// How replies to a request are compared; nil: byte by byte.
    static func comparison(of request: String) -> Comparison? {
        let words = request.lowercased().split(separator: " ")
        let beginnings = words.indices.reversed().map { words[...$0].joined(separator: " ") + " …" }
        return ([words.joined(separator: " ")] + beginnings).lazy.compactMap { comparisons[$0] }
            .first
    }

    /// What is compared of a reply. Errors and pushes are, as they are.
    static func relevant(_ reply: RawReply, _ comparison: Comparison?) -> RawReply {
        guard let comparison, !reply.isError, !reply.isPush, reply.header != "+QUEUED" else {
            return reply
        }
        switch comparison {
        case .elements, .walk: return reply.sorted
        case .shape: return reply.shape
        case .kind: return RawReply(header: String(reply.kind))
        case .fields(let names): return without(names, reply)
        }
    }

    private static func without(_ names: Set<String>, _ reply: RawReply) -> RawReply {
        var copy = reply.map { without(names, $0) }
        for index in copy.elements.indices.dropFirst()
        where names.contains(copy.elements[index - 1].text) {
            copy.elements[index] = copy.elements[index].shape
        }
        return copy
    }
}
