/// The bounds of the admin port.
public struct AdminLimits: Sendable {
    /// Connections at once; beyond it the one that has waited longest is closed. Monitoring needs a
    /// handful, and a flood must not use up the descriptors that clients need.
    public var connections = 256

    /// The longest head of an HTTP request, in bytes; what is longer is refused with 431. As in
    /// other servers.
    public var headBytes = 8192

    /// So long a client may be silent before it gets twemproxy's reply. A browser or scraper sends
    /// its request with or right behind the connection's last handshake; a script written for
    /// twemproxy sends nothing at all.
    public var silenceMilliseconds = 50

    /// So long a client may take for its whole request, and again to take its reply.
    public var deadlineMilliseconds = 5000

    /// What may follow a request before the connection is cut, in bytes, so that a body does not
    /// run on for ever.
    public var drainBytes = 1 << 20

    /// The bounds as described.
    public init() {}
}
