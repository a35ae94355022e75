/// What a request's way to a server and back was like.
struct Visit: BitwiseCopyable {
    /// Where it is counted.
    var slot: LatencySlot
    /// From the send to the reply; 0 if it was never sent.
    var microseconds: UInt32

    /// The request was answered without a server.
    static let none = Visit(slot: .none, microseconds: 0)
}
