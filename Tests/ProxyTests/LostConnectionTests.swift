import Configuration
import Reactor
import Testing

@testable import Proxy

/// Requests of followed servers whose connections are lost.
@Suite(.serialized) struct LostConnectionTests {
    /// Nothing is sent before the server has answered SELECT.
    @Test func requestsThatWereNotSentMove() throws {
        try FollowedGroup.run {
            $0.redisDatabase = 1
            $0.replay = .none
        } conversation: { group, proxy in
            let client = try proxy.client()
            try client.say(redis("INCR", "n") + redis("GET", "n"))
            let old = try group.connection(to: 0)
            try proxy.expect(old, hears: redis("SELECT", "1"))
            group.promote(1)

            old.close()

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("SELECT", "1"))
            try new.say("+OK\r\n")
            try proxy.expect(new, hears: redis("INCR", "n") + redis("GET", "n"))
            try new.say(":1\r\n$1\r\n1\r\n")
            try proxy.expect(client, hears: ":1\r\n$1\r\n1\r\n")
        }
    }

    @Test func onlyWhatMayRunTwiceIsSentAgain() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(
                redis("SET", "k", "v") + redis("INCR", "n") + redis("GET", "n"))
            group.promote(1)

            old.close()

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("SET", "k", "v") + redis("GET", "n"))
            try new.say("+OK\r\n$1\r\n1\r\n")
            try proxy.expect(client, hears: "+OK\r\n" + group.lost(0) + "$1\r\n1\r\n")
        }
    }

    @Test(
        arguments: [
            (Replay.none, ["GET", "k"], false), (.none, ["SET", "k", "v"], false),
            (.safe, ["GET", "k"], true), (.safe, ["SET", "k", "v"], true),
            (.safe, ["SET", "k", "v", "NX"], false), (.safe, ["DEL", "k"], false),
            (.idempotent, ["GET", "k"], true), (.idempotent, ["SET", "k", "v"], true),
            (.idempotent, ["DEL", "k"], true), (.idempotent, ["INCR", "k"], false),
            (.idempotent, ["LPUSH", "k", "v"], false), (.idempotent, ["APPEND", "k", "v"], false),
        ])
    func replayIsAsConfigured(replay: Replay, words: [String], isSentAgain: Bool) throws {
        try FollowedGroup.run {
            $0.replay = replay
        } conversation: { group, proxy in
            let (client, old) = try group.client(redis(words))

            old.close()

            if isSentAgain {
                let next = try group.connection(1, to: 0)
                try proxy.expect(next, hears: redis(words))
                try next.say("+OK\r\n")
            }
            try proxy.expect(client, hears: isSentAgain ? "+OK\r\n" : group.lost(0))
        }
    }

    /// Each of a run has a word of its own in that, whatever stands before it.
    @Test(arguments: [(Replay.none, []), (.safe, [0, 1, 2]), (.idempotent, [0, 1, 2, 4, 6])])
    func replayIsAsConfiguredWithinARun(replay: Replay, sentAgain: [Int]) throws {
        try FollowedGroup.run {
            $0.replay = replay
        } conversation: { group, proxy in
            let requests = [
                redis("GET", "k"), redis("SET", "k", "v"), redis("SET", "k", "v", "EX", "10"),
                redis("SET", "k", "v", "EX", "10", "NX"), redis("DEL", "k"),
                redis("ZADD", "k", "INCR", "1", "m"), redis("ZADD", "k", "1", "m"),
            ]
            let (client, old) = try group.client(redis("GET", "first") + requests.joined())
            try old.say("$1\r\n1\r\n")
            try proxy.expect(client, hears: "$1\r\n1\r\n")

            old.close()

            if !sentAgain.isEmpty {
                let next = try group.connection(1, to: 0)
                try proxy.expect(next, hears: sentAgain.map { requests[$0] }.joined())
                try next.say(String(repeating: "+OK\r\n", count: sentAgain.count))
            }
            let replies = requests.indices.map {
                sentAgain.contains($0) ? "+OK\r\n" : group.lost(0)
            }
            try proxy.expect(client, hears: replies.joined())
        }
    }

    @Test func halfAReplyIsForgotten() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(redis("GET", "k"))
            try old.say("$50000\r\n" + String(repeating: "o", count: 40_000))
            try proxy.settle()
            group.promote(1)

            old.close()

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("GET", "k"))
            let reply = "$50000\r\n" + String(repeating: "n", count: 50_000) + "\r\n"
            try new.say(reply)
            try proxy.expect(client, hears: reply)
            try client.say(redis("PING"))
            try proxy.expect(client, hears: "+PONG\r\n")
        }
    }

    /// It is held until the first one's turn is over.
    @Test func halfAReplyThatWaitsForItsTurnIsForgotten() throws {
        try FollowedGroup.run(shards: 2) { group, proxy in
            let (a, b) = (proxy.key(of: 0), proxy.key(of: 1))
            let (client, first) = try group.client(redis("GET", a))
            try client.say(redis("GET", b))
            let old = try group.connection(to: 0, of: 1)
            try proxy.expect(old, hears: redis("GET", b))
            try old.say("$300000\r\n" + String(repeating: "o", count: 200_000))
            try proxy.settle()

            old.close()

            let new = try group.connection(1, to: 0, of: 1)
            try proxy.expect(new, hears: redis("GET", b))
            try new.say("$1\r\nb\r\n")
            try proxy.settle()
            try first.say("$1\r\na\r\n")
            try proxy.expect(client, hears: "$1\r\na\r\n$1\r\nb\r\n")
        }
    }

    @Test func halfAFragmentsReplyIsForgotten() throws {
        try FollowedGroup.run(shards: 2) { group, proxy in
            let (a, b) = (proxy.key(of: 0), proxy.key(of: 1))
            let client = try proxy.client()
            try client.say(redis("MGET", a, b))
            let (old, other) = (try group.connection(to: 0), try group.connection(to: 0, of: 1))
            try proxy.expect(old, hears: redis("MGET", a))
            try proxy.expect(other, hears: redis("MGET", b))
            try old.say("*1\r\n$100000\r\n" + String(repeating: "o", count: 70_000))
            try proxy.settle()

            old.close()

            let new = try group.connection(1, to: 0)
            try proxy.expect(new, hears: redis("MGET", a))
            try new.say("*1\r\n$1\r\na\r\n")
            try other.say("*1\r\n$1\r\nb\r\n")
            try proxy.expect(client, hears: "*2\r\n$1\r\na\r\n$1\r\nb\r\n")
        }
    }

    /// The client has a part of it, so another one cannot follow.
    @Test func replyThatStreamsEndsTheClient() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old) = try group.client(redis("GET", "k"))
            let second = try proxy.client()
            try second.say(redis("GET", "l"))
            try proxy.expect(old, hears: redis("GET", "l"))
            let part = "$1000000\r\n" + String(repeating: "x", count: 200_000)
            try old.say(part)
            try proxy.expect(client, hears: part)

            old.close()

            try proxy.expectEnd(of: client)
            let next = try group.connection(1, to: 0)
            try proxy.expect(next, hears: redis("GET", "l"))
            try next.say("$1\r\nl\r\n")
            try proxy.expect(second, hears: "$1\r\nl\r\n")
        }
    }

    /// What the connection that was lost had owed before is nobody's any more.
    @Test func secondLossLosesNothingEither() throws {
        try FollowedGroup.run(replicas: 2) { group, proxy in
            let (client, first) = try group.client(redis("GET", "k") + redis("SET", "k", "v"))
            group.promote(1)
            first.close()
            let second = try group.connection(to: 1)
            try proxy.expect(second, hears: redis("GET", "k") + redis("SET", "k", "v"))
            group.promote(2)

            try second.say("$1\r\nold")
            try proxy.settle()
            second.close()

            let third = try group.connection(to: 2)
            try proxy.expect(third, hears: redis("GET", "k") + redis("SET", "k", "v"))
            try third.say("$-1\r\n+OK\r\n")
            try proxy.expect(client, hears: "$-1\r\n+OK\r\n")
        }
    }

    @Test func withoutAWaitWhatWasLostIsSaidAtOnce() throws {
        try FollowedGroup.run {
            $0.failoverWaitMilliseconds = 0
        } conversation: { group, proxy in
            let (client, old) = try group.client(redis("GET", "k"))

            old.close()

            try proxy.expect(client, hears: group.lost(0))
            try proxy.wait { proxy.routing.servers[0].epoch > 1 }
            try proxy.settle()
            try client.say(redis("GET", "k"))
            let next = try group.connection(1, to: 0)
            try proxy.expect(next, hears: redis("GET", "k"))
        }
    }
}
