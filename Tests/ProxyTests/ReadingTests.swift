import Configuration
import Reactor
import Testing

@testable import Proxy

/// Reads that go to replicas.
@Suite(.serialized) struct ReadingTests {
    private func run(
        _ preference: ReadPreference, replicas: Int = 1,
        _ configure: (inout PoolConfiguration) -> Void = { _ in },
        conversation: (FollowedGroup, ProxyHarness) throws -> Void
    ) throws {
        try FollowedGroup.run(
            replicas: replicas,
            {
                $0.readFrom = preference
                configure(&$0)
            }, conversation: conversation)
    }

    /// The node's connection that hears the text.
    private func whoHears(_ text: String, _ group: FollowedGroup) throws -> Peer {
        func holder() -> Peer? {
            group.nodes.flatMap(\.dataConnections).first { !$0.received.isEmpty }
        }
        try group.proxy.wait { holder() != nil }
        let peer = try #require(holder())
        try group.proxy.expect(peer, hears: text)
        return peer
    }

    @Test(arguments: [ReadPreference.preferReplica, .replica])
    func readsGoToReplicasAndWritesToThePrimary(preference: ReadPreference) throws {
        try run(preference) { group, proxy in
            let (reader, replica) = try group.client(redis("GET", "k"), to: 1)
            try replica.say("$1\r\nv\r\n")
            try proxy.expect(reader, hears: "$1\r\nv\r\n")

            let (writer, primary) = try group.client(redis("SET", "k", "v"), to: 0)
            try primary.say("+OK\r\n")
            try proxy.expect(writer, hears: "+OK\r\n")
        }
    }

    @Test func readsOfARunGoToReplicas() throws {
        try run(.replica) { group, proxy in
            let client = try proxy.client()

            try client.say(redis("GET", "a") + redis("TTL", "b") + redis("SET", "c", "v"))

            let (replica, primary) = (
                try group.connection(to: 1), try group.connection(to: 0)
            )
            try proxy.expect(replica, hears: redis("GET", "a") + redis("TTL", "b"))
            try proxy.expect(primary, hears: redis("SET", "c", "v"))
            try primary.say("+OK\r\n")
            try replica.say("$-1\r\n:-2\r\n")
            try proxy.expect(client, hears: "$-1\r\n:-2\r\n+OK\r\n")
        }
    }

    /// Who that is depends on the machine.
    @Test func nearestNodeAnswers() throws {
        try run(.nearest) { group, proxy in
            let client = try proxy.client()

            try client.say(redis("GET", "k"))

            let server = try whoHears(redis("GET", "k"), group)
            try server.say("$-1\r\n")
            try proxy.expect(client, hears: "$-1\r\n")
        }
    }

    @Test func clientsReadTheirOwnWrites() throws {
        try run(.replica) {
            $0.readYourWritesMilliseconds = 200
        } conversation: { group, proxy in
            let (writer, primary) = try group.client(
                redis("SET", "k", "v") + redis("GET", "k"), to: 0)
            try primary.say("+OK\r\n$1\r\nv\r\n")
            try proxy.expect(writer, hears: "+OK\r\n$1\r\nv\r\n")
            let (_, replica) = try group.client(redis("GET", "k"), to: 1)

            try proxy.pass(milliseconds: 250)

            try writer.say(redis("GET", "k"))
            try proxy.expect(replica, hears: redis("GET", "k"))
        }
    }

    @Test func readsOfALostReplicaGoToTheOther() throws {
        try run(.replica, replicas: 2) { group, proxy in
            let client = try proxy.client()
            try client.say(redis("GET", "k") + redis("GET", "k"))
            try proxy.wait { group.nodes.contains { !$0.dataConnections.isEmpty } }
            try proxy.settle()
            let first = try #require(group.nodes.firstIndex { !$0.dataConnections.isEmpty })

            group.nodes[first].die()

            let other = try group.connection(to: 3 - first)
            try proxy.expect(other, hears: redis("GET", "k") + redis("GET", "k"))
            try other.say("$1\r\na\r\n$1\r\nb\r\n")
            try proxy.wait { client.received.count == 14 }
        }
    }

    @Test(arguments: [ReadPreference.preferReplica, .replica])
    func readsOfTheLastReplicaGoToThePrimary(preference: ReadPreference) throws {
        try run(preference) { group, proxy in
            let (client, replica) = try group.client(redis("GET", "k") + redis("GET", "l"), to: 1)
            try replica.say("$1\r\nk")
            try proxy.settle()

            group.nodes[1].die()

            let primary = try group.connection(to: 0)
            try proxy.expect(primary, hears: redis("GET", "k") + redis("GET", "l"))
            try primary.say("$1\r\nk\r\n$1\r\nl\r\n")
            try proxy.expect(client, hears: "$1\r\nk\r\n$1\r\nl\r\n")
        }
    }

