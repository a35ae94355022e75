import Configuration
import Reactor
import Testing

@testable import Proxy

/// Requests that a server did not execute since it is not, or not yet, a primary.
@Suite(.serialized) struct HandoverTests {
    private static let readOnly = FollowedGroup.readOnly

    // MARK: - Refused

    @Test(arguments: FollowedGroup.refusals)
    func refusedRequestRunsOnTheNextPrimary(refusal: String) throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(redis("INCR", "n"))

            group.promote(1)
            try old.say(refusal)

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("INCR", "n"))
            try new.say(":1\r\n")
            try proxy.expect(client, hears: ":1\r\n")
            try proxy.expectEnd(of: old)
        }
    }

    /// It has loaded its data, or has its replicas again.
    @Test func refusedRequestRunsOnTheSamePrimaryOnceItIsWell() throws {
        try FollowedGroup.run { group, proxy in
            let (client, server) = try group.client(redis("INCR", "n"))
            group.nodes[0].isLoading = true
            try server.say(FollowedGroup.refusals[1])
            try proxy.expectEnd(of: server)
            try proxy.settle()
            #expect(group.nodes[0].dataConnections.count == 1)

            group.nodes[0].isLoading = false

            let next = try group.connection(1, to: 0)
            try proxy.expect(next, hears: redis("INCR", "n"))
            try next.say(":1\r\n")
            try proxy.expect(client, hears: ":1\r\n")
        }
    }

    @Test func pipelineBehindARefusedRequestKeepsItsOrder() throws {
        try FollowedGroup.run { group, proxy in
            let pipeline =
                redis("SET", "k", "1") + redis("INCR", "k") + redis("GET", "k")
                + redis("APPEND", "k", "x")
            let (client, old) = try group.client(pipeline)
            group.promote(1)

            try old.say(Self.readOnly + Self.readOnly)
            try client.say(redis("STRLEN", "k"))
            try proxy.settle()
            try old.say("$1\r\n0\r\n" + Self.readOnly)

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: pipeline + redis("STRLEN", "k"))
            try new.say("+OK\r\n:2\r\n$1\r\n2\r\n:2\r\n:2\r\n")
            try proxy.expect(client, hears: "+OK\r\n:2\r\n$1\r\n2\r\n:2\r\n:2\r\n")
        }
    }

    /// The demoted node does not know of the write that it refused.
    @Test func readBehindARefusedWriteIsNotAnsweredByTheDemotedNode() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(redis("SET", "k", "new") + redis("GET", "k"))
            group.promote(1)

            try old.say(Self.readOnly + "$200000\r\n" + String(repeating: "o", count: 200_000))
            try proxy.settle()
            try old.say("\r\n")

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("SET", "k", "new") + redis("GET", "k"))
            try new.say("+OK\r\n$3\r\nnew\r\n")
            try proxy.expect(client, hears: "+OK\r\n$3\r\nnew\r\n")
        }
    }

    @Test func readBeforeARefusedWriteIsAnswered() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(redis("GET", "k") + redis("SET", "k", "new"))
            group.promote(1)

            try old.say("$3\r\nold\r\n" + Self.readOnly)

            try proxy.expect(client, hears: "$3\r\nold\r\n")
            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("SET", "k", "new"))
        }
    }

    @Test func neighboursOnTheConnectionGetTheirOwnReplies() throws {
        try FollowedGroup.run { group, proxy in
            let (first, old) = try group.client(redis("INCR", "a"))
            let (second, third) = (try proxy.client(), try proxy.client())
            try second.say(redis("INCR", "b"))
            try proxy.expect(old, hears: redis("INCR", "b"))
            try third.say(redis("LPUSH", "c", "x"))
            try proxy.expect(old, hears: redis("LPUSH", "c", "x"))
            group.promote(1)

            // The second one's was executed, and so does not run again.
            try old.say(Self.readOnly + ":7\r\n" + Self.readOnly)

            try proxy.expect(second, hears: ":7\r\n")
            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("INCR", "a") + redis("LPUSH", "c", "x"))
            try new.say(":1\r\n:3\r\n")
            try proxy.expect(first, hears: ":1\r\n")
            try proxy.expect(third, hears: ":3\r\n")
        }
    }

    /// Executed now, it would undo the later one.
    @Test func refusedWriteIsNotRunBehindALaterOneOfItsClient() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(
                redis("SET", "k", "1") + redis("GET", "k") + redis("SET", "k", "2"))
            group.nodes[0].isLoading = true

            try old.say(FollowedGroup.refusals[1] + FollowedGroup.refusals[1] + "+OK\r\n")
            group.nodes[0].isLoading = false

            let next = try group.connection(1, to: 0)
            try proxy.expect(next, hears: redis("GET", "k"))
            try next.say("$1\r\n2\r\n")
            try proxy.expect(
                client,
                hears: "-ERR server s0: LOADING Redis is loading the dataset in memory\r\n"
                    + "$1\r\n2\r\n+OK\r\n")
        }
    }

    /// What does not write may run anywhere.
    @Test func scriptThatRanDoesNotTakeARefusedWriteFromItsClient() throws {
        try FollowedGroup.run { group, proxy in
            let script = redis("EVAL", "return 1", "1", "k")
            let (client, old) = try group.client(redis("SET", "k", "1") + script)
            group.promote(1)

            try old.say(Self.readOnly + ":1\r\n")

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("SET", "k", "1"))
            try new.say("+OK\r\n")
            try proxy.expect(client, hears: "+OK\r\n:1\r\n")
        }
    }

    @Test func scriptThatFailedHalfWayIsNotRunAgain() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(redis("EVAL", "x", "1", "k"))
            group.promote(1)
            let error =
                "-READONLY You can't write against a read only replica. script: f_x, on "
                + "@user_script:1.\r\n"

            try old.say(error)

            try proxy.expect(client, hears: error)
            try client.say(redis("GET", "k"))
            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("GET", "k"))
        }
    }

    @Test func withoutAWaitTheRefusalIsPassedOnAndTheNextRequestGoesToTheNextPrimary() throws {
        try FollowedGroup.run {
            $0.failoverWaitMilliseconds = 0
        } conversation: { group, proxy in
            let (client, old) = try group.client(redis("INCR", "n"))
            group.promote(1)

            try old.say(Self.readOnly)

            try proxy.expect(client, hears: Self.readOnly)
            try group.waits(for: 1)
            try client.say(redis("INCR", "n"))
            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("INCR", "n"))
            try new.say(":1\r\n")
            try proxy.expect(client, hears: ":1\r\n")
        }
    }

    // MARK: - Lanes

    @Test func everyConnectionOfAServerMoves() throws {
        try FollowedGroup.run {
            $0.serverConnections = 2
        } conversation: { group, proxy in
            var clients: [Peer] = []
            for number in 0..<4 {
                clients.append(try proxy.client())
                if number > 1 {
                    try clients[number].say(redis("HELLO", "3"))
                    try proxy.wait { clients[number].received.count > 0 }
                    try proxy.settle()
                    _ = clients[number].take(clients[number].received.count)
                }
                try clients[number].say(redis("INCR", "n\(number)"))
                let old = try group.connection(number, to: 0)
                if number > 1 {
                    try proxy.expect(old, hears: redis("HELLO", "3"))
                    try old.say("%0\r\n")
                }
                try proxy.expect(old, hears: redis("INCR", "n\(number)"))
            }
            group.promote(1)

            for old in group.nodes[0].dataConnections { try old.say(Self.readOnly) }

            try proxy.wait { group.nodes[1].dataConnections.count == 4 }
            var heard: Set<String> = []
            for new in group.nodes[1].dataConnections {
                if String(decoding: new.received, as: UTF8.self).contains("HELLO") {
                    try proxy.expect(new, hears: redis("HELLO", "3"))
                    try new.say("%0\r\n")
                }
                try proxy.wait { new.received.count >= redis("INCR", "n0").utf8.count }
                heard.insert(new.take(new.received.count))
                try new.say(":1\r\n")
            }
            #expect(heard == Set((0..<4).map { redis("INCR", "n\($0)") }))
            for client in clients { try proxy.expect(client, hears: ":1\r\n") }
        }
    }

    /// The control thread could not confirm the new primary now, so nobody may ask for that.
    @Test func wordsOfTheOldPrimaryAreNoNewsOfTheNewOne() throws {
        try FollowedGroup.run {
            $0.serverConnections = 2
        } conversation: { group, proxy in
            let (first, old) = try group.client(redis("INCR", "a"))
            let second = try proxy.client()
            try second.say(redis("INCR", "b"))
            let other = try group.connection(1, to: 0)
            try proxy.expect(other, hears: redis("INCR", "b"))
            group.promote(1)
            try old.say(Self.readOnly)
            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("INCR", "a"))
            try new.say(":1\r\n")
            try proxy.expect(first, hears: ":1\r\n")
            for node in group.nodes { node.isSilent = true }

            try other.say(Self.readOnly)

            let next = try group.connection(1, to: 1)
            try proxy.expect(next, hears: redis("INCR", "b"))
            try next.say(":2\r\n")
            try proxy.expect(second, hears: ":2\r\n")
            #expect(!new.isEnded)
        }
    }

    // MARK: - Many shards

    @Test func requestsOverManyShardsAreWholeWhileOneMoves() throws {
        try FollowedGroup.run(shards: 2) {
            $0.replay = .idempotent
        } conversation: { group, proxy in
            let (a, b) = (proxy.key(of: 0), proxy.key(of: 1))
            let client = try proxy.client()
            let pipeline =
                redis("MSET", a, "1", b, "2") + redis("MGET", b, a) + redis("DEL", a, b)
            try client.say(pipeline)
            let (old, other) = (try group.connection(to: 0), try group.connection(to: 0, of: 1))
            let toFirst = redis("MSET", a, "1") + redis("MGET", a) + redis("DEL", a)
            try proxy.expect(old, hears: toFirst)
            try proxy.expect(
                other, hears: redis("MSET", b, "2") + redis("MGET", b) + redis("DEL", b))
            group.promote(1)

            try other.say("+OK\r\n*1\r\n$1\r\n2\r\n:1\r\n")
            try old.say(Self.readOnly + "*1\r\n$-1")
            try proxy.settle()
            old.close()

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: toFirst)
            try new.say("+OK\r\n*1\r\n$1\r\n1\r\n:1\r\n")
            try proxy.expect(client, hears: "+OK\r\n*2\r\n$1\r\n2\r\n$1\r\n1\r\n:2\r\n")
        }
    }

    // MARK: - Another address

    /// The old node says nothing of it to clients: only its role tells.
    @Test func requestsInFlightFinishWhereTheyAreWhenThePrimaryMoves() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(redis("INCR", "n"))
            group.promote(1)
            try group.waits(for: 1)
            try client.say(redis("INCR", "n"))
            let second = try proxy.client()
            try second.say(redis("INCR", "n"))
            try proxy.settle()
            #expect(old.received.isEmpty)
            #expect(group.nodes[1].dataConnections.isEmpty)

            try old.say(":1\r\n")

            try proxy.expect(client, hears: ":1\r\n")
            try proxy.expectEnd(of: old)
            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("INCR", "n") + redis("INCR", "n"))
            try new.say(":2\r\n:3\r\n")
            try proxy.expect(client, hears: ":2\r\n")
            try proxy.expect(second, hears: ":3\r\n")
        }
    }

    /// What it owes is not awaited for ever.
    @Test func oldPrimaryThatOwesRepliesIsLeftInTheEnd() throws {
        try FollowedGroup.run { group, proxy in
            let (reader, old) = try group.client(redis("GET", "k"))
            let writer = try proxy.client()
            try writer.say(redis("INCR", "n"))
            try proxy.expect(old, hears: redis("INCR", "n"))

            group.promote(1)

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("GET", "k"))
            try new.say("$1\r\nv\r\n")
            try proxy.expect(reader, hears: "$1\r\nv\r\n")
            try proxy.expect(writer, hears: group.lost(0))
        }
    }
}
