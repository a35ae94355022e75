internal import Configuration
internal import Reactor
internal import Wire

/// A server's connections that belong to one client each, while it needs what cannot be shared: a
/// wait that may last for ever, or keys that are watched.
///
/// One that is given back stays for a while, ready for the next client: nothing of what the last
/// one said is in force any more, and one of which that is not certain is closed.
@safe final class PrivateConnections {
    /// How many clients have one, on all workers.
    private let lent: SharedCount
    /// `private_connections`: how many may.
    let most: Int
    private var all: [ServerConnection] = []
    /// Those that nobody has, the last one given back at the end.
    private var idle: [Idle] = []
    private var sweeping: Timer?

    private struct Idle {
        let connection: ServerConnection
        /// In the loop's milliseconds.
        let since: Int64
    }

    /// Those to the server of that index, or to a replica of it.
    init(to server: Int, of pool: Pool) {
        lent = pool.counts.lent[server]
        most = pool.configuration.privateConnections
    }

    /// Whether no further client may have one.
    var isFull: Bool { lent.value >= most }

    func add(_ connection: ServerConnection) { all.append(connection) }

    func remove(_ connection: ServerConnection) {
        takeBack(connection)
        all.removeAll { $0 === connection }
        idle.removeAll { $0.connection === connection }
    }

    /// The one given back last, which the server is least likely to have forgotten.
    func takeIdle(speaksRESP3: Bool) -> ServerConnection? {
        newestIdle(speaksRESP3).map { idle.remove(at: $0).connection }
    }

    /// Whether the next client needs no new connection.
    func hasIdle(speaksRESP3: Bool) -> Bool { newestIdle(speaksRESP3) != nil }

    private func newestIdle(_ speaksRESP3: Bool) -> Int? {
        idle.lastIndex { $0.connection.speaksRESP3 == speaksRESP3 && !$0.connection.isHolding }
    }

    /// From now on it is this client's.
    func lend(_ connection: ServerConnection, to client: Handle) {
        connection.owner = client
        connection.isLent = true
        lent.add(1)
    }

    private func takeBack(_ connection: ServerConnection) {
        guard connection.isLent else { return }
        connection.isLent = false
        lent.add(-1)
    }

    /// Its client needs it no more, and nothing of what it said is still in force.
    func giveBack(_ connection: ServerConnection) {
        takeBack(connection)
        connection.disown()
        guard connection.phase != .closed else { return }
        guard connection.isReusable, idle.count < Limits.idlePrivateConnections else {
            return connection.close(because: .retired)
        }
        let loop = connection.worker.loop
        idle.append(Idle(connection: connection, since: loop.now))
        guard sweeping?.isActive != true else { return }
        let timer = sweeping ?? Timer(loop) { [unowned self] in self.sweep(at: loop.now) }
        sweeping = timer
        timer.start(everyMilliseconds: Limits.idlePrivateMilliseconds)
    }

    private func sweep(at now: Int64) {
        let old = idle.prefix { now - $0.since >= Int64(Limits.idlePrivateMilliseconds) }
        for entry in old { entry.connection.close(because: .retired) }
        if idle.isEmpty { sweeping?.stop() }
    }

    /// The server's routing is a new one.
    func supersede(keepsAddress: Bool) {
        for connection in all { connection.supersede(keepsAddress: keepsAddress) }
    }

    func closeAll() {
        for connection in all { connection.close(because: .retired) }
        sweeping?.cancel()
    }
}

extension Server {
    /// A connection for one client alone. Nil: there is none now, and `unavailable` says why.
    func privateConnection(for client: Client) -> ServerConnection? {
        let idle = privates.takeIdle(speaksRESP3: client.speaksRESP3)
        let connection = idle ?? open(nil, speaksRESP3: client.speaksRESP3)
        guard let connection else { return nil }
        privates.lend(connection, to: client.handle)
        if idle == nil { connection.askForNumber() }
        return connection
    }

    /// The error for a request that needs a connection of its own where all are lent.
    var tooManyPrivate: String {
        "server \(endpoint): too many clients block or watch there, private_connections is "
            + "\(privates.most)"
    }

    /// Who takes over what a client's own connection could not do. Not for one that watches keys:
    /// what was watched is lost with it.
    func successor(ofPrivate connection: ServerConnection) -> ServerConnection? {
        guard !connection.isWatching, let found = unsafe pool.worker.clients.find(connection.owner)
        else { return nil }
        let client = unsafe found.takeUnretainedValue()
        guard let successor = privateConnection(for: client) else { return nil }
        successor.isPatient = connection.isPatient
        successor.unblocksAsError = connection.unblocksAsError
        client.session?.replace(connection, with: successor)
        return successor
    }
}

extension ServerConnection {
    /// Asks the server for its number of this connection, by which CLIENT UNBLOCK names it.
    fileprivate func askForNumber() {
        let command = RedisReply.command(["CLIENT", "ID"])
        unsafe command.withRawBytes { unsafe log.append($0, from: worker.blocks) }
        enqueue(
            Ticket(
                sequence: Ticket.identity, length: command.count, deadline: 0, purpose: .discard))
    }

    /// Whether the server has still to say it.
    var awaitsNumber: Bool {
        (0..<tickets.count).contains {
            tickets[$0].purpose == .discard && tickets[$0].sequence == Ticket.identity
        }
    }

    /// The server has said it, or that it has none.
    func learnNumber(from reply: RawBytes) {
        numberAtServer = unsafe RedisReply.integer(in: reply.span)
        guard let isError = unblocksAsError else { return }
        unblocksAsError = nil
        guard numberAtServer != nil, let client = unsafe worker.clients.find(owner) else { return }
        _ = unsafe client.takeUnretainedValue().unblock(isError: isError)
    }

    /// Nobody's any more.
    fileprivate func disown() {
        owner = .nobody
        unblocksAsError = nil
        isPatient = false
        isWatching = false
    }

    /// Whether its next request could be anybody's: nothing but answers that nobody waits for is
    /// still to come.
    fileprivate var isReusable: Bool {
        phase == .ready && !isHolding && expired == 0 && !isInDoubt
            && (0..<tickets.count).allSatisfy { tickets[$0].purpose == .discard }
    }
}
