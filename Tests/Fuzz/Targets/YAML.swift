import Configuration

/// Whole configuration files: what is taken keeps its promises, what is refused says so in one line
/// each, and a comment above the file changes nothing but the lines' numbers.
func exercise(_ input: [UInt8]) {
    let outcome = read(input)
    // A byte order mark would no longer be the first; and reading twice is for one of four.
    guard let first = input.first, first < 0x80, input.reduce(0, &+) & 3 == 0 else { return }
    let below = read(Array("# A comment.\n".utf8) + input)
    switch (outcome, below) {
    case (.success(let one), .success(let other)):
        check(one == other, "a comment changes what the file means")
    case (.failure(let one), .failure(let other)):
        check(one.problems.count == other.problems.count, "a comment changes what is wrong")
        for (one, other) in zip(one.problems, other.problems) {
            check(one.key == other.key, "a comment changes where it is wrong")
            check(one.line.map { $0 + 1 } == other.line, "\(one) and \(other) on another line")
        }
    case (.success, .failure), (.failure, .success):
        fatalError("a comment decides whether the file is right")
    }
}

private func read(_ text: [UInt8]) -> Result<Configuration, ConfigurationFailure> {
    do throws(ConfigurationFailure) {
        let configuration = try Configuration.parse(text, file: "fuzz.yml")
        checkPromises(configuration)
        return .success(configuration)
    } catch {
        // Lines end in LF, CR or characters of Unicode's own; bytes are their upper bound.
        checkComplaint(error, lineCount: text.count + 1)
        return .failure(error)
    }
}

private func checkPromises(_ configuration: Configuration) {
    check(configuration.workers.map { 1...256 ~= $0 } ?? true, "a wrong number of workers")
    check(!configuration.pools.isEmpty, "no pool")
    let names = configuration.names
    check(100...names.maxTTLMilliseconds ~= names.minTTLMilliseconds, "dns_min_ttl")
    let pools = configuration.pools
    check(Set(pools.map { Array($0.name.utf8) }).count == pools.count, "two pools of one name")
    check(isSorted(pools.map(\.name)), "pools out of order")
    check(Set(pools.map { Array($0.listenText.utf8) }).count == pools.count, "two on one address")
    for pool in pools { checkPromises(pool) }
}

private func checkPromises(_ pool: PoolConfiguration) {
    let servers = pool.servers
    check(!pool.name.isEmpty, "a pool without name")
    check(1...1024 ~= servers.count, "\(servers.count) servers")
    check(Set(servers.map { Array($0.name.utf8) }).count == servers.count, "two of one name")
    check(isSorted(servers.map(\.name)), "servers out of order")
    check(servers.allSatisfy { 1...1_000_000 ~= $0.weight }, "a wrong weight")
    check(0...servers.count ~= pool.minServers, "min_servers")
    check(pool.timeoutMilliseconds.map { $0 > 0 } ?? true, "a timeout of 0")
    check(1...65535 ~= pool.serverConnections, "server_connections")
    check(pool.serverFailureLimit >= 1, "server_failure_limit")
    for credentials in [pool.clientCredentials, pool.serverCredentials].compactMap(\.self) {
        check(pool.cacheProtocol == .redis, "auth for memcached")
        check(1...2 ~= credentials.passwords.count, "\(credentials.passwords.count) passwords")
        check(!credentials.passwords.contains(""), "an empty password")
    }
    for endpoint in pool.readers + pool.nodes {
        let server = servers.first { $0.name.utf8.elementsEqual(endpoint.server.utf8) }
        check(server.map(pool.follows) ?? false, "an endpoint of nobody")
        check(!endpoint.host.isEmpty && endpoint.port > 0, "an endpoint nowhere")
    }
    check(
        pool.topology != .replicationGroup || !pool.autoEjectHosts,
        "a primary that leaves the ring")
    check(pool.backlog >= 0, "backlog")
    check(pool.clientConnections >= 0, "client_connections")
    check(pool.redisDatabase >= 0, "redis_db")
}

/// twemproxy's order: shorter names first, then by their bytes.
private func isSorted(_ names: [String]) -> Bool {
    zip(names, names.dropFirst()).allSatisfy { one, other in
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        return one.count < other.count
            || one.count == other.count && one.lexicographicallyPrecedes(other)
    }
}
