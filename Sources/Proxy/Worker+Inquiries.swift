/// Questions about clients to all workers.
extension Worker {
    /// Asks every worker for a client, whose reply at that place is made of all answers together by
    /// `reply`.
    func inquire(
        _ wish: ClientInquiry.Wish, _ filter: ClientFilter, for client: Client,
        _ place: ReplyPlace, _ reply: @escaping @Sendable (ClientAnswer, Client) -> [UInt8]
    ) {
        inquiriesMade += 1
        let number = inquiriesMade
        let inquiry = ClientInquiry(
            wish: wish, filter: filter, pool: client.pool.index, worker: index, number: number)
        inquiries[number] = OpenInquiry(
            client: client.handle, place: place, reply: reply, missing: count,
            answer: ClientAnswer(number: number))
        for worker in 0..<count where worker != index {
            commons.mailboxes[worker].post(.inquire(inquiry))
        }
        take(answer(to: inquiry))
    }

    /// Another worker asks.
    func respond(to inquiry: ClientInquiry) {
        commons.mailboxes[inquiry.worker].post(.answer(answer(to: inquiry)))
    }

    /// A worker has answered.
    func take(_ answer: ClientAnswer) {
        guard var inquiry = inquiries[answer.number] else { return }
        inquiry.missing -= 1
        inquiry.answer.count += answer.count
        inquiry.answer.lines += answer.lines
        guard inquiry.missing == 0 else { return inquiries[answer.number] = inquiry }
        inquiries[answer.number] = nil
        guard let client = unsafe clients.find(inquiry.client)?.takeUnretainedValue() else {
            return
        }
        inquiry.answer.lines.sort { $0.number < $1.number }
        let reply = inquiry.reply(inquiry.answer, client)
        unsafe reply.withRawBytes { bytes in
            unsafe client.complete(inquiry.place.sequence, inquiry.place.fragment, bytes, .none)
        }
    }

    private func answer(to inquiry: ClientInquiry) -> ClientAnswer {
        let meant = clients.all.filter {
            $0.pool.index == inquiry.pool && !$0.isClosed && $0.isMeant(by: inquiry.filter)
        }
        var answer = ClientAnswer(number: inquiry.number)
        switch inquiry.wish {
        case .list: answer.lines = meant.map { ClientLine(number: $0.number, text: $0.listLine) }
        case .kill:
            answer.count = meant.count
            // Not in the middle of what goes on now.
            let asker = inquiry.worker == index ? inquiries[inquiry.number]?.client : nil
            later { for client in meant { client.end(killedBy: asker) } }
        case .unblock(let isError): answer.count = meant.count { $0.unblock(isError: isError) }
        }
        return answer
    }
}
