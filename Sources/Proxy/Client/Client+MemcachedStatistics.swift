internal import Wire

/// memcached's `stats`.
extension Client {
    /// Answers `stats` and the group behind it.
    func answerStatistics(_ name: RawBytes) {
        guard let group = unsafe MemcachedStatistics(named: name) else {
            return answer(Self.unknownStatistics)
        }
        if group == .proxy { return answer(MemcachedStatistic.reply(pool.statistics)) }
        askForStatistics(group)
    }

    /// libmemcached reads no error line of more than 80 bytes.
    private static let unknownStatistics = MemcachedReply.clientError(
        "stats [items|slabs|sizes|settings|reset|servers|proxy]"
    )

    /// Asks every server.
    func askForStatistics(
        _ group: MemcachedStatistics, for binary: MemcachedBinaryRequest? = nil
    ) {
        askAll(.stats, .statistics(group), for: binary) { fragment, split in
            let text = group.request
            let bytes = unsafe RawBytes(start: text.utf8Start, count: text.utf8CodeUnitCount)
            unsafe append(bytes, toFragment: fragment, of: split)
        }
    }

    /// Asks all servers the same.
    ///
    /// - Parameter write: puts the request into one fragment of the split.
    func askAll(
        _ command: MemcachedCommand, _ merge: Split.Merge,
        for binary: MemcachedBinaryRequest? = nil, write: (Int, Split) -> Void
    ) {
        let number = worker.splits.take()
        let split = worker.splits[number]
        split.begin(merge, command: command)
        if let binary { split.answer(binary) }
        let sequence = admit(split: number)
        for server in pool.servers {
            let fragment = split.addFragment()
            if open(fragment, of: split, at: server) != nil { write(fragment, split) }
        }
        send(split, sequence)
    }
}
