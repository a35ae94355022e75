/// What a name stands for.
public struct ResolvedName: Equatable, Sendable {
    /// The IPv4 addresses and then the IPv6 ones, each in the order of the answer, at least one.
    public let addresses: [SocketAddress]

    /// How long the answer holds: the smallest time to live in it. A literal address gives
    /// `defaultTTLSeconds`; /etc/hosts, which may change at any time, gives 0.
    public let ttlSeconds: Int

    /// For addresses that need no answer.
    public static let defaultTTLSeconds = 60

    /// An answer.
    public init(addresses: [SocketAddress], ttlSeconds: Int = defaultTTLSeconds) {
        self.addresses = addresses
        self.ttlSeconds = ttlSeconds
    }
}

/// Turns host names into addresses without ever blocking: c-ares on one `EventLoop`.
///
/// c-ares says which sockets it wants watched, and by when it wants to be called at the latest; the
/// answers it finds are kept until it has returned, so a completion may do anything, even let go of
/// the resolver.
public final class Resolver {
    /// What the completions get.
    public typealias Answer = Result<ResolvedName, ResolverError>

    /// How many times every server is asked.
    private static let tries: Int32 = 3

    private let loop: EventLoop
    private let channel: ResolverChannel
    private var watchers: [Int32: IOWatcher] = [:]
    private var timer: Timer?

    /// Answers that c-ares has given and nobody has heard yet.
    private var finished: [(question: ResolverQuestion, answer: Answer)] = []

    /// Makes a resolver.
    ///
    /// - Parameters:
    ///   - servers: Name servers, "127.0.0.53", "10.0.0.2:5353" or "[::1]:53"; nil takes the
    ///     system's
    ///     (/etc/resolv.conf, read once).
    ///   - timeoutMilliseconds: How long one question to one server waits; c-ares doubles it each
    ///     time.
    public init(
        _ loop: EventLoop, servers: [String]? = nil, timeoutMilliseconds: Int32 = 2000
    ) throws(ResolverError) {
        self.loop = loop
        channel = try ResolverChannel(
            timeoutMilliseconds: timeoutMilliseconds, tries: Resolver.tries)
        if let servers { try channel.use(servers: servers) }
        channel.watch = { [unowned self] in watch($0, for: $1) }
        timer = Timer(loop) { [unowned self] in process(readable: nil, writable: nil) }
    }

    deinit {
        // c-ares ends every question now, into questions whose resolver is gone, and closes its
        // sockets.
        for watcher in watchers.values { watcher.cancel() }
        channel.watch = nil
        timer?.cancel()
    }

    /// Looks up `name` and calls `completion` once with its addresses at `port`.
    ///
    /// A numeric address, and a name from /etc/hosts, completes before this returns, others from
    /// the loop. After the resolver is released no completion is called any more.
    public func resolve(_ name: String, port: UInt16, _ completion: @escaping (Answer) -> Void) {
        if let address = SocketAddress(ip: name, port: port) {
            completion(.success(ResolvedName(addresses: [address])))
            return
        }
        let question = ResolverQuestion(port: port, completion: completion) { [weak self] in
            self?.finished.append(($0, $1))
        }
        channel.ask(name, question)
        settle()
    }

    // MARK: - Events

    private func process(readable: Int32?, writable: Int32?) {
        channel.process(readable: readable, writable: writable)
        settle()
    }

    private func settle() {
        if let wait = channel.millisecondsToWait {
            timer?.start(afterMilliseconds: wait)
        } else {
            timer?.stop()
        }
        // A completion may ask again, and so settle: what it finds here must not be what is being
        // told.
        let finished = finished
        self.finished = []
        for (question, answer) in finished { question.completion(answer) }
    }

    private func watch(_ descriptor: Int32, for interest: Readiness) {
        guard !interest.isEmpty else {
            // c-ares closes the descriptor next; its number may come back as another socket's.
            watchers.removeValue(forKey: descriptor)?.cancel()
            return
        }
        let watcher =
            watchers[descriptor]
            ?? IOWatcher(loop, descriptor: descriptor) { [unowned self] readiness in
                process(
                    readable: readiness.contains(.readable) ? descriptor : nil,
                    writable: readiness.contains(.writable) ? descriptor : nil)
            }
        watchers[descriptor] = watcher
        watcher.watch(interest)
    }
}
