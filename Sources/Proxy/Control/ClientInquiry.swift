/// What a worker asks all workers, itself included, for a client: workers share nothing, so that
/// each can only tell of, and act on, its own clients.
///
///     client ─▶ its worker ── ask ──▶ every worker
///                    ◀── answered ──
///     client ◀─ the reply, once all have answered
struct ClientInquiry: Sendable {
    enum Wish: Sendable {
        /// CLIENT LIST.
        case list
        /// CLIENT KILL.
        case kill
        /// CLIENT UNBLOCK; whether the client gets an error rather than a time-out.
        case unblock(isError: Bool)
    }

    let wish: Wish
    let filter: ClientFilter
    let pool: Int
    /// Who asks.
    let worker: Int
    /// The inquiry's number at that worker.
    let number: Int
}

/// One worker's part of the answer.
struct ClientAnswer: Sendable {
    /// The inquiry's number at the worker that asks.
    let number: Int
    /// A line for each client, if they were to be listed.
    var lines: [ClientLine] = []
    /// How many clients were concerned.
    var count = 0
}

/// One line of CLIENT LIST.
struct ClientLine: Sendable {
    /// The CLIENT ID, by which lines are sorted.
    let number: Int
    let text: [UInt8]
}

/// Which clients are meant. All of it must be true of a client.
struct ClientFilter: Sendable {
    /// What clients are to Redis; masters and replicas are never clients here.
    enum Kind: Sendable {
        case normal
        case pubsub
        case nobody
    }

    /// CLIENT IDs; nil: any.
    var numbers: Set<Int>?
    var kind: Kind?
    /// As CLIENT LIST writes it; nil: any.
    var address: String?
    var localAddress: String?
    /// The CLIENT ID of one that is not meant, whatever else is true of it.
    var spared: Int?
}

/// An inquiry whose answers are still to come.
struct OpenInquiry {
    /// The client that asks, and where its reply goes.
    let client: Handle
    let place: ReplyPlace
    let reply: @Sendable (ClientAnswer, Client) -> [UInt8]
    var missing: Int
    var answer: ClientAnswer
}
