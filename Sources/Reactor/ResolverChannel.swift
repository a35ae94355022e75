import CAres
import Glibc

/// One question on its way through c-ares.
final class ResolverQuestion {
    let port: UInt16
    let completion: (Resolver.Answer) -> Void
    private let finish: (ResolverQuestion, Resolver.Answer) -> Void

    /// `finish` is called from inside c-ares, so it must only take the answer down.
    init(
        port: UInt16, completion: @escaping (Resolver.Answer) -> Void,
        finish: @escaping (ResolverQuestion, Resolver.Answer) -> Void
    ) {
        self.port = port
        self.completion = completion
        self.finish = finish
    }

    fileprivate func finish(status: Int32, _ info: UnsafeMutablePointer<ares_addrinfo>?) {
        defer { unsafe ares_freeaddrinfo(info) }
        guard status == ARES_SUCCESS, let info = unsafe info else {
            finish(self, .failure(ResolverError(code: status)))
            return
        }
        if let name = unsafe ResolvedName(info.pointee, port: port) {
            finish(self, .success(name))
        } else {
            finish(self, .failure(ResolverError(code: ARES_ENODATA)))
        }
    }
}

/// A c-ares channel: the raw calls, and nothing else.
@safe
final class ResolverChannel {
    /// What c-ares's socket callback is given; not the channel, because that is in its `deinit` at
    /// the last calls.
    private final class SocketWatch {
        var body: ((Int32, Readiness) -> Void)?
    }

    private let raw: ares_channel
    private let sockets: SocketWatch

    /// Called, from inside c-ares, with a socket and what to watch it for; `[]` before it is
    /// closed.
    var watch: ((Int32, Readiness) -> Void)? {
        get { sockets.body }
        set { sockets.body = newValue }
    }

    init(timeoutMilliseconds: Int32, tries: Int32) throws(ResolverError) {
        sockets = SocketWatch()
        var options = unsafe ares_options()
        unsafe options.timeout = timeoutMilliseconds
        unsafe options.tries = tries
        unsafe options.sock_state_cb_data = Unmanaged.passUnretained(sockets).toOpaque()
        unsafe options.sock_state_cb = { sockets, descriptor, readable, writable in
            guard let sockets = unsafe sockets else { return }
            var interest: Readiness = []
            if readable != 0 { interest.insert(.readable) }
            if writable != 0 { interest.insert(.writable) }
            unsafe Unmanaged<SocketWatch>.fromOpaque(sockets).takeUnretainedValue()
                .body?(descriptor, interest)
        }
        let mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB
        var made: ares_channel?
        // ares_library_init is for Windows; elsewhere a channel needs no preparation.
        let status = unsafe ares_init_options(&made, &options, mask)
        guard status == ARES_SUCCESS, let raw = unsafe made else {
            throw ResolverError(code: status)
        }
        unsafe self.raw = raw
    }

    deinit { unsafe ares_destroy(raw) }

    func use(servers: [String]) throws(ResolverError) {
        let status = unsafe ares_set_servers_ports_csv(raw, servers.joined(separator: ","))
        guard status == ARES_SUCCESS else { throw ResolverError(code: status) }
    }

    /// Asks for the addresses of `name`; the answer may come before this returns.
    func ask(_ name: String, _ question: ResolverQuestion) {
        var hints = ares_addrinfo_hints()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // Sorting by reachability would open a socket per address, and lose the server's order.
        hints.ai_flags = ARES_AI_NOSORT
        let argument = unsafe Unmanaged.passRetained(question).toOpaque()
        unsafe ares_getaddrinfo(
            raw, name, nil, &hints,
            { argument, status, _, info in
                guard let argument = unsafe argument else { return }
                unsafe Unmanaged<ResolverQuestion>.fromOpaque(argument).takeRetainedValue()
                    .finish(status: status, info)
            }, argument)
    }

    /// Handles a ready socket and all timeouts that have passed.
    func process(readable: Int32?, writable: Int32?) {
        unsafe ares_process_fd(raw, readable ?? ARES_SOCKET_BAD, writable ?? ARES_SOCKET_BAD)
    }

    /// By when `process` must be called; nil if no question is open.
    var millisecondsToWait: Int? {
        var wait = timeval()
        guard unsafe ares_timeout(raw, nil, &wait) != nil else { return nil }
        // Rounded up: too early would be a turn for nothing.
        return Int(wait.tv_sec) * 1000 + Int(wait.tv_usec) / 1000 + 1
    }
}

extension ResolvedName {
    /// What c-ares found; nil if there is no address in it.
    fileprivate init?(_ info: ares_addrinfo, port: UInt16) {
        var addresses: [SocketAddress] = []
        var ttl = Int32.max
        var node = unsafe info.nodes
        while let found = unsafe node?.pointee {
            if let address = unsafe found.ai_addr,
                let address = unsafe SocketAddress(address, length: Int(found.ai_addrlen))
            {
                addresses.append(address.with(port: port))
                unsafe ttl = min(ttl, found.ai_ttl)
            }
            unsafe node = found.ai_next
        }
        var alias = unsafe info.cnames
        while let found = unsafe alias?.pointee {
            unsafe ttl = min(ttl, found.ttl)
            unsafe alias = found.next
        }
        guard !addresses.isEmpty else { return nil }
        // The two questions race, so the families come in any order.
        let four = addresses.filter { $0.family == AF_INET }
        let six = addresses.filter { $0.family == AF_INET6 }
        self.init(addresses: four + six, ttlSeconds: max(0, Int(ttl)))
    }
}
