import Configuration
import Reactor
import Testing

@testable import Proxy

/// Requests that wait for a primary.
@Suite(.serialized) struct HeldRequestTests {
    private static let refused = "(Connection refused)\r\n"

    /// Runs `conversation` with a group whose only node is gone; a first client's GET is held.
    private func withoutPrimary(
        _ configure: (inout PoolConfiguration) -> Void = { _ in },
        conversation: (FollowedGroup, ProxyHarness, Peer) throws -> Void
    ) throws {
        try FollowedGroup.run(replicas: 0, configure) { group, proxy in
            group.nodes[0].die()
            let client = try proxy.client()
            try client.say(redis("GET", "first"))
            try proxy.wait { proxy.stats.servers[0][.serverErrors] == 1 }
            try proxy.settle()
            try conversation(group, proxy, client)
        }
    }

    /// Brings the node back, and waits until the control thread has found it.
    private func bringBack(_ group: FollowedGroup) throws {
        let epoch = group.proxy.routing.servers[0].epoch
        try group.nodes[0].restart(history: "b")
        try group.proxy.wait { group.proxy.routing.servers[0].epoch > epoch }
        try group.proxy.settle()
    }

    // MARK: - Time

    @Test func heldRequestsSayInTheEndWhatWasAwaitedAndAreNotExecutedLater() throws {
        try withoutPrimary {
            $0.failoverWaitMilliseconds = 100
        } conversation: { group, proxy, client in
            try client.say(redis("INCR", "n"))

            for _ in 0..<2 {
                let line = try proxy.line(from: client)
                #expect(line.hasPrefix("-ERR server s0: no primary for 1"))
                #expect(line.hasSuffix(" ms " + Self.refused))
            }

            try bringBack(group)
            try client.say(redis("GET", "later"))
            let server = try group.connection(to: 0)
            try proxy.expect(server, hears: redis("GET", "later"))
            try server.say("$1\r\nv\r\n")
            try proxy.expect(client, hears: "$1\r\nv\r\n")
        }
    }

    @Test func heldRequestsRunInTheirOrderWhenThePrimaryIsBack() throws {
        try withoutPrimary { group, proxy, client in
            try client.say(redis("INCR", "n"))
            try proxy.settle()
            let second = try proxy.client()
            try second.say(redis("INCR", "m"))
            try proxy.settle()

            try bringBack(group)

            let server = try group.connection(to: 0)
            try proxy.expect(
                server, hears: redis("GET", "first") + redis("INCR", "n") + redis("INCR", "m"))
            try server.say("$-1\r\n:1\r\n:2\r\n")
            try proxy.expect(client, hears: "$-1\r\n:1\r\n")
            try proxy.expect(second, hears: ":2\r\n")
        }
    }

    /// A request over many shards fails once, though each of its parts does.
    @Test func requestOverManyShardsFailsOnce() throws {
        try FollowedGroup.run(shards: 2, replicas: 0) {
            $0.failoverWaitMilliseconds = 100
        } conversation: { group, proxy in
            for shard in group.shards { shard[0].die() }
            let client = try proxy.client()

            try client.say(redis("MGET", proxy.key(of: 0), proxy.key(of: 1)))

            #expect(try proxy.line(from: client).hasPrefix("-ERR server s"))
            try client.say(redis("PING"))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }

    // MARK: - Bounds

    @Test func requestsBeyondTheBoundAreRefused() throws {
        try withoutPrimary {
            $0.failoverMaxRequests = 2
        } conversation: { group, proxy, client in
            let second = try proxy.client()
            try second.say(redis("GET", "second"))
            try proxy.settle()
            let third = try proxy.client()

            try third.say(redis("GET", "third"))

            try proxy.expect(
                third,
                hears: "-ERR server s0: too many requests are waiting for its primary "
                    + Self.refused)
            try bringBack(group)
            let server = try group.connection(to: 0)
            try proxy.expect(server, hears: redis("GET", "first") + redis("GET", "second"))
            try third.say(redis("GET", "third"))
            try proxy.expect(server, hears: redis("GET", "third"))
        }
    }

    @Test func bytesBeyondTheBoundAreRefused() throws {
        try withoutPrimary {
            $0.failoverMaxBytes = 1000
        } conversation: { group, proxy, client in
            let second = try proxy.client()
            let value = String(repeating: "v", count: 1000)

            try second.say(redis("SET", "k", value))

            try proxy.expect(
                second,
                hears: "-ERR server s0: too many requests are waiting for its primary "
                    + Self.refused)
            try second.say(redis("SET", "k", "small"))
            try bringBack(group)
            let server = try group.connection(to: 0)
            try proxy.expect(server, hears: redis("GET", "first") + redis("SET", "k", "small"))
        }
    }

    /// Those whose time is over make room.
    @Test func boundsAreForThoseWhoWait() throws {
        try withoutPrimary {
            $0.failoverMaxRequests = 1
            $0.failoverWaitMilliseconds = 100
        } conversation: { group, proxy, client in
            for _ in 0..<3 {
                #expect(try proxy.line(from: client).contains("no primary"))
                try client.say(redis("GET", "next"))
            }
        }
    }

    // MARK: - Ends

    /// Their requests were sent to be executed.
    @Test func clientsThatLeaveShiftNobodysReplies() throws {
        try withoutPrimary { group, proxy, client in
            let second = try proxy.client()
            second.stopListening()
            try second.say(redis("PING") + redis("INCR", "n") + redis("GET", "n"))
            try proxy.settle()
            let third = try proxy.client()
            try third.say(redis("INCR", "m"))
            try proxy.settle()

            client.close()
            // With its PONG unread, so that the kernel tells the proxy that nobody is there any
            // more.
            second.close()
            try proxy.wait { proxy.stats[.clientErrors] == 1 }
            try bringBack(group)

            let server = try group.connection(to: 0)
            try proxy.expect(
                server,
                hears: redis("GET", "first") + redis("INCR", "n") + redis("GET", "n")
                    + redis("INCR", "m"))
            try server.say("$5\r\nfirst\r\n:1\r\n$1\r\n1\r\n:2\r\n")
            try proxy.expect(third, hears: ":2\r\n")
        }
    }

    @Test func memoryOfHeldRequestsIsGivenBack() throws {
        try withoutPrimary {
            $0.failoverWaitMilliseconds = 100
        } conversation: { group, proxy, client in
            _ = try proxy.line(from: client)
            let before = proxy.memory
            let clients = try (0..<20).map { _ in try proxy.client() }
            let value = String(repeating: "v", count: 100_000)
            for client in clients { try client.say(redis("SET", "k", value)) }
            try proxy.wait { proxy.memory > before + 1_000_000 }

            for client in clients {
                #expect(try proxy.line(from: client).contains("no primary"))
            }

            try proxy.wait { proxy.memory < before + 100_000 }
        }
    }

    @Test func proxyEndsWhileRequestsAreHeld() throws {
        try withoutPrimary { group, proxy, client in
            try client.say(redis("SET", "k", String(repeating: "v", count: 100_000)))
            let second = try proxy.client()
            try second.say(redis("MULTI") + redis("INCR", "n") + redis("EXEC"))
            try proxy.expect(second, hears: "+OK\r\n+QUEUED\r\n")
            try proxy.settle()
        }
    }

    // MARK: - Silence

    @Test func silentServerHasItsReadsHeldAndItsWritesTimedOut() throws {
        try FollowedGroup.run {
            $0.timeoutMilliseconds = 300
        } conversation: { group, proxy in
            let (reader, server) = try group.client(redis("GET", "k"))
            let writer = try proxy.client()
            try writer.say(redis("INCR", "n"))
            try proxy.expect(server, hears: redis("INCR", "n"))
            for node in group.nodes { node.isSilent = true }
            try proxy.expect(writer, hears: "-ERR server s0: timed out after 300 ms\r\n")
            try writer.say(redis("INCR", "m"))
            try proxy.settle()
            #expect(server.received.isEmpty)

            try server.say("$1\r\nv\r\n:1\r\n")

            try proxy.expect(reader, hears: "$1\r\nv\r\n")
            try proxy.expect(server, hears: redis("INCR", "m"))
            try server.say(":2\r\n")
            try proxy.expect(writer, hears: ":2\r\n")
        }
    }

    @Test func silentServersReadsGoToTheNextPrimary() throws {
        try FollowedGroup.run {
            $0.timeoutMilliseconds = 300
        } conversation: { group, proxy in
            let (client, _) = try group.client(redis("GET", "k"))
            group.nodes[0].isSilent = true

            group.nodes[1].promote(history: "a")

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("GET", "k"))
            try new.say("$1\r\nv\r\n")
            try proxy.expect(client, hears: "$1\r\nv\r\n")
        }
    }

