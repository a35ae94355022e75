public import Proxy

/// Whoever can sum up the proxy's figures; asked on the control thread only.
public protocol StatsSource: AnyObject {
    /// Every figure as it is now.
    func snapshot() -> StatsSnapshot
    /// How long every pool's requests took, as of now.
    func latency() -> [PoolLatency]
}
