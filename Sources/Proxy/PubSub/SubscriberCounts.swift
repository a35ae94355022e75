internal import Synchronization
internal import Wire

/// How many of a pool's clients hear of each topic, and how many connections to its server do so
/// for them, of all workers: a server counts the connections, and who publishes asks for the
/// clients.
///
/// It changes when somebody subscribes or ends that, never with messages.
final class SubscriberCounts: Sendable {
    private struct Row {
        var clients = 0
        var links = 0

        var surplus: Int { clients - links }
    }

    private let rows = Mutex<[Topic: Row]>([:])
    /// How many topics have more clients than connections.
    private let uneven = Atomic<Int>(0)

    /// Whether every topic has as many clients as connections, so that servers count right.
    var isEven: Bool { uneven.load(ordering: .relaxed) == 0 }

    /// Notes clients and connections that come, or if negative, go.
    func change(_ topic: Topic, clients: Int, links: Int) {
        guard clients != 0 || links != 0 else { return }
        rows.withLock { rows in
            var row = rows[topic] ?? Row()
            let was = row.surplus == 0
            row.clients += clients
            row.links += links
            let isNow = row.surplus == 0
            if was != isNow { uneven.wrappingAdd(was ? 1 : -1, ordering: .relaxed) }
            rows[topic] = row.clients == 0 && row.links == 0 ? nil : row
        }
    }

    /// How many more clients subscribe to a topic than a server counts.
    func surplus(of topic: Topic) -> Int {
        isEven ? 0 : rows.withLock { $0[topic]?.surplus ?? 0 }
    }

    /// How many more clients hear of a message on this topic than a server counts: those who listen
    /// to a pattern that it fits, too.
    func surplusOfMessages(on topic: Topic) -> Int {
        guard !isEven else { return 0 }
        return rows.withLock { rows in
            let own = rows[topic]?.surplus ?? 0
            guard topic.kind == .channel else { return own }
            return rows.reduce(own) { sum, row in
                guard row.key.kind == .pattern, row.value.surplus != 0,
                    GlobPattern(row.key.name, isExact: true).matches(topic.name)
                else { return sum }
                return sum + row.value.surplus
            }
        }
    }
}