    /// The first reply was the server's last word, and the read was sent before.
    @Test func readThatWasSentBeforeTheLastWordsIsHeldToo() throws {
        try FollowedGroup.run {
            $0.timeoutMilliseconds = 300
        } conversation: { group, proxy in
            let (client, server) = try group.client(redis("GET", "a") + redis("GET", "b"))
            try proxy.pass(milliseconds: 150)
            try server.say("$1\r\na\r\n")
            try proxy.expect(client, hears: "$1\r\na\r\n")

            group.nodes[0].isSilent = true
            group.nodes[1].promote(history: "a")

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("GET", "b"))
            try new.say("$1\r\nb\r\n")
            try proxy.expect(client, hears: "$1\r\nb\r\n")
        }
    }

    @Test func requestHeldTooLongIsNotExecutedByAServerThatSpeaksAgain() throws {
        try FollowedGroup.run {
            $0.timeoutMilliseconds = 400
            $0.failoverWaitMilliseconds = 100
        } conversation: { group, proxy in
            let (first, server) = try group.client(redis("INCR", "n"))
            for node in group.nodes { node.isSilent = true }
            try proxy.expect(first, hears: "-ERR server s0: timed out after 400 ms\r\n")
            let second = try proxy.client()
            try second.say(redis("SET", "k", "v") + redis("SET", "l", "v"))
            for _ in 0..<2 {
                let line = try proxy.line(from: second)
                #expect(line.hasPrefix("-ERR server s0: no primary for 1"))
                #expect(line.hasSuffix(" ms (timed out)\r\n"))
            }
            try second.say(redis("GET", "k"))
            try proxy.settle()

            try server.say(":1\r\n")

            try proxy.expect(server, hears: redis("GET", "k"))
            try server.say("$-1\r\n")
            try proxy.expect(second, hears: "$-1\r\n")
        }
    }

    /// The next primary's silence is not measured by the requests that waited for it.
    @Test func nextPrimarysSilenceIsNoticedInTime() throws {
        try FollowedGroup.run(replicas: 2) {
            $0.timeoutMilliseconds = 300
            $0.failoverWaitMilliseconds = 20_000
        } conversation: { group, proxy in
            let (client, old) = try group.client(redis("GET", "k"))
            group.promote(1)
            try old.say(FollowedGroup.refusals[2])
            let second = try group.connection(to: 1)
            try proxy.expect(second, hears: redis("GET", "k"))
            group.nodes[1].isSilent = true

            group.nodes[2].promote(history: "b")

            let third = try group.connection(to: 2)
            try proxy.expect(third, hears: redis("GET", "k"))
            try third.say("$1\r\nv\r\n")
            try proxy.expect(client, hears: "$1\r\nv\r\n")
        }
    }
}
