import TestKit
import Testing

/// What clients do over several requests, with a real library before real servers: transactions
/// that watch, locks, blocking, subscriptions, iteration, scripts.
@Suite(.serialized) struct ClientSessionTests {
    @Test(arguments: [2, 3], [1, 3])
    func redisPyKeepsItsState(version: Int, servers: Int) throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(servers, .redis)), workers: 2)

        let result = try PythonEnvironment().run(
            Self.script, ["\(proxy.port())", "\(version)"])

        #expect(result.status == .exited(0), "\(result.errors)")
    }

    private static let script = """
        import sys, threading, redis
        port, version = int(sys.argv[1]), int(sys.argv[2])
        def connect(): return redis.Redis(port=port, protocol=version, socket_timeout=10)
        client = connect()

        # Transactions that watch, and a lock, which is a script.
        with client.pipeline() as p:
            p.watch("w"); assert p.get("w") is None; p.multi(); p.set("w", 1)
            assert p.execute() == [True]
        with client.pipeline() as p:
            p.watch("w"); client.set("w", 2); p.multi(); p.set("w", 3)
            try:
                p.execute()
                raise AssertionError("watched in vain")
            except redis.WatchError: pass
        with client.pipeline() as p:
            p.watch("w"); p.unwatch(); client.set("w", 4); p.multi(); p.set("w", 5)
            assert p.execute() == [True]
        def increment(p):
            value = int(p.get("w")); p.multi(); p.set("w", value + 1)
        def many():
            own = connect()
            for _ in range(20): own.transaction(increment, "w")
        threads = [threading.Thread(target=many) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert int(client.get("w")) == 85, client.get("w")
        with client.lock("lock", timeout=10): pass

        # Blocking.
        assert client.blpop("list", timeout=0.1) is None
        popped = []
        threads = [
            threading.Thread(target=lambda: popped.append(connect().blpop("list", timeout=10)))
            for _ in range(20)]
        for thread in threads: thread.start()
        for number in range(20): client.rpush("list", number)
        for thread in threads: thread.join()
        assert sorted(int(value) for _, value in popped) == list(range(20)), popped
        client.xgroup_create("stream", "group", mkstream=True)
        assert not client.xread({"stream": "$"}, block=50)
        client.xadd("stream", {"a": 1})
        assert client.xreadgroup("group", "me", {"stream": ">"}, block=5000)

        # Subscriptions.
        channels = [f"c{i}" for i in range(10)]
        listener = connect().pubsub()
        listener.subscribe(*channels); listener.psubscribe("c*")
        confirmed = [listener.get_message(timeout=10)["data"] for _ in range(11)]
        assert confirmed == list(range(1, 12)), confirmed
        for channel in channels: assert client.publish(channel, channel) == 2
        heard = [listener.get_message(timeout=10) for _ in range(20)]
        assert sorted(m["data"] for m in heard) == sorted(c.encode() for c in channels * 2), heard
        assert sorted(client.pubsub_channels()) == sorted(c.encode() for c in channels)
        assert client.pubsub_numsub("c1", "nobody") == [(b"c1", 1), (b"nobody", 0)]
        others = [connect().pubsub() for _ in range(5)]
        for other in others[:4]: other.subscribe("c1"); assert other.get_message(timeout=10)["data"] == 1
        others[4].psubscribe("c*"); assert others[4].get_message(timeout=10)["data"] == 1
        assert client.publish("c1", "all") == 7 and client.publish("c2", "some") == 3
        assert client.pubsub_numsub("c1", "c2", "nobody") == [(b"c1", 5), (b"c2", 1), (b"nobody", 0)]
        assert client.pubsub_numpat() == 1
        for other in others: assert other.get_message(timeout=10)["data"] == b"all"
        for other in others: other.close()
        heard = [listener.get_message(timeout=10)["data"] for _ in range(4)]
        assert sorted(heard) == [b"all", b"all", b"some", b"some"], heard
        listener.unsubscribe(); listener.punsubscribe()
        ended = [listener.get_message(timeout=10)["data"] for _ in range(11)]
        assert ended == list(reversed(range(11))), ended

        # All servers as one.
        client.flushall()
        for number in range(500): client.set(f"k{number}", number)
        assert len(set(client.scan_iter(count=20))) == 500
        assert len(set(client.scan_iter(match="k1*"))) == 111
        assert client.dbsize() == 500 and len(client.keys()) == 500 and client.randomkey()
        sha = client.script_load("return redis.call('get', KEYS[1])")
        assert all(client.evalsha(sha, 1, f"k{n}") == str(n).encode() for n in range(50))
        assert client.script_exists(sha, "0" * 40) == [True, False]
        client.function_load(
            "#!lua name=lib\\nredis.register_function('f', function(k) return redis.call('get', k[1]) end)")
        assert all(client.fcall("f", 1, f"k{n}") == str(n).encode() for n in range(50))
        client.flushdb()
        assert client.dbsize() == 0
        """
}
