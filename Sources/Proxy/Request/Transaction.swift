internal import Wire

/// What a client has said since MULTI.
///
/// It is kept here until EXEC, and then sent to its server as one piece, MULTI and EXEC around it:
/// a transaction needs no server connection of its own, none is ever left half-said, and it may be
/// sent again as a whole if the server ran nothing of it.
final class Transaction {
    /// Those that a server runs.
    private(set) var commands = ByteList()
    private(set) var count = 0
    /// Those that the proxy answers, once the server has run the others.
    private(set) var locals: [LocalCommand] = []
    private var localBytes = 0
    /// The shard that holds every key so far; nil while there is no key.
    private(set) var shard: Int?
    private(set) var onlyReads = true
    /// A command was refused: EXEC will run nothing.
    var isBroken = false

    /// Whether one more command of so many bytes is within the bounds.
    func hasRoom(for bytes: Int) -> Bool {
        count + locals.count < Limits.transactionCommands
            && commands.count + bytes <= Limits.transactionBytes
    }

    /// Whether a command for this shard, or without a key, may join.
    func accepts(_ shard: Int?) -> Bool {
        shard == nil || self.shard == nil || shard == self.shard
    }

    func append(_ frame: RawBytes, shard: Int?, isRead: Bool, from pool: BlockPool) {
        unsafe commands.append(frame, from: pool)
        count += 1
        self.shard = self.shard ?? shard
        onlyReads = onlyReads && isRead
    }

    /// Takes a command that no server sees.
    ///
    /// - Returns: false if there are too many of them.
    func keep(_ command: RedisCommand.LocalCommand, _ frame: RawBytes) -> Bool {
        guard locals.count < Limits.localCommands,
            localBytes + frame.count <= Limits.localCommandBytes
        else { return false }
        let place = count + locals.count
        locals.append(LocalCommand(command: command, place: place, frame: unsafe Array(frame)))
        localBytes += frame.count
        return true
    }

    /// Moves the commands to the end of a connection's log.
    func move(to log: inout RequestLog, _ pool: BlockPool) { log.adopt(&commands, to: pool) }

    /// Gives everything back.
    func release(to pool: BlockPool) { commands.removeAll(to: pool) }
}

/// A command of a transaction that the proxy answers.
struct LocalCommand {
    let command: RedisCommand.LocalCommand
    /// Where its reply stands in that of EXEC.
    let place: Int
    /// The request.
    let frame: [UInt8]
}