    @Test(arguments: FollowedGroup.refusals[1...2])
    func replicaThatCannotAnswerHandsItsReadsOver(refusal: String) throws {
        try run(.preferReplica) { group, proxy in
            let (client, replica) = try group.client(redis("GET", "k") + redis("GET", "l"), to: 1)

            try replica.say(refusal + "$1\r\nl\r\n")

            let primary = try group.connection(to: 0)
            try proxy.expect(primary, hears: redis("GET", "k") + redis("GET", "l"))
            try primary.say("$1\r\nk\r\n$1\r\nm\r\n")
            try proxy.expect(client, hears: "$1\r\nk\r\n$1\r\nm\r\n")
            try proxy.expectEnd(of: replica)
            #expect(!primary.isEnded)
        }
    }

    @Test func silentReplicaHandsItsReadsOver() throws {
        try run(.preferReplica) {
            $0.timeoutMilliseconds = 300
        } conversation: { group, proxy in
            let (client, replica) = try group.client(redis("GET", "k"), to: 1)

            let primary = try group.connection(to: 0)
            try proxy.expect(primary, hears: redis("GET", "k"))
            try primary.say("$1\r\nk\r\n")
            try proxy.expect(client, hears: "$1\r\nk\r\n")
            try proxy.expectEnd(of: replica)
        }
    }

    /// What it owes may come; it gets nothing new.
    @Test func replicaThatStepsAsideFinishesWhatItHas() throws {
        try run(.preferReplica) { group, proxy in
            let (client, replica) = try group.client(redis("GET", "k"), to: 1)
            group.nodes[1].isLinkUp = false
            try proxy.wait { proxy.routing.servers[0].replicas.isEmpty }
            try proxy.settle()
            try client.say(redis("GET", "l"))
            let primary = try group.connection(to: 0)
            try proxy.expect(primary, hears: redis("GET", "l"))
            try primary.say("$1\r\nl\r\n")

            try replica.say("$1\r\nk\r\n")

            try proxy.expect(client, hears: "$1\r\nk\r\n$1\r\nl\r\n")
            try proxy.expectEnd(of: replica)
        }
    }

    /// It is not connected yet, so nothing holds it.
    @Test func replicaThatLeavesBeforeItIsReadyTakesNoReads() throws {
        try run(.preferReplica) {
            $0.redisDatabase = 1
        } conversation: { group, proxy in
            let client = try proxy.client()
            try client.say(redis("GET", "k"))
            let replica = try group.connection(to: 1)
            try proxy.expect(replica, hears: redis("SELECT", "1"))

            group.nodes[1].isLinkUp = false

            let primary = try group.connection(to: 0)
            try proxy.expect(primary, hears: redis("SELECT", "1"))
            try primary.say("+OK\r\n")
            try proxy.expect(primary, hears: redis("GET", "k"))
            try primary.say("$1\r\nk\r\n")
            try proxy.expect(client, hears: "$1\r\nk\r\n")
            #expect(group.nodes[1].dataConnections.count == 1)
        }
    }

    @Test func proxyEndsWhileALeavingReplicaOwesReplies() throws {
        try run(.preferReplica) { group, proxy in
            let (client, _) = try group.client(redis("GET", "k"), to: 1)
            group.nodes[1].isLinkUp = false
            try proxy.wait { proxy.routing.servers[0].replicas.isEmpty }
            try proxy.settle()
            #expect(!client.isEnded)
        }
    }

    @Test func withoutAReplicaReadsSayWhatIsMissing() throws {
        try run(.replica) { group, proxy in
            let client = try proxy.client()
            group.nodes[1].isLinkUp = false
            try proxy.wait { proxy.routing.servers[0].replicas.isEmpty }
            try proxy.settle()

            try client.say(redis("GET", "k"))

            try proxy.expect(client, hears: "-ERR server s0: no replica may be read from\r\n")
        }
    }

    @Test func readsGoToReplicasWhileThePrimaryIsMissing() throws {
        try run(.preferReplica) { group, proxy in
            group.nodes[0].die()
            let writer = try proxy.client()
            try writer.say(redis("SET", "k", "v"))
            try proxy.wait { proxy.stats.servers[0][.serverErrors] == 1 }
            try proxy.settle()

            let (reader, replica) = try group.client(redis("GET", "k"), to: 1)

            try replica.say("$-1\r\n")
            try proxy.expect(reader, hears: "$-1\r\n")
        }
    }
}
