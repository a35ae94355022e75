internal import Wire

/// Replies, released in request order.
extension Client {
    // MARK: - Requests in flight

    /// Takes the next place in the reply order.
    ///
    /// - Parameter isSilent: whether it gets no reply, where that is known.
    /// - Returns: the request's number.
    @inline(__always)
    func admit(split: Int32 = Request.noSplit, isSilent known: Bool? = nil) -> UInt32 {
        let sequence = firstSequence &+ UInt32(truncatingIfNeeded: requests.count)
        let isSilent = known ?? replyMode.isSilent
        requests.append(
            Request(isSilent: isSilent, receivedAt: worker.stamp, split: split),
            from: worker.blocks)
        if isSilent { silentCount += 1 }
        return sequence
    }

    /// Answers a request that no server sees.
    func answer(_ reply: [UInt8]) {
        if replyMode.isSilent { return keepSilent(about: reply) }
        unsafe reply.withRawBytes { bytes in
            if requests.isEmpty {
                unsafe output.append(bytes, from: worker.blocks)
                limitOutput()
                markDirty()
            } else {
                let sequence = admit()
                unsafe complete(sequence, Ticket.whole, bytes, .none)
            }
        }
    }

    @inline(never)
    private func keepSilent(about reply: [UInt8]) {
        if replyMode == .collects { worker.collected += reply }
        // The flush still has to see whether the client is to be closed.
        markDirty()
    }

    /// Answers a request that no server sees with its own bytes, however many.
    func answer(bulk bytes: RawBytes) {
        if replyMode.isSilent { return }
        if requests.isEmpty {
            unsafe output.append(worker.line("$", bytes.count), from: worker.blocks)
            unsafe emit(bytes)
            answer(Self.lineEnd)
        } else {
            let sequence = admit()
            let index = Int(sequence &- firstSequence)
            unsafe hold(worker.line("$", bytes.count), index)
            unsafe hold(bytes, index)
            unsafe Self.lineEnd.withRawBytes { end in
                unsafe complete(sequence, Ticket.whole, end, .none)
            }
        }
    }

    private static let lineEnd = Array(ascii: "\r\n")

    /// Answers a request, or the one fragment of it, with an error of the proxy's own.
    func fail(
        _ sequence: UInt32, _ fragment: Int32, _ message: String, _ visit: Visit,
        word: StaticString = "ERR"
    ) {
        let error = pool.errorReply(message, word: word)
        pool.counters.add(to: .forwardErrors)
        let index = Int(sequence &- firstSequence)
        guard fragment == Ticket.whole else {
            return failFragment(index, Int(fragment), error, visit)
        }
        if requests[index].phase == .streaming { return close(because: .replyLost) }
        drop(index)
        unsafe error.withRawBytes { bytes in
            unsafe complete(sequence, fragment, bytes, visit)
        }
    }

    /// The last piece of a reply, usually the whole of it.
    @inline(__always)
    func complete(
        _ sequence: UInt32, _ fragment: Int32, _ reply: RawBytes, _ visit: Visit
    ) {
        let index = Int(sequence &- firstSequence)
        guard fragment == Ticket.whole else {
            return unsafe completeFragment(index, Int(fragment), reply, visit)
        }
        if isSilent(index) {
            finishSilently(index)
        } else if index == 0 {
            if hearsOneReply { return unsafe send(only: reply, visit) }
            let expected = reply.count &* requests.count
            if expected > ByteList.firstRoom && output.isEmpty {
                makeRoom(for: expected, beginningWith: reply.count)
            }
            if !requests.first.held.isEmpty { releaseHeld(0) }
            unsafe emit(reply)
            markDirty()
            depart(visit, receivedAt: requests.first.receivedAt)
            popRequest()
            if isNextThere { releaseFinished() }
        } else {
            unsafe hold(whole: reply, index, visit)
        }
    }

    /// Whether nothing is or will be sent to it in this turn but the reply to its only request.
    @inline(__always)
    private var hearsOneReply: Bool {
        guard requests.count == 1, isUndisturbed else { return false }
        return requests.first.phase == .waiting && requests.first.held.isEmpty
    }

    /// The only reply goes from where it was read, which spares its copy and most of the flush: 200
    /// instructions of a GET.
    @inline(__always)
    private func send(only reply: RawBytes, _ visit: Visit) {
        let stamp = requests.first.receivedAt
        let sent = unsafe sendNow(reply)
        if sent < reply.count {
            unsafe output.append(reply.dropping(sent), from: worker.blocks)
            markDirty()
            depart(visit, receivedAt: stamp)
        } else if visit != .none {
            worker.departures.addSent(visit, receivedAt: stamp)
        }
        popRequest()
    }

    /// A pipeline's replies leave in one piece if they are about as long as the first one: in the
    /// blocks of a list that grows they would be three, which cost a gathering send.
    @inline(never)
    private func makeRoom(for expected: Int, beginningWith size: Int) {
        guard size <= HeldReplies.longest && requests.count > 1 else { return }
        output.addBlock(for: min(expected, ByteList.usualRoom), from: worker.blocks)
    }

    /// The reply waits for its turn: a small one behind other small ones.
    @inline(__always)
    private func hold(whole reply: RawBytes, _ index: Int, _ visit: Visit) {
        let others = requests.count
        requests.update(index) { request in
            if 1...HeldReplies.longest ~= reply.count && request.held.isEmpty {
                request.place = unsafe held.add(reply, of: others, from: worker.blocks)
            } else {
                unsafe request.held.append(reply, from: worker.blocks)
            }
            request.phase = .finished
            request.visit = visit
        }
        hold(reply.count)
    }

