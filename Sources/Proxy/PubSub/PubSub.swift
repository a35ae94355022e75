internal import Configuration
internal import Reactor
internal import Wire

/// A pool's subscriptions on one worker: each topic is subscribed to once at the servers, however
/// many clients want it.
///
/// A channel is heard of at the server that its name hashes to, since PUBLISH goes there; a pattern
/// at every server.
@safe final class PubSub {
    private unowned let pool: Pool
    private var links: [SubscriberLink?]
    private var interests: [Topic: Interest] = [:]

    /// Who wants a topic.
    private struct Interest {
        /// Who is told its messages.
        var subscribers: Set<Handle> = []
        /// Who wants it and is not told yet, since something else is not confirmed.
        var waiting: Set<Handle> = []
        /// The servers that it is heard of at.
        var servers: Set<Int> = []
        /// Those that have confirmed it.
        var confirmed: Set<Int> = []

        var isConfirmed: Bool { confirmed.isSuperset(of: servers) }
    }

    init(of pool: Pool) {
        self.pool = pool
        links = Array(repeating: nil, count: pool.servers.count)
    }

    // MARK: - Interests

    /// A client wants to hear of a topic.
    ///
    /// - Returns: whether the servers have confirmed it before; if not, the client is told later.
    func want(_ topic: Topic, _ client: Client) -> Bool {
        var interest = interests[topic] ?? Interest(servers: servers(of: topic))
        let isNew = interest.subscribers.isEmpty && interest.waiting.isEmpty
        let isConfirmed = interest.isConfirmed
        interest.waiting.insert(client.handle)
        interests[topic] = interest
        if isNew { for server in interest.servers { link(to: server).subscribe(topic) } }
        return isConfirmed
    }

    /// From now on the client is told the topic's messages.
    func add(_ client: Client, to topic: Topic) {
        guard var interest = interests[topic] else { return }
        let isFirst = interest.subscribers.isEmpty
        interest.waiting.remove(client.handle)
        if interest.subscribers.insert(client.handle).inserted {
            pool.counts.subscribers.change(topic, clients: 1, links: isFirst ? 1 : 0)
        }
        interests[topic] = interest
    }

    /// The client does not want it any more.
    func drop(_ topic: Topic, _ client: Client) {
        guard var interest = interests[topic] else { return }
        if interest.subscribers.remove(client.handle) != nil {
            let links = interest.subscribers.isEmpty ? -1 : 0
            pool.counts.subscribers.change(topic, clients: -1, links: links)
        }
        interest.waiting.remove(client.handle)
        guard interest.subscribers.isEmpty && interest.waiting.isEmpty else {
            return interests[topic] = interest
        }
        interests[topic] = nil
        for server in interest.servers { links[server]?.unsubscribe(topic) }
    }

    private func servers(of topic: Topic) -> Set<Int> {
        guard !topic.isEverywhere else { return Set(pool.servers.indices) }
        return [pool.serverIndex(for: topic.name.span)]
    }

    private func link(to server: Int) -> SubscriberLink {
        if let link = links[server] { return link }
        let link = SubscriberLink(to: pool.servers[server], for: self)
        links[server] = link
        return link
    }

    /// The routing is a new one: channels may live elsewhere, servers have other addresses.
    func reroute() {
        for (topic, interest) in interests {
            let now = servers(of: topic)
            guard now != interest.servers else { continue }
            interests[topic]?.servers = now
            interests[topic]?.confirmed.formIntersection(now)
            for server in now.subtracting(interest.servers) { link(to: server).subscribe(topic) }
            for server in interest.servers.subtracting(now) { links[server]?.unsubscribe(topic) }
        }
        for link in links { link?.reroute() }
    }

    /// The end of the worker.
    func close() {
        for link in links { link?.close() }
        links.removeAll()
    }

    // MARK: - News from the servers

    func confirmed(_ topic: Topic, by server: Int) {
        guard interests[topic]?.servers.contains(server) == true else { return }
        interests[topic]?.confirmed.insert(server)
        guard let interest = interests[topic], interest.isConfirmed else { return }
        for handle in interest.waiting {
            unsafe pool.worker.clients.find(handle)?.takeUnretainedValue().confirmed(topic)
        }
    }

    /// A server's connection is lost; what was subscribed there will be again.
    func lost(_ topic: Topic, by server: Int) { interests[topic]?.confirmed.remove(server) }

    /// A message, as the server wrote it.
    func deliver(_ message: RawBytes, on topic: Topic) {
        guard let interest = interests[topic] else { return }
        for handle in interest.subscribers {
            unsafe pool.worker.clients.find(handle)?.takeUnretainedValue().push(message)
        }
    }
}
