internal import Reactor

/// What is due, to the socket.
extension Client {
    @inline(__always)
    func markDirty() {
        if !isDirty { markFirst() }
    }

    @inline(never)
    private func markFirst() {
        guard !isClosed else { return }
        isDirty = true
        worker.needsFlush(self)
        guard waitsSince == 0 else { return }
        let mayWait = worker.patience > 0 && requests.count > 1
        departure = mayWait ? worker.departures.open() : worker.latestSend
    }

    /// Whether what is due had better wait for the other replies that the client is owed, so that
    /// one send takes them all. Most clients that pipeline do nothing before they have the last.
    private var waitsForOthers: Bool {
        let patience = worker.patience
        guard patience > 0, !requests.isEmpty, requests.first.phase == .waiting,
            circumstances.isEmpty, interest == .readable,
            output.count < Limits.waitingForOthers
        else { return false }
        let now = worker.loop.nowMicroseconds
        if waitsSince == 0 {
            waitsSince = now
            worker.waitsForOthers(self, since: now)
        }
        return now - waitsSince < patience
    }

    /// What waited for others, if it did, leaves now.
    func endWait() {
        guard departure.isOpen else { return }
        waitsSince = 0
        worker.departures.close(departure, as: worker.currentSend)
        departure = worker.currentSend
    }

    /// Lets bytes go whose turn it is: a large piece at once, small ones at the end of this turn.
    @inline(__always)
    func emit(_ bytes: RawBytes) {
        if bytes.count < Limits.sentDirectly {
            unsafe output.append(bytes, from: worker.blocks)
        } else {
            unsafe emit(large: bytes)
        }
    }

    /// Whether a flush would have nothing to do.
    @inline(__always)
    var isUndisturbed: Bool {
        !isDirty && circumstances.isEmpty && interest == .readable && output.isEmpty
    }

    /// Sends bytes from where they were read.
    ///
    /// - Returns: how many were sent. A failure is for the flush to find, which is not in the
    ///   middle of anything.
    @inline(__always)
    func sendNow(_ bytes: RawBytes) -> Int {
        guard let sent = try? unsafe socket.send(bytes.buffer), sent > 0 else { return 0 }
        lastActive = worker.loop.now
        return sent
    }

    @inline(never)
    private func emit(large bytes: RawBytes) {
        var sent = 0
        if output.isEmpty && !isBlocked && !isClosed {
            sent = unsafe sendNow(bytes)
            isBlocked = sent < bytes.count
        }
        unsafe output.append(bytes.dropping(sent), from: worker.blocks)
    }

    /// Ends a client for which more waits than may; later, since whoever adds to it still uses it.
    @inline(__always)
    func limitOutput() {
        if outputCount > pool.clientOutputLimit { endTooSlow() }
    }

    @inline(never)
    private func endTooSlow() {
        guard !isTooSlow else { return }
        isTooSlow = true
        worker.later { [self] in close(because: .tooSlow) }
    }

    /// Sends what is due, as far as the socket takes it. Called once per turn of the loop.
    func flush() {
        isDirty = false
        guard !isClosed else { return }
        if departure.isOpen {
            if waitsForOthers { return }
            endWait()
        }
        // Before the client can have its reply: what it then does elsewhere finds its connection
        // free.
        settleIfAnswered()
        while !output.isEmpty && !isBlocked {
            do throws(SystemError) {
                try send()
            } catch {
                return close(because: .failed(error))
            }
        }
        limitOutput()
        if circumstances.isEmpty && interest == .readable { return }
        if !blocked.isEmpty && output.count < Limits.outputLowWater { resumeBlocked() }
        if isHeldBack && !isParsingDue && mayGoOn {
            isParsingDue = true
            worker.needsParsing(self)
        }
        if isFinished && output.isEmpty && requests.isEmpty && !isLingering {
            return isRefused ? linger() : close(because: .finished)
        }
        updateInterest()
    }

    /// Offers the socket as much as one call takes; mostly that is all, in one block.
    @inline(__always)
    private func send() throws(SystemError) {
        let offered: Int
        let sent: Int
        if output.isContiguous {
            offered = output.count
            sent = try unsafe socket.send(output.firstBytes.buffer)
        } else {
            let gathered = unsafe output.gather(into: worker.vectors)
            offered = gathered.count
            sent = try unsafe socket.send(gathering: gathered.vectors)
        }
        if sent == output.count {
            output.removeOnly(to: worker.blocks)
        } else {
            output.consume(sent, to: worker.blocks)
        }
        if sent > 0 { lastActive = worker.loop.now }
        isBlocked = sent < offered
    }
}
