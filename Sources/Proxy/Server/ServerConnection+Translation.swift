internal import Wire

/// Replies of a server that knows no HELLO, for clients that speak RESP3: each is kept until it is
/// whole, and then written in the shape that its request gives it there. Clients, merged replies
/// and transactions see what a server with RESP3 would have sent.
///
/// It costs a copy of every reply, a look at its request, and memory for the largest: connections
/// to servers that know HELLO pay nothing.
extension ServerConnection {
    func takeTranslated(_ bytes: RawBytes) {
        var offset = 0
        while offset < bytes.count {
            guard isReplyExpected else { return close(because: Self.unexpected) }
            let rest = unsafe bytes.dropping(offset)
            let step = unsafe redisReplies.scan(rest.span)
            guard step.state != .malformed else {
                return close(because: .outOfStep("not in the Redis protocol"))
            }
            unsafe keep(rest.piece(0, step.consumed))
            offset += step.consumed
            guard step.state == .complete else {
                isReplyBegun = true
                return unsafe keepTail(bytes.dropping(offset))
            }
            finishTranslated(isError: step.kind == UInt8(ascii: "-"))
            if phase == .closed { return }
        }
    }

    /// Keeps a piece of a reply, unless it is too much; then nothing of it is kept.
    private func keep(_ piece: RawBytes) {
        untranslatedCount += piece.count
        if untranslatedCount > Limits.translatedReply {
            untranslated.removeAll(to: worker.blocks)
        } else {
            unsafe untranslated.append(piece, from: worker.blocks)
        }
    }

    /// The oldest request's reply is whole.
    private func finishTranslated(isError: Bool) {
        let isTooLarge = untranslatedCount > Limits.translatedReply
        let reply = isTooLarge ? tooLarge : translated(isError: isError)
        untranslated.removeAll(to: worker.blocks)
        untranslatedCount = 0
        // What is noted is of another reply.
        worker.elements.forget()
        unsafe reply.withRawBytes { unsafe finishCarefully($0, isError: isError && !isTooLarge) }
    }

    private var tooLarge: [UInt8] {
        server.pool.errorReply(
            "server \(server.endpoint): a reply of \(untranslatedCount) bytes is too large to be "
                + "translated to RESP3, which the server does not know; HELLO 2 needs no translation"
        )
    }

    private func translated(isError: Bool) -> [UInt8] {
        let ticket = tickets[0]
        untranslated.bringTogether(.max, worker.blocks)
        let bytes = unsafe untranslated.firstBytes
        guard !isError, ticket.purpose == .request, leadingSeen == ticket.leading else {
            return unsafe Array(bytes)
        }
        return unsafe RedisTranslation.inRESP3(bytes.span, shape(of: ticket))
    }

    /// The shape of the oldest request's reply.
    private func shape(of ticket: Ticket) -> RedisShape {
        // Of an upload nothing is here.
        guard upload == nil else { return .plain }
        let request = log.copyFirst(ticket.length)
        let limits = server.pool.redisLimits
        if ticket.leading > 0 { return RedisShape.ofTransaction(request.span, limits: limits) }
        var parser = RedisRequestParser(limits: limits)
        guard case .request(let parsed) = parser.parse(request.span) else { return .plain }
        return RedisShape.ofReply(to: parsed, in: request.span)
    }
}
