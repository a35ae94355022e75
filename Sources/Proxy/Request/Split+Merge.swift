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
        case .values: appendValues(to: &output, from: blocks)
        case .sum: append(RedisReply.integer(total), to: &output, from: blocks)
        case .acknowledgement:
            append(pool.isRedis ? RedisReply.ok : MemcachedReply.ok, to: &output, from: blocks)
        }
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

    /// get, gets: each key's VALUE, where its fragment has one for it.
    private func appendValues(to output: inout ByteList, from pool: BlockPool) {
        let asked = unsafe keys.firstBytes
        for (key, number) in zip(keyRanges, fragmentOfKey) {
            let fragment = fragments[Int(number)]
            let bytes = unsafe fragment.reply.firstBytes
            guard let value = unsafe MemcachedReply.value(at: fragment.cursor, in: bytes.span)
            else {
                continue
            }
            let name = unsafe bytes.piece(value.keyOffset, value.keyLength)
            let wanted = unsafe asked.piece(Int(key.offset), Int(key.length))
            guard unsafe name.elementsEqual(wanted) else { continue }
            unsafe output.append(bytes.piece(fragment.cursor, value.length), from: pool)
            advance(Int(number), by: value.length)
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

    /// Whether a memcached fragment's VALUEs are for the fragment's keys, in their order.
    func hasOnlyAskedValues(_ fragment: Int) -> Bool {
        let bytes = unsafe fragments[fragment].reply.firstBytes
        let asked = unsafe keys.firstBytes
        var cursor = 0
        var key = 0
        while let value = unsafe MemcachedReply.value(at: cursor, in: bytes.span) {
            let name = unsafe bytes.piece(value.keyOffset, value.keyLength)
            while true {
                guard key < keyRanges.count else { return false }
                let isOurs = Int(fragmentOfKey[key]) == fragment
                let range = keyRanges[key]
                key += 1
                if unsafe isOurs
                    && name.elementsEqual(asked.piece(Int(range.offset), Int(range.length)))
                {
                    break
                }
            }
            cursor += value.length
        }
        return true
    }
}
