internal import Reactor
internal import Wire

/// Large values that go on within the kernel: replies to the client, and requests from it.
extension Client {
    // MARK: - Replies

    /// Whether this request's reply goes on as it comes.
    func streams(_ sequence: UInt32) -> Bool {
        !requests.isEmpty && sequence == firstSequence && requests.first.phase == .streaming
    }

    /// Whether such a reply goes to the socket just now.
    var takesRelayed: Bool { output.isEmpty && !isBlocked && !isClosed }

    /// Takes up to `count` bytes of the reply whose turn it is from the server's socket.
    func relay(_ count: Int, from source: borrowing Socket) throws(SystemError) -> Relay.Portion {
        let portion = try worker.relay.move(
            count, from: source, to: socket, rest: &output, worker.blocks)
        if case .moved(let moved, let sent) = portion {
            if sent > 0 { lastActive = worker.loop.now }
            isBlocked = sent < moved
            markDirty()
        }
        return portion
    }

    // MARK: - Requests

    /// Moves a portion of the large request on to its server, if that is worth it and the server
    /// takes it as it comes.
    ///
    /// - Returns: whether to read on in this turn; nil if what has come is to be read.
    func relay(_ upload: Upload) throws(SystemError) -> Bool? {
        let count = Relay.movable(of: upload.rest.announced, before: upload.leftOfRelayed)
        guard count > 0, input.isEmpty, let connection = upload.connection,
            connection.takesRelayed(upload)
        else { return nil }
        switch try connection.relay(count, of: upload, from: socket) {
        case .unavailable: return nil
        case .wouldBlock: return false
        case .endOfFile:
            // Half a request gets no reply.
            close(because: .finished)
            return false
        case .moved(let moved, let sent):
            sendsLarge = true
            worker.hasLargeArriving = true
            lastActive = worker.loop.now
            upload.lastReceived = lastActive
            worker.showUnseen(moved) { _ = upload.rest.scan($0) }
            upload.leftOfRelayed = upload.rest.announced
            if sent < moved { wait(.uploading) }
            return sent == moved && moved <= Limits.relayedPerTurn
        }
    }
}
