/// Which of a client's requests are answered: CLIENT REPLY.
enum ReplyMode: UInt8 {
    case on
    /// None, until CLIENT REPLY ON.
    case off
    /// Not this one, a CLIENT REPLY SKIP, nor the next one.
    case skipsNext
    /// Not this one.
    case skips
    /// None: what is answered goes into a transaction's reply (`Worker.collected`).
    case collects

    /// Whether the request that is being looked at gets no reply.
    var isSilent: Bool { self != .on }

    /// The mode behind that request.
    var next: ReplyMode {
        switch self {
        case .on, .skips: .on
        case .off: .off
        case .skipsNext: .skips
        case .collects: .collects
        }
    }
}
