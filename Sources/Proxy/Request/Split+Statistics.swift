internal import Configuration
internal import Wire

/// One list of figures from the servers' lists.
extension Split {
    /// The merged reply to `stats`. Servers that do not answer are left out, and counted: the
    /// figures of the others are wanted all the more when one is away.
    func statistics(_ group: MemcachedStatistics, of pool: Pool) -> [UInt8] {
        if group == .reset { return resetReply(pool.worker.blocks) }
        guard let figures = figures(group, of: pool) else { return lostReply }
        return MemcachedStatistic.reply(figures)
    }

    /// What to say if no server has answered.
    private var lostReply: [UInt8] {
        failure ?? MemcachedReply.serverError("no server has answered")
    }

    private func resetReply(_ pool: BlockPool) -> [UInt8] {
        for fragment in 0..<fragments.count {
            let reply = whole(fragment, pool)
            guard reply == MemcachedReply.reset else { return failure ?? reply }
        }
        return MemcachedReply.reset
    }

    /// The merged figures; nil if no server has answered.
    func figures(_ group: MemcachedStatistics, of pool: Pool) -> [MemcachedStatistic]? {
        let lists = (0..<fragments.count).map { fragment in
            MemcachedStatistic.list(from: whole(fragment, pool.worker.blocks))
        }
        let answered = lists.compactMap { $0 }
        guard !answered.isEmpty else { return nil }
        var figures =
            group == .servers ? Self.named(lists, of: pool) : Self.merge(answered, group)
        if group == .general || group == .servers {
            figures.append(MemcachedStatistic(name: "proxy_servers", value: "\(lists.count)"))
            figures.append(
                MemcachedStatistic(name: "proxy_servers_answering", value: "\(answered.count)"))
        }
        return figures
    }

    private static func named(
        _ lists: [[MemcachedStatistic]?], of pool: Pool
    ) -> [MemcachedStatistic] {
        zip(pool.configuration.servers, lists).flatMap { server, list in
            (list ?? []).map { figure in
                MemcachedStatistic(name: "\(server.name):\(figure.name)", value: figure.value)
            }
        }
    }

    /// In the order in which the names come up first.
    private static func merge(
        _ lists: [[MemcachedStatistic]], _ group: MemcachedStatistics
    ) -> [MemcachedStatistic] {
        var places: [String: Int] = [:]
        var merged: [(name: String, values: [String])] = []
        for figure in lists.joined() {
            if let place = places[figure.name] {
                merged[place].values.append(figure.value)
            } else {
                places[figure.name] = merged.count
                merged.append((figure.name, [figure.value]))
            }
        }
        return merged.map { name, values in
            MemcachedStatistic(
                name: name, value: MemcachedStatistic.merge(values, group.rule(for: name)))
        }
    }
}
