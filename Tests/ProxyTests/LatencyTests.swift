import Configuration
import Testing

@testable import Proxy

/// What the proxy says of the time that requests took. Servers that wait for so long are certain
/// to have taken as long; how much longer, the machine decides.
@Suite(.serialized) struct LatencyTests {
    private static let delay = 30
    /// In microseconds; the clock of the tests counts whole milliseconds.
    private static let certain = (delay - 1) * 1000

    @Test func theServersTimeIsTheServers() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (client, server) = try proxy.client(redis("GET", "k"))

            try proxy.pass(milliseconds: Int64(Self.delay))
            try server.say("$1\r\nv\r\n")
            try proxy.expect(client, hears: "$1\r\nv\r\n")

            let table = try proxy.latencies(1).table
            #expect(table.classes == [.read])
            let (atServer, inProxy, total) = (table[.server], table[.proxy], table[.total])
            #expect(atServer.longest >= Self.certain)
            #expect(total.longest >= atServer.longest)
            #expect(total.sum == atServer.sum + inProxy.sum)
            #expect(atServer.percentile(50_000) == atServer.longest)
        }
    }

    /// The fast server's reply waits for the slow one's.
    @Test func waitingForAnEarlierReplyIsInTheProxy() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            try client.say(redis("GET", proxy.key(of: 0)) + redis("GET", proxy.key(of: 1)))
            let (slow, fast) = (try proxy.connection(of: 0), try proxy.connection(of: 1))
            try proxy.expect(slow, hears: redis("GET", proxy.key(of: 0)))
            try proxy.expect(fast, hears: redis("GET", proxy.key(of: 1)))
            try fast.say(":2\r\n")
            try proxy.settle()

            try proxy.pass(milliseconds: Int64(Self.delay))
            try slow.say(":1\r\n")
            try proxy.expect(client, hears: ":1\r\n:2\r\n")

            let pool = try proxy.latencies(2)
            let (first, second) = (pool.servers[0].table, pool.servers[1].table)
            #expect(first[.server].longest >= Self.certain)
            #expect(second[.proxy].longest >= Self.certain)
            #expect(second[.server].longest + second[.proxy].longest == second[.total].longest)
            #expect(pool.table[.total].sum >= 2 * Self.certain)
        }
    }

    @Test func aSplitRequestIsAsSlowAsItsSlowestServer() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            try client.say(redis("DEL", proxy.key(of: 0), proxy.key(of: 1)))
            let (fast, slow) = (try proxy.connection(of: 0), try proxy.connection(of: 1))
            try proxy.expect(fast, hears: redis("DEL", proxy.key(of: 0)))
            try proxy.expect(slow, hears: redis("DEL", proxy.key(of: 1)))
            try fast.say(":1\r\n")
            try proxy.settle()

            try proxy.pass(milliseconds: Int64(Self.delay))
            try slow.say(":1\r\n")
            try proxy.expect(client, hears: ":2\r\n")

            let pool = try proxy.latencies(1)
            #expect(pool.table.classes == [.split])
            for part in LatencyPart.allCases { #expect(pool.table[part].count == 1) }
            #expect(pool.table[.server].longest >= Self.certain)
            let parts = pool.servers.map { $0.table[.split, .server] }
            #expect(parts.map { $0?.count } == [1, 1])
            #expect(parts[1]?.longest == pool.table[.server].longest)
            #expect(pool.servers.allSatisfy { $0.table[.split, .total] == nil })
        }
    }

    @Test func requestsAreToldApartByWhatTheyDo() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            let requests = [
                redis("GET", "k"), redis("MGET", "k", "l"), redis("SET", "k", "v"),
                redis("DEL", "k"), redis("EVAL", "return 1", "1", "k"), redis("LOLWUT"),
                redis("PING"),
            ]
            try client.say(requests.joined())
            let server = try proxy.connection()
            try proxy.expect(server, hears: requests.dropLast().joined())
            try server.say(String(repeating: ":1\r\n", count: 6))
            try proxy.expect(client, hears: String(repeating: ":1\r\n", count: 6) + "+PONG\r\n")

            let table = try proxy.latencies(6).table
            #expect(table[.read, .total]?.count == 2)
            #expect(table[.write, .total]?.count == 2)
            #expect(table[.other, .total]?.count == 2)
            #expect(table[.split, .total] == nil)
        }
    }

    @Test func memcachedsRequestsAreToldApart() throws {
        try ProxyHarness.run(.memcached) { proxy in
            let client = try proxy.client()
            let requests = "get a\r\nset a 0 0 1\r\nx\r\nget a b\r\nversion\r\n"
            try client.say(requests + "delete a noreply\r\n")
            let server = try proxy.connection()
            try proxy.expect(server, hears: requests + "delete a\r\n")
            let replies = "END\r\nSTORED\r\nEND\r\nVERSION 1\r\n"
            try server.say(replies + "DELETED\r\n")
            try proxy.expect(client, hears: replies)
            try proxy.settle()

            let pool = try proxy.latencies(4)
            for commandClass in CommandClass.allCases {
                #expect(pool.table[commandClass, .total]?.count == 1)
            }
            // Nobody waits for a noreply, but it takes the server's time.
            #expect(pool.servers[0].table[.write, .server]?.count == 2)
        }
    }

    @Test func everyPipelinedRequestCounts() throws {
        try ProxyHarness.run(.redis, servers: 2) { proxy in
            let client = try proxy.client()
            let keys = [proxy.key(of: 0), proxy.key(of: 1)]
            let count = 500
            try client.say(
                (0..<count).map { redis("GET", keys[$0 % 2]) }.joined())
            for number in 0..<2 {
                let server = try proxy.connection(of: number)
                let heard = String(repeating: redis("GET", keys[number]), count: count / 2)
                try proxy.expect(server, hears: heard)
                try server.say(String(repeating: ":\(number)\r\n", count: count / 2))
            }
            try proxy.expect(client, hears: String(repeating: ":0\r\n:1\r\n", count: count / 2))

            let pool = try proxy.latencies(count)
            for part in LatencyPart.allCases {
                #expect(pool.table[.read, part]?.count == count)
                for server in pool.servers {
                    #expect(server.table[.read, part]?.count == count / 2)
                }
            }
        }
    }

    /// The client waited for as long; the server's reply, if it ever comes, was longer.
    @Test func aTimeoutCountsForTheClientAndItsLateReplyForTheServer() throws {
        let configure: (inout PoolConfiguration) -> Void = {
            $0.timeoutMilliseconds = Self.delay
        }
        try ProxyHarness.run(.redis, configure) { proxy in
            let (client, server) = try proxy.client(redis("GET", "k"))
            #expect(try proxy.line(from: client).contains("timed out"))

            let table = try proxy.latencies(1).table
            #expect(table[.total].longest >= Self.certain)
            #expect(table[.server].count == 0)

            try server.say("$-1\r\n")
            try proxy.wait { proxy.latency.table[.server].count == 1 }
            #expect(proxy.latency.table[.server].longest >= Self.certain)
            #expect(proxy.latency.table[.total].count == 1)
        }
    }

    @Test func whoGetsNoServerIsNotCounted() throws {
        try ProxyHarness.run(.redis) { proxy in
            let client = try proxy.client()
            try client.say(redis("PING") + redis("nothing") + redis("GET"))
            for _ in 0..<3 { _ = try proxy.line(from: client) }
            try proxy.settle()

            #expect(proxy.latency.table.classes.isEmpty)
        }
    }
}
