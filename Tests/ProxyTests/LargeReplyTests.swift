import Configuration
import Testing

@testable import Proxy

/// Who waits for a large reply on a connection that others use too.
@Suite(.serialized) struct LargeReplyTests {
    private static let size = 3 << 20
    private static let value = String(repeating: "v", count: size)
    private static let head = "$\(size)\r\n"

    @Test func laterRequestsDoNotWaitForALargeReply() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (reader, server) = try proxy.client(redis("GET", "k"))
            let other = try proxy.client()

            try server.say(Self.head + Self.value.prefix(100_000))
            try proxy.wait { reader.received.count > 0 }
            try other.say(redis("GET", "a"))

            let second = try proxy.connection(1)
            try proxy.expect(second, hears: redis("GET", "a"))
            try second.say("$-1\r\n")
            try proxy.expect(other, hears: "$-1\r\n")
        }
    }

    @Test func whoWaitsBehindALargeReplyDoesNotOvertakeItself() throws {
        try ProxyHarness.run(.redis) { proxy in
            let (reader, server) = try proxy.client(redis("GET", "large"))
            let writer = try proxy.client()
            try writer.say(redis("SET", "k", "1"))
            try proxy.expect(server, hears: redis("SET", "k", "1"))

            try server.say(Self.head + Self.value.prefix(100_000))
            try proxy.wait { reader.received.count > 0 }
            try writer.say(redis("GET", "k"))
            try proxy.settle()
            #expect(server.received.isEmpty && proxy.servers[0].connections.count == 1)
            try server.say(Self.value.dropFirst(100_000) + "\r\n+OK\r\n")

            try proxy.expect(writer, hears: "+OK\r\n")
            try proxy.expect(server, hears: redis("GET", "k"))
        }
    }
}
