internal import Configuration
internal import Glibc
internal import Reactor
internal import Wire

/// INFO: what all servers say, as one server would, and a section of the proxy's own.
extension Client {
    /// The words behind INFO are the sections that are asked for.
    func askForInformation(_ request: RedisRequest, _ frame: RawBytes) {
        let wanted = unsafe words(of: request, frame).map {
            String(decoding: $0, as: UTF8.self).lowercased()
        }
        let isWhole = wanted.isEmpty || wanted.contains { Self.wholes.contains($0) }
        let isOwn = wanted.contains(Self.ownSection)
        if isOwn && wanted.allSatisfy({ $0 == Self.ownSection }) {
            var page = RedisInfo()
            page.add(pool.information(answering: pool.servers.map(\.index)))
            return answer(RedisReply.text(Array(page.text.utf8), inRESP3: speaksRESP3))
        }
        unsafe ask(pool.servers, frame, .information(isWhole || isOwn), .reads)
    }

    /// Names that ask for all sections there are.
    private static let wholes: Set<String> = ["default", "all", "everything"]
    private static let ownSection = "martlet"
}

/// The one page of what servers have said: there is a fragment for each, in their order.
extension Split {
    /// - Parameter hasOwn: whether the proxy's section belongs to it.
    func information(hasOwn: Bool, of pool: Pool) -> [UInt8] {
        var pages: [RedisInfo] = []
        var answering: [Int] = []
        for (fragment, reply) in replies(pool.worker.blocks).enumerated() {
            guard let page = RedisInfo(reply: reply) else { continue }
            pages.append(page)
            answering.append(fragment)
        }
        guard let first = pages.first else {
            return failure ?? replies(pool.worker.blocks)[0]
        }
        var page = pool.servers.count == 1 ? first : RedisInfo(merging: pages)
        // As many as CLIENT LIST has; the servers' are the proxies' connections.
        page.replace("connected_clients", with: "\(pool.counts.clients.value)")
        if hasOwn { page.add(pool.information(answering: answering)) }
        return RedisReply.text(Array(page.text.utf8), inRESP3: speaksRESP3)
    }
}

extension RedisInfo {
    fileprivate mutating func add(_ fields: [(name: String, value: String)]) {
        add("Martlet", fields)
    }
}

extension Pool {
    /// The proxy's own section. Clients read INFO as one table, so that its names must not be those
    /// of a server's fields.
    fileprivate func information(answering: [Int]) -> [(name: String, value: String)] {
        let missing = configuration.servers.indices.filter { !answering.contains($0) }
        let names = missing.map { configuration.servers[$0].name }
        return [
            ("martlet_version", Version.number), ("martlet_pool", configuration.name),
            ("martlet_process_id", "\(getpid())"), ("martlet_tcp_port", "\(port)"),
            ("martlet_uptime_in_seconds", "\(worker.commons.uptimeMicroseconds / 1_000_000)"),
            ("martlet_workers", "\(worker.count)"), ("martlet_servers", "\(servers.count)"),
            ("martlet_live_servers", "\(servers.filter(\.isLive).count)"),
            ("martlet_answering_servers", "\(answering.count)"),
            ("martlet_missing_servers", names.joined(separator: ",")),
            ("martlet_clients", "\(counts.clients.value)"),
            ("martlet_blocked_clients", "\(counts.blocked.value)"),
            ("martlet_private_connections", "\(counts.lent.reduce(0) { $0 + $1.value })"),
            ("martlet_memory", "\(worker.commons.memory.value)"),
            ("martlet_max_memory", "\(worker.commons.memory.limit)"),
        ] + figures
    }

    /// Of all workers: these need no lock to be read.
    private var figures: [(name: String, value: String)] {
        let tables = worker.commons.counters.flatMap { $0.pools[index].servers }
        let metrics: [ServerMetric] = [.requests, .requestBytes, .responses, .responseBytes]
        let counted = metrics.map { metric in
            let sum = tables.reduce(0) { $0 + $1.value(metric.index) }
            return (name: "martlet_\(metric.rawValue)", value: "\(sum)")
        }
        var usage = rusage()
        _ = unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
        return counted + [
            ("martlet_used_cpu_sys", Self.seconds(usage.ru_stime)),
            ("martlet_used_cpu_user", Self.seconds(usage.ru_utime)),
        ]
    }

    private static func seconds(_ time: timeval) -> String {
        let digits = "\(time.tv_usec)"
        return "\(time.tv_sec)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
