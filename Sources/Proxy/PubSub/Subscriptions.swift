internal import Reactor
internal import Wire

/// What one client is subscribed to, and what it is about to be.
@safe final class Subscriptions {
    /// In force, the confirmation is on its way to the client.
    private(set) var topics: Set<Topic> = []
    private var nameBytes = 0
    /// Asked for and not confirmed by the servers.
    private(set) var awaited: Set<Topic> = []
    /// What the request in flight asked for, in its order.
    private(set) var asked: [Topic] = []
    /// The number of that request.
    private(set) var sequence: UInt32 = 0
    var patience: Timer?

    /// Channels and patterns; shard channels count by themselves.
    func count(with kind: Topic.Kind) -> Int {
        let isShard = kind == .shardChannel
        return topics.count { ($0.kind == .shardChannel) == isShard }
    }

    func await(_ missing: Set<Topic>, of asked: [Topic], _ sequence: UInt32) {
        awaited = missing
        self.asked = asked
        self.sequence = sequence
    }

    /// - Returns: whether it was the last one missing.
    func confirm(_ topic: Topic) -> Bool {
        guard awaited.remove(topic) != nil else { return false }
        return awaited.isEmpty
    }

    func giveUp() {
        awaited.removeAll()
        asked.removeAll()
    }

    /// - Returns: whether it is new.
    func insert(_ topic: Topic) -> Bool {
        guard topics.insert(topic).inserted else { return false }
        nameBytes += topic.name.count
        return true
    }

    /// - Returns: whether it was there.
    func remove(_ topic: Topic) -> Bool {
        guard topics.remove(topic) != nil else { return false }
        nameBytes -= topic.name.count
        return true
    }

    /// Whether so many more are within the bounds.
    func hasRoom(for names: [[UInt8]]) -> Bool {
        topics.count + names.count <= Limits.subscriptions
            && names.reduce(nameBytes) { $0 + $1.count } <= Limits.subscriptionBytes
    }
}
