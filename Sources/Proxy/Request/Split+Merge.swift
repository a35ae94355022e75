internal import Wire

/// One reply from the fragments' replies.
extension Split {
    /// Appends the request's reply.
    func appendMerged(to output: inout ByteList, for pool: Pool) {
        let blocks = pool.worker.blocks
        if let failure { return append(failure, to: &output, from: blocks) }
        switch merge {
        case .elements:
            unsafe output.append(pool.worker.line("*", fragmentOfKey.count), from: blocks)
            appendElements(to: &output, from: blocks)
        case .gathering: append(gathered(), to: &output, from: blocks)
        case .values: appendValues(to: &output, from: blocks)
        case .sum: append(RedisReply.integer(total), to: &output, from: blocks)
        case .acknowledgement:
            append(pool.isRedis ? RedisReply.ok : MemcachedReply.ok, to: &output, from: blocks)
        }
    }

    /// What all servers say, as one reply.
    private func gathered() -> [UInt8] {
        let replies = fragments.map { unsafe Array($0.reply.firstBytes) }
        return gathering.merge(replies, isRESP3: speaksRESP3)
    }

    private func append(_ bytes: [UInt8], to output: inout ByteList, from pool: BlockPool) {
        unsafe bytes.withUnsafeBytes { unsafe output.append($0, from: pool) }
    }

    /// MGET: each key's element, from wherever its fragment's array stands.
    private func appendElements(to output: inout ByteList, from pool: BlockPool) {
        for number in fragmentOfKey {
            let fragment = fragments[Int(number)]
            let bytes = unsafe fragment.reply.firstBytes
            // `hasWholeArray` has seen the element.
            let length = unsafe RedisReply.elementLength(at: fragment.cursor, in: bytes.span) ?? 0
            unsafe output.append(bytes.piece(fragment.cursor, length), from: pool)
            advance(Int(number), by: length)
        }
    }

    /// get, gets: each key's VALUE, where `findValues` has found one for it.
    private func appendValues(to output: inout ByteList, from pool: BlockPool) {
        for (key, number) in zip(keyRanges, fragmentOfKey) where key.valueLength > 0 {
            let bytes = unsafe fragments[Int(number)].reply.firstBytes
            unsafe output.append(bytes.piece(key.valueOffset, key.valueLength), from: pool)
        }
        append(MemcachedReply.end, to: &output, from: pool)
    }

    // MARK: - Checking

    /// The error that a fragment's complete reply is, if it is no data.
    func error(in fragment: Int, isRedis: Bool) -> [UInt8]? {
        let bytes = unsafe fragments[fragment].reply.firstBytes
        guard isRedis else {
            let isData =
                unsafe bytes.starts(with: "VALUE ".utf8) || bytes.starts(with: "END\r\n".utf8)
            return unsafe isData ? nil : Array(bytes)
        }
        if unsafe RedisReply.isError(in: bytes.span) { return unsafe Array(bytes) }
        guard let header = unsafe RedisReply.arrayHeader(in: bytes.span),
            header.count == Int(fragments[fragment].keyCount)
        else { return RedisReply.error("ERR a server sent an array of another length") }
        advance(fragment, by: header.headerLength)
        return nil
    }

    /// Finds the VALUE of each key in a memcached fragment's complete reply.
    ///
    /// - Returns: false if there is one for a key that was not asked for, or out of order.
    func findValues(of fragment: Int) -> Bool {
        let bytes = unsafe fragments[fragment].reply.firstBytes
        let asked = unsafe keys.firstBytes
        var cursor = 0
        var key = Int(fragments[fragment].firstKey)
        while let value = unsafe MemcachedReply.value(at: cursor, in: bytes.span) {
            let name = unsafe bytes.piece(value.keyOffset, value.keyLength)
            var isAsked = false
            while !isAsked {
                guard key >= 0 else { return false }
                let range = keyRanges[key]
                isAsked = unsafe name.isSame(
                    as: asked.piece(Int(range.offset), Int(range.length)))
                if isAsked { find(key, at: cursor, length: value.length) }
                key = Int(nextKey[key])
            }
            cursor += value.length
        }
        return true
    }
}
