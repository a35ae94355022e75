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

    /// A connection for a client's large request.
    func uploadConnection(for client: Client) -> UploadSlot {
        let uploads = detached.count { $0.upload != nil }
        guard uploads < Limits.uploadsPerServer else { return busy(client) }
        if let free = freeDetached(speaksRESP3: client.speaksRESP3) { return .connection(free) }
        guard let connection = openDetached(at: place(of: client)) else { return .unavailable }
        return .connection(connection)
    }

    private func busy(_ client: Client) -> UploadSlot {
        uploadQueue.append((client.handle, pool.worker.loop.now))
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
    func detachedIsFree() { callNextUpload() }

    private func callNextUpload() {
        lastUploadTurn = pool.worker.loop.now
        while !uploadQueue.isEmpty {
            let next = uploadQueue.removeFirst()
            guard let client = unsafe pool.worker.clients.find(next.client) else { continue }
            return unsafe client.takeUnretainedValue().uploadTurn(collecting: false)
        }
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
            guard let client = unsafe pool.worker.clients.find(waiting.client) else { continue }
            let found = unsafe client.takeUnretainedValue()
            if found.inputNeeded <= Limits.collectedAtMost { found.uploadTurn(collecting: true) }
        }
        uploadQueue.removeAll { waiting in
            guard let client = unsafe pool.worker.clients.find(waiting.client) else { return true }
            return unsafe client.takeUnretainedValue().pace != .queued
        }
        if !detached.contains(where: { $0.upload != nil }) { callNextUpload() }
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
        vacate(place)
        if let free { settle(free, at: place) }
        connection.isDetached = true
        detached.append(connection)
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
        callNextUpload()
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
