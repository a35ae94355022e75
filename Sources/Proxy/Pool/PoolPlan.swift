internal import Configuration

/// What a worker needs to make its side of a pool.
struct PoolPlan: Sendable {
    let configuration: PoolConfiguration
    let routing: PoolRouting
    let counts: PoolCounts
    /// Every worker's figures of the pool, for `stats proxy`.
    var counters: [PoolCounters] = []
}
