internal import Wire

/// One reply from the fragments' replies.
extension Split {
    /// Appends the request's reply. It can be done once: the fragments' replies move.
    func moveMerged(to output: inout ByteList, for pool: Pool) {
        let blocks = pool.worker.blocks
        if let binary { return append(answerTo: binary, to: &output, for: pool) }
        if case .statistics(let group) = merge {
            return append(statistics(group, of: pool), to: &output, from: blocks)
        }
        if isInformation, case .information(let hasOwn) = gathering {
            return append(information(hasOwn: hasOwn, of: pool), to: &output, from: blocks)
        }
        if let failure { return append(failure, to: &output, from: blocks) }
        switch merge {
        case .elements:
            reserve(in: &output, from: blocks)
            unsafe output.append(pool.worker.line("*", fragmentOfKey.count), from: blocks)
            moveParts(to: &output, blocks)
        case .gathering: append(gathered(blocks), to: &output, from: blocks)
        case .values:
            reserve(in: &output, from: blocks)
            moveParts(to: &output, blocks)
            append(MemcachedReply.end, to: &output, from: blocks)
        case .sum: append(RedisReply.integer(total), to: &output, from: blocks)
        case .acknowledgement:
            append(pool.isRedis ? RedisReply.ok : MemcachedReply.ok, to: &output, from: blocks)
        case .unlessHidden: moveUnlessHidden(to: &output, blocks)
        case .completion, .statistics, .binary: break
        }
    }

    /// What all servers say, as one reply.
    private func gathered(_ pool: BlockPool) -> [UInt8] {
        gathering.merge(replies(pool), isRESP3: speaksRESP3, in: circumstances)
    }

    /// The servers' complete replies; an empty one is of a server that has not answered.
    func replies(_ pool: BlockPool) -> [[UInt8]] {
        (0..<fragments.count).map { fragments[$0].reply.isEmpty ? [] : whole($0, pool) }
    }

    func append(_ bytes: [UInt8], to output: inout ByteList, from pool: BlockPool) {
        unsafe bytes.withRawBytes { unsafe output.append($0, from: pool) }
    }

    /// Merged replies are longer than others: one block instead of a small one first.
    private func reserve(in output: inout ByteList, from pool: BlockPool) {
        let size = min(heldCount, ByteList.usualRoom)
        if output.roomAtEnd < size { output.addBlock(for: size, from: pool) }
    }

    /// MGET, get, gets: each key's element, or its VALUE if it has one, from wherever it stands.
    private func moveParts(to output: inout ByteList, _ pool: BlockPool) {
        // The arrays' places do not change, and so need not be looked up for each key.
        let fragmentOfKey = fragmentOfKey
        let replyLengths = replyLengths
        var fragments = fragments
        for index in 0..<fragments.count { fragments[index].nextKey = fragments[index].firstKey }
        var room = unsafe output.freeRoom
        for index in 0..<fragmentOfKey.count {
            let fragment = Int(fragmentOfKey[index])
            let key = fragments[fragment].nextKey
            fragments[fragment].nextKey = key &+ 1
            let length = Int(replyLengths[Int(key)])
            let rest = unsafe fragments[fragment].rest
            if rest.count > 0 {
                let piece = unsafe rest.piece(0, length)
                unsafe fragments[fragment].rest = unsafe rest.dropping(length)
                if unsafe room.append(piece) { continue }
                unsafe output.didFill(room)
                unsafe output.append(piece, from: pool)
            } else {
                unsafe output.didFill(room)
                movePart(length, of: fragment, to: &output, pool)
            }
            unsafe room = output.freeRoom
        }
        unsafe output.didFill(room)
    }

    /// The same for a key whose fragment's reply is a large one, or came in pieces.
    @inline(never)
    private func movePart(
        _ known: Int, of fragment: Int, to output: inout ByteList, _ pool: BlockPool
    ) {
        var length = known
        if length == 0 && merge == .elements { length = elementLength(in: fragment, pool) }
        if length > 0 { fragments[fragment].reply.move(length, to: &output, pool) }
    }

    /// The length of an element that was not noted: its fragment's reply came in pieces, or holds
    /// others than bulks.
    @inline(never)
    private func elementLength(in fragment: Int, _ pool: BlockPool) -> Int {
        let first = unsafe RedisReply.bulkLength(in: fragments[fragment].reply.firstBytes.span)
        if first > 0 { return first }
        // It is no bulk, or its header stands in two blocks.
        fragments[fragment].reply.bringTogether(RedisReply.longestHeader, pool)
        let bytes = unsafe fragments[fragment].reply.firstBytes
        let length = unsafe RedisReply.bulkLength(in: bytes.span)
        if length > 0 { return length }
        fragments[fragment].reply.bringTogether(.max, pool)
        // `error(in:)` and the scanner before it have seen as many elements as there are keys.
        return unsafe RedisReply.elementLength(
            at: 0, in: fragments[fragment].reply.firstBytes.span) ?? 0
    }

    // MARK: - Checking

    /// Where the elements of a fragment's whole reply begin; 0 if it is not as many as were asked
    /// for.
    func startOfElements(in reply: RawBytes, _ fragment: Int) -> Int {
        guard let header = unsafe RedisReply.arrayHeader(in: reply.span),
            header.count == fragments[fragment].keyCount
        else { return 0 }
        return header.headerLength
    }

    /// The error that a fragment's complete reply is, if it is no data. Of data, what stands before
    /// the first element is taken away.
    func error(in fragment: Int, isRedis: Bool, _ pool: BlockPool) -> [UInt8]? {
        let bytes = unsafe fragments[fragment].reply.firstBytes
        guard isRedis else {
            return unsafe MemcachedReply.isRetrieved(in: bytes.span) ? nil : whole(fragment, pool)
        }
        if unsafe RedisReply.isError(in: bytes.span) { return whole(fragment, pool) }
        guard let header = unsafe RedisReply.arrayHeader(in: bytes.span),
            header.count == fragments[fragment].keyCount
        else { return RedisReply.error("ERR a server sent an array of another length") }
        fragments[fragment].reply.consume(header.headerLength, to: pool)
        return nil
    }

    /// A fragment's complete reply.
    func whole(_ fragment: Int, _ pool: BlockPool) -> [UInt8] {
        fragments[fragment].reply.bringTogether(.max, pool)
        return unsafe Array(fragments[fragment].reply.firstBytes)
    }
}
