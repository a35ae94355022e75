extension Resolver {
    /// The address of a host to listen on: a numeric one, `*` for all IPv4 addresses, or the first
    /// one of a name.
    ///
    /// A name is waited for in `loop`, which runs whatever else is due in it: for the start only,
    /// when there is nothing else to do.
    public static func waitForAddress(
        of host: String, port: UInt16, on loop: EventLoop
    ) throws(ResolverError) -> SocketAddress {
        if host == "*" { return .wildcard(port: port) }
        if let address = SocketAddress(ip: host, port: port) { return address }
        var answer: Answer?
        let resolver = try Resolver(loop)
        resolver.resolve(host, port: port) { answer = $0 }
        while true {
            // An answer has at least one address.
            if let answer { return try answer.get().addresses[0] }
            loop.runOnce(waiting: true)
        }
    }
}
