internal import Reactor

/// The end of a connection.
extension ServerConnection {
    /// Answers a ticket's request with an error, if its client is still there.
    func fail(_ ticket: Ticket, _ message: String) {
        guard ticket.purpose == .request, let client = unsafe worker.clients.find(ticket.client)
        else {
            return
        }
        unsafe client.takeUnretainedValue().fail(
            ticket.sequence, ticket.fragment, message,
            visitSoFar(of: ticket),
            word: ticket.leading > 0 ? "EXECABORT" : "ERR")
    }

    /// The one end of a connection: the server learns why, and whoever waits is told, or waits on
    /// at the connection that takes over.
    func close(because reason: CloseReason) {
        guard phase != .closed else { return }
        let wasConnected = phase != .connecting
        let owed = phase == .ready ? owed : 0
        phase = .closed
        watcher?.cancel()
        deadlines?.cancel()
        pause?.cancel()
        if let client = unsafe worker.clients.find(pausedFor) {
            unsafe client.takeUnretainedValue().blocksNoMore(self)
        }
        socket.disconnect()
        // The server forgets this connection first: what a failing request triggers may open the
        // next one.
        let heir = server.closed(self, because: reason, wasConnected: wasConnected)
        updateHeld()
        handOver(to: heir, owed: owed, because: reason)
        endUpload()
        tickets.release(to: worker.blocks)
        asideTickets.release(to: worker.blocks)
        log.removeAll(to: worker.blocks)
        aside.removeAll(to: worker.blocks)
        tail.removeAll(to: worker.blocks)
        untranslated.removeAll(to: worker.blocks)
        unsentTickets = 0
        updateGauges()
    }
}
