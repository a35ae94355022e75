import TestKit
import Testing

/// Valkey's clients, which Redis' applications move to, work with their default settings.
@Suite(.serialized) struct ValkeyClientTests {
    @Test(arguments: [2, 3], [1, 3])
    func valkeyPyWorks(version: Int, servers: Int) throws {
        try check(Self.valkeyPy, version, servers)
    }

    @Test(arguments: [2, 3], [1, 3])
    func valkeyGlideWorks(version: Int, servers: Int) throws {
        try check(Self.valkeyGlide, version, servers)
    }

    private func check(_ script: String, _ version: Int, _ servers: Int) throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(servers, .redis)), workers: 2)

        let result = try PythonEnvironment().run(script, ["\(proxy.port())", "\(version)"])

        #expect(result.status == .exited(0), "\(result.errors)")
    }

    private static let valkeyPy = """
        import sys, valkey
        port, version = int(sys.argv[1]), int(sys.argv[2])
        client = valkey.Valkey(port=port, protocol=version)
        assert client.ping() and client.set("a", "1", ex=100) and client.get("a") == b"1"
        with client.pipeline() as p: assert p.incr("a").get("a").execute() == [2, b"2"]
        assert client.mset({f"k{i}": i for i in range(50)}) and len(client.mget([f"k{i}" for i in range(50)])) == 50
        assert client.hset("h", mapping={"a": 1}) == 1 and client.hgetall("h") == {b"a": b"1"}
        assert client.zadd("z", {"a": 1.5}) == 1 and client.zscore("z", "a") == 1.5
        listener = client.pubsub(); listener.subscribe("c")
        assert listener.get_message(timeout=10)["type"] == "subscribe"
        assert client.publish("c", "m") == 1
        assert listener.get_message(timeout=10)["data"] == b"m"
        assert client.blpop("list", timeout=0.1) is None
        with client.lock("lock", timeout=10): pass
        assert len(list(client.scan_iter(match="k*"))) == 50
        assert client.info()["redis_mode"] == "standalone" and client.client_list()
        """

    private static let valkeyGlide = """
        import asyncio, sys
        from glide import GlideClient, GlideClientConfiguration, NodeAddress, Batch, ProtocolVersion
        async def main():
            port, version = int(sys.argv[1]), int(sys.argv[2])
            protocol = ProtocolVersion.RESP3 if version == 3 else ProtocolVersion.RESP2
            client = await GlideClient.create(GlideClientConfiguration(
                [NodeAddress("127.0.0.1", port)], protocol=protocol, client_name="app", request_timeout=10000))
            assert await client.set("a", "1") == "OK" and await client.get("a") == b"1"
            assert await client.mset({f"k{i}": str(i) for i in range(50)}) == "OK"
            assert await client.mget([f"k{i}" for i in range(50)]) == [str(i).encode() for i in range(50)]
            assert await client.hset("gh", {"f": "v"}) == 1 and await client.hgetall("gh") == {b"f": b"v"}
            assert await client.zadd("z", {"a": 1.5}) == 1 and await client.zscore("z", "a") == 1.5
            batch = Batch(is_atomic=True); batch.incr("a"); batch.get("a")
            assert await client.exec(batch, raise_on_error=True) == [2, b"2"]
            assert await client.blpop(["list"], 0.1) is None
            assert await client.client_getname() == b"app"
            assert b"redis_version" in await client.info()
            values = await asyncio.gather(*[client.get(f"k{i % 50}") for i in range(1000)])
            assert values == [str(i % 50).encode() for i in range(1000)]
            await client.close()
        asyncio.run(main())
        """
}
