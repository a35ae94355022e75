internal import Wire

/// The replies to a transaction: OK, a QUEUED for each command, and what EXEC says.
extension ServerConnection {
    /// One of them has come; only the last is the client's, who has had the others.
    func finish(transaction ticket: Ticket, _ reply: RawBytes, isError: Bool) {
        guard leadingSeen == ticket.leading else {
            if leadingSeen == 0 { leadingError = nil }
            leadingSeen += 1
            if isError && leadingError == nil { leadingError = unsafe Array(reply) }
            return
        }
        guard isError else {
            if halt != .none, unsafe setAside(reply, isError: false) { return }
            return unsafe deliver(reply, to: ticket, isError: false)
        }
        isInDoubt = true
        let cause = unsafe leadingError ?? Self.cause(of: reply)
        unsafe cause.withRawBytes { bytes in
            if unsafe setAside(bytes, isError: true) { return }
            // Without the line's end.
            let words = unsafe String(decoding: bytes.dropFirst().dropLast(2), as: UTF8.self)
            let abort = RedisReply.error("EXECABORT Transaction discarded because of: \(words)")
            unsafe abort.withRawBytes { unsafe deliver($0, to: ticket, isError: true) }
        }
    }

    /// What EXEC was refused for, as an error of its own: Redis puts it behind words of its own.
    private static func cause(of reply: RawBytes) -> [UInt8] {
        let prefix = "-EXECABORT Transaction discarded because of: ".utf8
        guard unsafe reply.starts(with: prefix) else { return unsafe Array(reply) }
        return unsafe [UInt8(ascii: "-")] + reply.dropFirst(prefix.count)
    }
}
