import TestKit

/// One reply of RESP2 or RESP3, of which no byte is lost: two are equal if their bytes are.
struct RawReply: Equatable, Sendable {
    /// The first line without its end: `$3`, `*2`, `+OK`.
    let header: String
    /// What follows a bulk's header.
    var body: [UInt8] = []
    /// What follows an array's header, a map's keys and values by turns.
    var elements: [RawReply] = []

    /// Which of the types it is.
    var kind: Character { header.first ?? " " }

    /// Whether it is an error.
    var isError: Bool { kind == "-" || kind == "!" }

    /// Whether it has come unasked for.
    var isPush: Bool { kind == ">" }

    /// The text of a status, an error or a bulk.
    var text: String {
        body.isEmpty ? String(header.dropFirst()) : String(decoding: body, as: UTF8.self)
    }

    /// The same elements, each changed.
    func map(_ change: (RawReply) -> RawReply) -> RawReply {
        RawReply(header: header, body: body, elements: elements.map(change))
    }

    /// The same elements, in an order that does not depend on theirs.
    var sorted: RawReply {
        var copy = self
        copy.elements.sort { $0.description < $1.description }
        return copy
    }

    /// What it is made of, all values left out: types, and the numbers of elements.
    var shape: RawReply {
        guard elements.isEmpty else { return map(\.shape) }
        return RawReply(header: "*~%>".contains(kind) ? header : String(kind))
    }
}

extension RawReply: CustomStringConvertible {
    var description: String {
        if "$=!".contains(kind) {
            return header == "$-1"
                ? header : "\(kind)\"\(String(decoding: body.prefix(200), as: UTF8.self))\""
        }
        return elements.isEmpty
            ? header : "\(header)[\(elements.map(\.description).joined(separator: ", "))]"
    }
}

extension TestClient {
    /// Reads a whole reply of either version.
    func readRawReply() throws -> RawReply {
        let header = try readLine()
        var reply = RawReply(header: header)
        let count = Int(header.dropFirst()) ?? 0
        switch reply.kind {
        case "$", "=", "!":
            guard count >= 0 else { return reply }
            reply.body = try read(count)
            guard try read(2) == [13, 10] else { throw KitError("a bulk has no end") }
        case "*", "~", ">", "%", "|":
            let elements = "%|".contains(reply.kind) ? count * 2 : max(0, count)
            reply.elements = try (0..<elements).map { _ in try readRawReply() }
        case "+", "-", ":", ",", "#", "(", "_": break
        default: throw KitError("not a reply: \(header)")
        }
        return reply
    }
}
