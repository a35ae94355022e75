internal import Wire

/// A large request that is sent on while it arrives.
///
///     client's socket ─▶ scratch or pipe ─▶ server's socket
///                                └─ pending: what the server's socket did not take ─▶┘
///
/// It has a detached connection to itself (`Server+Detached`), so nobody waits behind it, and
/// whatever becomes of client or server in the middle costs nobody else anything. While anything is
/// pending the client is not read from, so at most one read or portion waits here. The client's
/// next requests are parsed when the reply has come: they must not overtake this one.
///
/// The client and the connection own it together; either lets go when its part is over.
@safe final class Upload {
    let client: Handle
    /// The request's number on its client's connection; nil if the client wants no reply.
    let sequence: UInt32?
    /// What the client has still to send.
    var rest: RequestRest
    /// Where it goes; nil if there is no use any more, and the rest of the request is dropped.
    var connection: ServerConnection?
    var pending = ByteList()
    /// What was left of the value when a portion of it had gone on within the kernel.
    var leftOfRelayed = 0
    /// Whether the client has sent all of it.
    var isWhole = false
    /// When the client last sent of it, in the loop's milliseconds.
    var lastReceived: Int64
    /// When the server last took of it, in the loop's milliseconds.
    var lastSent: Int64

    init(
        of client: Handle, _ sequence: UInt32?, _ rest: RequestRest,
        over connection: ServerConnection?, at now: Int64
    ) {
        self.client = client
        self.sequence = sequence
        self.rest = rest
        self.connection = connection
        lastReceived = now
        lastSent = now
    }

    /// Whether the server has got all of it.
    var isSent: Bool { isWhole && pending.isEmpty }
}
