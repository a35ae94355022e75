/// A client's request in flight: one place in the client's ring, in the order in which its reply
/// must leave.
struct Request: BitwiseCopyable {
    enum Phase: UInt8, BitwiseCopyable {
        /// Its reply, or the rest of it, is still to come.
        case waiting
        /// The beginning of its reply has gone to the client, so it can no longer turn into an
        /// error.
        case streaming
        /// Its whole reply is in `held` or at `place`, or its fragments' replies are in the split.
        case finished
    }

    var phase = Phase.waiting
    /// Whether its reply is dropped: CLIENT REPLY.
    var isSilent = false
    /// When it was complete, on the worker's clock.
    var receivedAt: UInt32 = 0
    /// What has come of the reply while earlier requests were still waiting for theirs.
    var held = ByteList()
    /// Where its whole reply is held, if that is a small one.
    var place = HeldReplies.Place()
    /// The place of the request's `Split` in its worker's table; `noSplit` for a request that went
    /// out whole.
    var split = Self.noSplit

    /// What its way to its server was like, once it has its reply; of several, to the slowest one.
    var visit = Visit.none

    static let noSplit: Int32 = -1
}
