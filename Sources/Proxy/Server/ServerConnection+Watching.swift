internal import Wire

/// Connections over which a client watches keys: what it watched ends with them, so its transaction
/// must not run elsewhere. It is told what it would be told if a key had changed, and begins anew.
extension ServerConnection {
    /// The oldest request was refused since the server is not the primary.
    func answerUnwatched(_ ticket: Ticket) -> Bool {
        let reply = replyToUnwatched(ticket)
        unsafe reply.withRawBytes { unsafe deliver($0, to: ticket, isError: false) }
        return true
    }

    /// The connection is lost with the request.
    ///
    /// - Returns: false if the request may have run and that makes a difference.
    func answerLost(_ ticket: Ticket, wasSent: Bool) -> Bool {
        guard ticket.purpose == .request, !(wasSent && ticket.leading > 0) else { return false }
        guard let client = unsafe worker.clients.find(ticket.client) else { return true }
        let reply = replyToUnwatched(ticket)
        unsafe reply.withRawBytes { bytes in
            unsafe client.takeUnretainedValue().complete(
                ticket.sequence, ticket.fragment, bytes, visitSoFar(of: ticket))
        }
        return true
    }

    /// For EXEC, that it did not run; for WATCH and UNWATCH, that all is well.
    private func replyToUnwatched(_ ticket: Ticket) -> [UInt8] {
        guard ticket.leading > 0 else { return RedisReply.ok }
        return RedisReply.nullArray(isRESP3: speaksRESP3)
    }
}
