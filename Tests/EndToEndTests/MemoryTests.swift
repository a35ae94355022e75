import TestKit
import Testing

/// What connections take in memory, and that it is given back.
@Suite(.serialized) struct MemoryTests {
    private static let megabyte = 1 << 20

    @Test func idleClientsTakeLittle() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))
        // What the first clients take for all.
        var clients = try (0..<100).map { _ in try proxy.client() }
        for client in clients { #expect(try client.command("SET", "k", "v") == .ok) }
        let before = try proxy.residentBytes()

        for _ in 0..<4000 {
            let client = try proxy.client()
            #expect(try client.command("GET", "k") == .bulk("v"))
            clients.append(client)
        }

        #expect(try proxy.residentBytes() - before < 4 * Self.megabyte)
    }

    @Test func whatLargeValuesTookIsGivenBack() throws {
        let proxy = try RunningProxy(pool: .redis([CacheNode.redis()]))
        let value = String(repeating: "v", count: Self.megabyte)
        let clients = try (0..<32).map { _ in try proxy.client() }
        #expect(try clients[0].command("SET", "k", "v") == .ok)
        let before = try proxy.residentBytes()

        for client in clients { try client.send(Bytes.command(["SET", "k", value])) }
        for client in clients { #expect(try client.readReply() == .ok) }

        #expect(try eventually { try proxy.residentBytes() - before < 4 * Self.megabyte })
    }
}