    /// A piece of a reply that is not complete yet: it streams through if it is this request's
    /// turn.
    func receive(_ piece: RawBytes, of sequence: UInt32, _ fragment: Int32) {
        let index = Int(sequence &- firstSequence)
        if fragment != Ticket.whole {
            let split = worker.splits[requests[index].split]
            unsafe split.collect(piece, for: Int(fragment), from: worker.blocks)
            return hold(piece.count)
        }
        if isSilent(index) { return }
        let request = requests[index]
        guard index == 0,
            request.phase == .streaming || request.held.count + piece.count > Limits.streamFrom
        else { return unsafe hold(piece, index) }
        releaseHeld(0)
        requests.update(0) { $0.phase = .streaming }
        unsafe emit(piece)
        markDirty()
    }

    /// Forgets what has come of a reply whose request is going to be sent again.
    ///
    /// - Returns: false if a part of it has left for the client.
    func restart(_ sequence: UInt32, _ fragment: Int32) -> Bool {
        let index = Int(sequence &- firstSequence)
        if fragment != Ticket.whole {
            heldCount -= worker.splits[requests[index].split].restart(
                Int(fragment), to: worker.blocks)
            return true
        }
        guard requests[index].phase != .streaming else { return false }
        drop(index)
        return true
    }

    // MARK: - Silence

    /// Whether the request gets no reply, however many come for it.
    @inline(__always)
    private func isSilent(_ index: Int) -> Bool { silentCount > 0 && requests[index].isSilent }

    /// The reply has come, and is dropped.
    private func finishSilently(_ index: Int) {
        requests.update(index) { $0.phase = .finished }
        guard index == 0 else { return }
        releaseFinished()
        markDirty()
    }

    // MARK: - Holding

    @inline(__always)
    private func hold(_ piece: RawBytes, _ index: Int) {
        requests.update(index) { request in
            unsafe request.held.append(piece, from: worker.blocks)
        }
        hold(piece.count)
    }

    /// Counts bytes that wait for their turn; too many of them end the client.
    @inline(__always)
    func hold(_ count: Int) {
        heldCount &+= count
        limitOutput()
    }

    private func drop(_ index: Int) {
        heldCount -= requests[index].held.count
        requests.update(index) { $0.held.removeAll(to: worker.blocks) }
    }

    @inline(__always)
    private func popRequest() {
        if isSilent(0) { silentCount -= 1 }
        requests.dropFirst(to: worker.blocks)
        firstSequence &+= 1
    }

    /// The reply of a request that was received at `stamp` leaves with this turn's send.
    @inline(__always)
    private func depart(_ visit: Visit, receivedAt stamp: UInt32) {
        guard visit != .none else { return }
        worker.departures.add(visit, receivedAt: stamp, departure)
    }

    /// Whether something has come of the reply whose turn it is. Mostly it is still to come.
    @inline(__always)
    private var isNextThere: Bool {
        !requests.isEmpty && (requests.first.phase == .finished || !requests.first.held.isEmpty)
    }

    /// Lets go of every reply whose turn has come.
    @inline(never)
    func releaseFinished() {
        while isNextThere {
            if releasesCopied() { continue }
            let request = requests.first
            switch request.phase {
            case .finished:
                if request.split != Request.noSplit {
                    mergeIntoOutput(request.split, isSilent: request.isSilent)
                } else if !request.isSilent {
                    var held = request.held
                    release(&held)
                }
                if !request.isSilent {
                    depart(request.visit, receivedAt: request.receivedAt)
                }
                popRequest()
            case .waiting where request.held.count > Limits.streamFrom:
                // Its first pieces came before its turn; the rest streams.
                releaseHeld(0)
                requests.update(0) { $0.phase = .streaming }
                return
            case .waiting, .streaming:
                return
            }
        }
    }

    /// Copies the next replies behind the last one, as long as they are small: cheaper than more
    /// pieces in the system call.
    ///
    /// - Returns: whether there was one.
    @inline(__always)
    private func releasesCopied() -> Bool {
        var released = 0
        while released < requests.count {
            let request = requests[released]
            guard request.place.isTaken else { break }
            heldCount &-= request.place.count
            unsafe output.append(request.place.bytes, from: worker.blocks)
            held.release(request.place, to: worker.blocks)
            depart(request.visit, receivedAt: request.receivedAt)
            released &+= 1
        }
        guard released > 0 else { return false }
        // None of these is silent.
        requests.dropFirst(released, to: worker.blocks)
        firstSequence &+= UInt32(truncatingIfNeeded: released)
        return true
    }

    @inline(never)
    private func releaseHeld(_ index: Int) {
        var held = requests[index].held
        guard !held.isEmpty else { return }
        release(&held)
        requests.update(index) { $0.held = ByteList() }
    }

    @inline(__always)
    private func release(_ held: inout ByteList) {
        heldCount &-= held.count
        if held.isContiguous && held.count <= HeldReplies.longest {
            unsafe output.append(held.firstBytes, from: worker.blocks)
            held.removeAll(to: worker.blocks)
        } else {
            output.splice(&held, to: worker.blocks)
        }
    }
}
