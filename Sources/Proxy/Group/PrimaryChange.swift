internal import Reactor

/// One decision that another node is primary, for the event log.
struct PrimaryChange: Sendable, Equatable {
    /// Nil: there was none before.
    let from: SocketAddress?
    let to: SocketAddress
    /// The number of the decision.
    let epoch: Int
    /// Whether the one before was primary, rather than only what the name stood for at the start.
    let isPromotion: Bool
    /// The first sign that something had happened, in the words of whoever saw it.
    let sign: String
    /// Why this node.
    let reason: String
    /// When the first sign was seen, and when the decision fell (microseconds on the monotonic
    /// clock).
    let signAt: Int64
    let decidedAt: Int64
}
