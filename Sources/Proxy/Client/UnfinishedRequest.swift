internal import Wire

/// What is known of a request of which a part has come.
///
/// Between requests a parser knows nothing, so all clients of a pool share one, and an idle client
/// does not keep 300 bytes of parsers. Who has sent a part of a request has parsers of its own
/// until the rest has come.
final class UnfinishedRequest {
    var redis: RedisRequestParser
    var memcached: MemcachedRequestParser

    /// What the pool's parsers know.
    init(_ pool: Pool) {
        redis = pool.redisRequests
        memcached = pool.memcachedRequests
    }

    /// Takes over what the pool's parsers know.
    fileprivate func copy(_ pool: Pool) {
        redis = pool.redisRequests
        memcached = pool.memcachedRequests
    }
}

extension Client {
    /// The rest of the request that was just parsed is still to come.
    @inline(never)
    func keepUnfinished() {
        guard unfinished == nil else { return }
        let own = worker.spareUnfinished.popLast() ?? UnfinishedRequest(pool)
        own.copy(pool)
        unfinished = own
        pool.forgetUnfinished()
    }

    /// The request is complete, or never will be: the next one begins.
    func dropUnfinished() {
        guard let own = unfinished else { return }
        unfinished = nil
        if worker.spareUnfinished.count < Limits.spareUnfinished {
            worker.spareUnfinished.append(own)
        }
    }
}

extension Pool {
    /// The next bytes begin a request, whoever they are of.
    fileprivate func forgetUnfinished() {
        redisRequests.forget()
        memcachedRequests = MemcachedRequestParser(limits: memcachedLimits)
    }
}
