internal import Wire

/// Replies to the fragments of split requests.
extension Client {
    func completeFragment(_ index: Int, _ fragment: Int, _ reply: RawBytes, _ visit: Visit) {
        wasVisited(index, visit)
        worker.splits.find(requests[index].split).use { split in
            unsafe take(reply, of: fragment, into: split)
            finishFragment(index, fragment, of: split)
        }
    }

    func failFragment(_ index: Int, _ fragment: Int, _ error: [UInt8], _ visit: Visit) {
        let split = worker.splits[requests[index].split]
        wasVisited(index, visit)
        split.fail(with: error)
        finishFragment(index, fragment, of: split)
    }

    /// Of several servers' times the longest is the request's.
    @inline(__always)
    private func wasVisited(_ index: Int, _ visit: Visit) {
        guard visit != .none else { return }
        // One server alone was asked, though what it says is not passed on as it is.
        guard visit.slot.isSplit else { return requests.update(index) { $0.visit = visit } }
        let slot = LatencySlot(row: pool.splitRow, .split)
        requests.update(index) {
            $0.visit = Visit(slot, microseconds: max($0.visit.microseconds, visit.microseconds))
        }
    }

    private func finishFragment(_ index: Int, _ fragment: Int, of split: Split) {
        split.finish(fragment)
        if split.merge == .completion && fragment == 0 { return runLocals(of: split, index) }
        if split.missing == 0 { finish(index) }
    }

    /// Every fragment of a split request has its reply.
    func finish(_ index: Int) {
        requests.update(index) { $0.phase = .finished }
        guard index == 0 else { return }
        markDirty()
        releaseFinished()
    }

    private func take(_ reply: RawBytes, of fragment: Int, into split: Split) {
        let isWhole = split.fragments[fragment].reply.isEmpty
        switch split.merge {
        case .elements where isWhole && pool.isRedis:
            let count = worker.unretainedElements.use {
                unsafe split.collect(elements: reply, for: fragment, noted: $0, from: worker.blocks)
            }
            guard count > 0 else { return unsafe fail(split, in: fragment, with: reply) }
            hold(count)
        case .values where unsafe isWhole && MemcachedReply.isRetrieved(in: reply.span):
            unsafe split.collect(whole: reply, for: fragment, from: worker.blocks)
            hold(reply.count)
        case .elements, .values:
            unsafe split.collect(reply, for: fragment, from: worker.blocks)
            hold(reply.count)
            if let error = split.error(in: fragment, isRedis: pool.isRedis, worker.blocks) {
                split.fail(with: error)
            }
        case .gathering, .completion, .unlessHidden, .binary, .statistics:
            unsafe split.collect(reply, for: fragment, from: worker.blocks)
            hold(reply.count)
        case .sum:
            guard let number = unsafe RedisReply.integer(in: reply.span), isWhole else {
                unsafe fail(split, with: reply, isWhole: isWhole)
                return
            }
            split.add(number)
        case .acknowledgement:
            if unsafe !isWhole || !isAcknowledgement(reply) {
                unsafe fail(split, with: reply, isWhole: isWhole)
            }
        }
    }

    /// What came for a fragment is not its elements.
    @inline(never)
    private func fail(_ split: Split, in fragment: Int, with reply: RawBytes) {
        unsafe split.collect(reply, for: fragment, from: worker.blocks)
        hold(reply.count)
        if let error = split.error(in: fragment, isRedis: true, worker.blocks) {
            split.fail(with: error)
        }
    }

    /// A fragment's error becomes the request's. One that came in pieces is longer than any that a
    /// server makes of its own, and its last piece is no reply.
    private func fail(_ split: Split, with reply: RawBytes, isWhole: Bool) {
        split.fail(
            with: isWhole
                ? unsafe Array(reply) : pool.errorReply("a server's reply is no answer to a part"))
    }

    private func isAcknowledgement(_ reply: RawBytes) -> Bool {
        unsafe pool.isRedis
            ? reply.first == UInt8(ascii: "+") : reply.buffer.elementsEqual("OK\r\n".utf8)
    }

    func mergeIntoOutput(_ number: Int32, isSilent: Bool) {
        worker.splits.find(number).use { split in
            heldCount -= split.heldCount
            if split.merge == .completion {
                let reply = split.completed(worker.blocks)
                if !isSilent { split.append(reply, to: &output, from: worker.blocks) }
            } else if !isSilent {
                split.moveMerged(to: &output, for: pool)
            }
        }
        worker.splits.give(number, clearedTo: worker.blocks)
    }

    /// Notes the VALUEs at the front of new bytes of a fragment's reply, if they are as usual.
    ///
    /// - Returns: their bytes.
    func findPlain(
        in bytes: RawBytes, _ sequence: UInt32, _ fragment: Int32, line: RawBytes
    ) -> Int {
        worker.splits.find(requests[Int(sequence &- firstSequence)].split).use {
            unsafe $0.findPlain(in: bytes, Int(fragment), line: line)
        }
    }

    /// Notes a VALUE in a fragment's reply.
    ///
    /// - Returns: false if the fragment did not ask for it.
    func find(
        _ key: RawBytes, length: Int, _ sequence: UInt32, _ fragment: Int, line: RawBytes
    ) -> Bool {
        let split = worker.splits[requests[Int(sequence &- firstSequence)].split]
        return unsafe split.find(key, length: length, in: fragment, line: line)
    }
}
