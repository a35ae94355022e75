/// Where a request spent its time.
///
///     turn in which it        sent to the     turn in which its        sent to
///     was complete             server          reply was complete      the client
///       │───────── proxy ─────────│──────── server ────────│── proxy ────│
///       │──────────────────────────── total ─────────────────────────────│
///
/// A turn's time is that at which the kernel reported its events: what waited in the kernel until
/// then is not seen, as to the client, or counts as the server's. A reply that waits for those of
/// the client's earlier requests is in the proxy.
public enum LatencyPart: Int, CaseIterable, Sendable {
    /// From one of the proxy's sends to the complete reply; of a split request, the longest of its
    /// parts.
    case server
    /// All of the total that is not the server's.
    case proxy
    /// From the complete request to the reply's first send.
    case total

    /// How the statistics name it.
    public var name: String {
        switch self {
        case .server: "server"
        case .proxy: "proxy"
        case .total: "total"
        }
    }
}
