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
        unsafe askAll(RawBytes(group.request), .stats, .statistics(group), for: binary)
    }

    /// Asks all servers the same.
    func askAll(
        _ line: RawBytes, _ command: MemcachedCommand, _ merge: Split.Merge,
        for binary: MemcachedBinaryRequest? = nil
    ) {
        let number = worker.splits.take()
        let split = worker.splits[number]
        split.begin(
            merge, command: command, fragments: pool.servers.count, from: worker.blocks)
        if let binary { split.answer(binary) }
        let sequence = admit(split: number)
        unsafe send(split, sequence, line, toAll: pool.servers, .again)
    }
}
