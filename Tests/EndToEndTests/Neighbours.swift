import Foundation
import Synchronization
import TestKit
import Testing

/// Clients that do what clients should, over and over, and look at every reply, while something
/// else goes on at the same proxy.
///
/// With one worker they share every server connection with the one who misbehaves.
final class Neighbours: Sendable {
    /// One round of a neighbour's life on its connection.
    typealias Round = @Sendable (_ client: TestClient, _ name: String, _ round: Int) throws -> Bool

    /// What they felt.
    struct Feelings: Sendable {
        var rounds = 0
        /// The longest round, in seconds.
        var slowest = 0.0
        /// What went wrong.
        var complaints: [String] = []
    }

    private let isOver = Atomic<Bool>(false)
    private let feelings = Mutex(Feelings())
    private let threads = Mutex<[BackgroundThread<Void>]>([])

    /// Begins to live, as soon as each has gone through its first round.
    init(_ count: Int, of proxy: RunningProxy, _ round: @escaping Round) throws {
        let clients = try (0..<count).map { number in
            let client = try proxy.client(timeout: 60)
            guard try round(client, "neighbour:\(number)", 0) else {
                throw KitError("a first round is wrong")
            }
            // A blocking client belongs to the one thread that it is given to.
            return Unchecked(client)
        }
        threads.withLock { threads in
            threads = clients.enumerated().map { number, client in
                BackgroundThread { [self] in live(client.value, "neighbour:\(number)", round) }
            }
        }
    }

    private struct Unchecked: @unchecked Sendable {
        let value: TestClient

        init(_ value: TestClient) { self.value = value }
    }

    private func live(_ client: TestClient, _ name: String, _ round: Round) {
        var number = 1
        while !isOver.load(ordering: .relaxed) {
            let began = now()
            var complaint: String?
            do {
                if try !round(client, name, number) {
                    complaint = "round \(number) of \(name) is wrong"
                }
            } catch {
                complaint = "round \(number) of \(name): \(error)"
            }
            let took = now() - began
            feelings.withLock { feelings in
                feelings.rounds += 1
                feelings.slowest = max(feelings.slowest, took)
                if let complaint { feelings.complaints.append(complaint) }
            }
            if complaint != nil { return }
            number += 1
            // Leaves some of the machine to those they watch.
            usleep(1_000)
        }
    }

    /// Ends their lives and asks what they felt.
    func finish() throws -> Feelings {
        isOver.store(true, ordering: .relaxed)
        for thread in threads.withLock({ $0 }) { try thread.value() }
        return feelings.withLock { $0 }
    }

    /// Writes and reads keys on all servers.
    static func storing(_ kind: CacheNode.Kind) -> Round {
        switch kind {
        case .redis: { try storeInRedis($0, $1, $2) }
        case .memcached: { try storeInMemcached($0, $1, $2) }
        }
    }

    private static func storeInRedis(_ client: TestClient, _ name: String, _ round: Int) throws
        -> Bool
    {
        let keys = (0..<6).map { "\(name):\($0)" }
        try client.send(keys.flatMap { Bytes.command(["SET", $0, "\(round):\($0)"]) })
        for _ in keys { guard try client.readReply() == .ok else { return false } }
        try client.send(
            keys.flatMap { Bytes.command(["GET", $0]) } + Bytes.command(["MGET"] + keys))
        let values = keys.map { Reply.bulk("\(round):\($0)") }
        for value in values { guard try client.readReply() == value else { return false } }
        return try client.readReply() == .array(values)
    }

    private static func storeInMemcached(_ client: TestClient, _ name: String, _ round: Int) throws
        -> Bool
    {
        let keys = (0..<6).map { "\(name):\($0)" }
        for key in keys {
            let value = "\(round):\(key)"
            guard try client.ask("set \(key) 0 0 \(value.utf8.count)\r\n\(value)") == "STORED"
            else { return false }
        }
        let expected = keys.flatMap {
            ["VALUE \($0) 0 \("\(round):\($0)".utf8.count)", "\(round):\($0)"]
        }
        return try client.lines("get " + keys.joined(separator: " ")) == expected + ["END"]
    }
}

/// Runs `misdeed` among neighbours, who must get every reply right and in less than `seconds`.
func amongNeighbours(
    of proxy: RunningProxy, _ round: @escaping Neighbours.Round, within seconds: Double = 5,
    _ location: SourceLocation = #_sourceLocation, misdeed: () throws -> Void
) throws {
    let neighbours = try Neighbours(3, of: proxy, round)
    let outcome = Result { try misdeed() }
    let feelings = try neighbours.finish()
    #expect(feelings.complaints.isEmpty, sourceLocation: location)
    #expect(feelings.rounds > 0, sourceLocation: location)
    #expect(feelings.slowest < seconds, sourceLocation: location)
    try outcome.get()
}
