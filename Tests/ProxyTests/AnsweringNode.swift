import Glibc
import Reactor

@testable import Proxy

/// A Redis node on loopback that answers PING, AUTH and INFO by itself, as the test wants it to be.
final class AnsweringNode {
    /// What it is now.
    var isPrimary = true
    /// The primary that it names, if it is a replica.
    var primary: SocketAddress?
    var isLinkUp = true
    var replicas: [SocketAddress] = []
    var replicationID = AnsweringNode.id("0")
    var formerReplicationID = AnsweringNode.id("0")
    var offset = 100
    var isLoading = false
    /// The only password that it takes; nil: any, and none.
    var password: String?
    /// Whether it may be asked what it is.
    var tells = true
    /// Whether it answers at all.
    var isSilent = false
    /// A host that it names as its primary's, in place of an address.
    var primaryHost: String?

    /// Whether it leaves connections on which nobody asks what it is to the test.
    var answersWatchersOnly = false

    private(set) var server: ScriptedServer
    private var watchers: Set<ObjectIdentifier> = []
    /// Connections that are left to the test, in the order in which they first said something.
    private(set) var dataConnections: [Peer] = []
    private var passwords: [ObjectIdentifier: String] = [:]
    private let loop: EventLoop
    /// What it was asked.
    private(set) var commands: [[String]] = []
    private var tick: Timer?

    /// - Parameter server: what it listens by; nil: by one of its own.
    init(on loop: EventLoop, by server: ScriptedServer? = nil) throws {
        self.loop = loop
        self.server = try server ?? ScriptedServer(on: loop)
        tick = Timer(loop) { [unowned self] in self.answer() }
        tick?.start(everyMilliseconds: 1)
    }

    deinit { tick?.cancel() }

    var address: SocketAddress { server.address }
    var connections: Int { server.connections.count { !$0.isEnded } }

    /// Refuses connections from now on.
    func die() { server.stop() }

    /// Comes back, as a primary without replicas and with nothing of what it had.
    func restart(history: String) throws {
        server = try ScriptedServer(on: loop, at: address)
        isPrimary = true
        primary = nil
        replicas = []
        replicationID = Self.id(history)
        formerReplicationID = Self.id("0")
        offset = 0
    }

    /// Closes its connections, and takes new ones.
    func reset() {
        for connection in server.connections { connection.close() }
    }

    /// Becomes primary in the place of another, which becomes its replica.
    func takeOver(from old: AnsweringNode, history: String) {
        promote(history: history)
        replicas = [old.address]
        old.demote(to: self)
    }

    /// Becomes primary.
    func promote(history: String) {
        isPrimary = true
        primary = nil
        formerReplicationID = replicationID
        replicationID = Self.id(history)
    }

    /// Becomes a replica.
    func demote(to new: AnsweringNode) {
        isPrimary = false
        primary = new.address
        replicas = []
        replicationID = new.replicationID
        formerReplicationID = new.formerReplicationID
    }

    /// A replication id of one digit.
    static func id(_ digit: String) -> String { String(repeating: digit, count: 40) }

    // MARK: - Answers

    private func answer() {
        for peer in server.connections where !peer.received.isEmpty && isData(peer) {
            if !dataConnections.contains(where: { $0 === peer }) { dataConnections.append(peer) }
        }
        guard !isSilent else { return }
        for peer in server.connections
        where !peer.isEnded && !peer.received.isEmpty && !isData(peer) {
            while let words = Self.takeCommand(from: peer) {
                commands.append(words)
                // A peer that has hung up hears nothing; that is its own choice.
                try? peer.say(reply(to: words, of: peer))
            }
        }
    }

    /// Who watches says so in the first words.
    private func isData(_ peer: Peer) -> Bool {
        guard answersWatchersOnly, !watchers.contains(ObjectIdentifier(peer)) else { return false }
        let isData = !String(decoding: peer.received, as: UTF8.self).contains("\r\nINFO\r\n")
        if !isData { watchers.insert(ObjectIdentifier(peer)) }
        return isData
    }

    /// Commands are sent whole, and so come whole.
    private static func takeCommand(from peer: Peer) -> [String]? {
        let text = String(decoding: peer.received, as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let header = lines.first, header.first == "*", let count = Int(header.dropFirst())
        else { return nil }
        let words = (0..<count).map { String(lines[2 + 2 * $0]) }
        _ = peer.take(redis(words).utf8.count)
        return words
    }

    private func reply(to words: [String], of peer: Peer) -> String {
        if words[0] == "AUTH" {
            passwords[ObjectIdentifier(peer)] = words.last
            return words.last == password || password == nil
                ? "+OK\r\n" : "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
        }
        if password != nil, passwords[ObjectIdentifier(peer)] != password {
            return "-NOAUTH Authentication required.\r\n"
        }
        if words[0] == "PING" {
            return isLoading
                ? "-LOADING Redis is loading the dataset in memory\r\n" : "+PONG\r\n"
        }
        guard tells else {
            return "-NOPERM this user has no permissions to run the 'info' command\r\n"
        }
        return "$\(info.utf8.count)\r\n\(info)\r\n"
    }

    private var info: String {
        var lines = ["# Replication", "role:\(isPrimary ? "master" : "slave")"]
        if let primary {
            lines += [
                "master_host:\(primaryHost ?? primary.host)", "master_port:\(primary.port)",
                "master_link_status:\(isLinkUp ? "up" : "down")", "master_sync_in_progress:0",
                "master_last_io_seconds_ago:0", "slave_repl_offset:\(offset)",
            ]
        }
        lines.append("connected_slaves:\(replicas.count)")
        for (index, replica) in replicas.enumerated() {
            lines.append(
                "slave\(index):ip=\(replica.host),port=\(replica.port),state=online,offset=\(offset),lag=0"
            )
        }
        lines += [
            "master_replid:\(replicationID)", "master_replid2:\(formerReplicationID)",
            "master_repl_offset:\(offset)", "second_repl_offset:-1", "",
        ]
        return lines.joined(separator: "\r\n")
    }
}

extension SocketAddress {
    /// The address without the port.
    fileprivate var host: String { String(description.split(separator: ":")[0]) }
}

/// Turns a loop until a condition holds.
extension EventLoop {
    /// - Returns: whether it did before the time was over.
    func turn(
        forMilliseconds limit: Int64 = 10_000, until condition: () -> Bool
    ) -> Bool {
        let end = EventLoop.monotonicMicroseconds() + limit * 1000
        while !condition() {
            guard EventLoop.monotonicMicroseconds() < end else { return false }
            runOnce(waiting: true)
        }
        return true
    }
}
