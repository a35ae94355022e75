internal import Reactor

/// Connections beside those that requests share: each is for one large transfer at a time.
///
///     shared, at its place ── a large reply begins ──▶ detached ──▶ free ── idle ──▶ closed
///          ▲                                              ▲          │
///          └──────────── takes the place that is left ────┼──────────┤
///                                                         └─ upload ─┘
///
/// A large request gets one to itself. A shared connection on which a large reply begins leaves its
/// place to a free or new one, and ends as a detached one: what was sent before gets its reply
/// after it, what comes later does not wait for it.
extension Server {
    /// Where a large request may go.
    enum UploadSlot {
        case connection(ServerConnection)
        /// All connections have one; the client is told when it is worth another look.
        case busy
        /// There is no connection, and `unavailable` says why.
        case unavailable
    }

    /// A connection for a client's large request: for the first of those who wait for one, and for
    /// a newcomer only if there are more than they need.
    func uploadConnection(for client: Client) -> UploadSlot {
        let slots = freeUploadSlots
        if let place = uploadQueue.prefix(slots).firstIndex(where: { $0.client == client.handle }) {
            uploadQueue.remove(at: place)
        } else {
            callNextUploads()
            guard uploadQueue.count < slots else { return busy(client) }
        }
        if let free = freeDetached(speaksRESP3: client.speaksRESP3) { return .connection(free) }
        if let connection = openDetached(at: place(of: client)) { return .connection(connection) }
        // The next one is told the same, instead of waiting for an upload that will not be.
        callNextUploads()
        return .unavailable
    }

    private var freeUploadSlots: Int {
        max(0, Limits.uploadsPerServer - detached.count { $0.upload != nil })
    }

    private func busy(_ client: Client) -> UploadSlot {
        uploadQueue.append(WaitingUpload(client: client.handle, since: pool.worker.loop.now))
        if !isWatchingUploads {
            isWatchingUploads = true
            let timer = uploadTimer ?? Timer(pool.worker.loop) { [unowned self] in watchUploads() }
            uploadTimer = timer
            timer.start(everyMilliseconds: Limits.uploadLookMilliseconds)
        }
        return .busy
    }

    private func freeDetached(speaksRESP3: Bool) -> ServerConnection? {
        detached.last { $0.isFree && $0.speaksRESP3 == speaksRESP3 }
    }

    /// A detached connection has nothing to do.
    func detachedIsFree() { callNextUploads() }

    /// Calls as many of those who wait as there are connections for. Each stays in its place until
    /// it has its connection: it comes for it at the end of this turn, when others may want one,
    /// too.
    private func callNextUploads() {
        let slots = freeUploadSlots
        var place = 0
        while place < min(slots, uploadQueue.count) {
            guard let client = stillWaiting(uploadQueue[place]) else {
                uploadQueue.remove(at: place)
                continue
            }
            if !uploadQueue[place].isCalled {
                uploadQueue[place].isCalled = true
                lastUploadTurn = pool.worker.loop.now
                client.uploadTurn(collecting: false)
            }
            place += 1
        }
    }

    /// Who waits; nil if that one has ended, or has gone another way.
    private func stillWaiting(_ waiting: WaitingUpload) -> Client? {
        guard let found = unsafe pool.worker.clients.find(waiting.client) else { return nil }
        let client = unsafe found.takeUnretainedValue()
        let isThere = waiting.isCalled ? client.isParsingDue : client.pace == .queued
        return isThere ? client : nil
    }

    /// Sees to those who wait: nobody holds a connection for ever without sending, and what is not
    /// too large is collected after a while.
    private func watchUploads() {
        let now = pool.worker.loop.now
        guard !uploadQueue.isEmpty else {
            isWatchingUploads = false
            uploadTimer?.stop()
            return
        }
        for connection in detached {
            guard let upload = connection.upload, !upload.isWhole, upload.pending.isEmpty,
                now - upload.lastReceived >= Int64(Limits.stalledUploadMilliseconds),
                let client = unsafe pool.worker.clients.find(upload.client)
            else { continue }
            unsafe client.takeUnretainedValue().close(because: .tooSlow)
        }
        // While one is over now and then, waiting costs less than memory.
        let due = now - Int64(Limits.uploadWaitMilliseconds)
        for waiting in uploadQueue where max(waiting.since, lastUploadTurn) <= due {
            guard let client = stillWaiting(waiting), !waiting.isCalled else { continue }
            if client.inputNeeded <= Limits.collectedAtMost { client.uploadTurn(collecting: true) }
        }
        uploadQueue.removeAll { stillWaiting($0) == nil }
        callNextUploads()
    }

    // MARK: - Large replies

    /// Takes a shared connection from its place, if another one can have it.
    func detach(_ connection: ServerConnection) {
        let replying = detached.count { $0.upload == nil && !$0.isFree }
        guard replying < Limits.repliesDetachedPerServer, connection.mayDetach,
            let place = connection.place, holdsPlace(connection)
        else { return }
        let free = freeDetached(speaksRESP3: connection.speaksRESP3)
        if let free { detached.removeAll { $0 === free } }
        connection.isDetached = true
        // Before it leaves its place, which is all that keeps it: it is at work just now.
        detached.append(connection)
        vacate(place)
        if let free { settle(free, at: place) }
        connection.holdBackClients()
    }

    /// Gives a place without a connection a detached one that has nothing to do.
    func reclaim(_ place: Int) -> ServerConnection? {
        guard !detached.isEmpty, let free = freeDetached(speaksRESP3: isRESP3(place)) else {
            return nil
        }
        detached.removeAll { $0 === free }
        settle(free, at: place)
        return free
    }

    // MARK: - Ending

    /// A detached connection has ended.
    func detachedClosed(_ connection: ServerConnection) {
        detached.removeAll { $0 === connection }
        callNextUploads()
    }

    /// The server's routing is a new one.
    func supersedeDetached(keepsAddress: Bool) {
        for connection in detached {
            if connection.isFree {
                connection.close(because: .retired)
            } else if connection.upload == nil {
                connection.supersede(keepsAddress: keepsAddress)
            } else if !keepsAddress {
                connection.close(because: .superseded)
            }
        }
    }
}

/// A client whose large request waits for a connection.
struct WaitingUpload {
    let client: Handle
    /// Since when, in the loop's milliseconds.
    let since: Int64
    /// Whether a connection is free for it.
    var isCalled = false
}
