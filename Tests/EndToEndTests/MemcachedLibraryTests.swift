import TestKit
import Testing

/// memcached's clients work with their default settings, before one server and before three.
@Suite(.serialized) struct MemcachedLibraryTests {
    @Test(arguments: [1, 3])
    func pythonMemcachedWorks(servers: Int) throws {
        try check(
            """
            import sys, memcache
            client = memcache.Client([f"127.0.0.1:{sys.argv[1]}"])
            client.flush_all()
            assert client.set("a", "1") and client.get("a") == "1" and client.get("nothing") is None
            assert client.set("list", [1, {"b": 2}]) and client.get("list") == [1, {"b": 2}]
            assert client.set_multi({f"key:{i}": i for i in range(100)}) == []
            assert client.get_multi([f"key:{i}" for i in range(120)]) == {f"key:{i}": i for i in range(100)}
            assert client.add("b", "1") and not client.add("b", "1") and client.replace("b", "2")
            assert client.append("b", "3") and client.prepend("b", "1") and client.get("b") == "123"
            assert client.set("n", "10") and client.incr("n", 5) == 15 and client.decr("n", 20) == 0
            assert client.touch("n", 100) and client.delete("n") and client.incr("n") is None
            client.cache_cas = True
            assert client.gets("b") == "123" and client.cas("b", "4") and client.get("b") == "4"
            (name, figures), = client.get_stats()
            assert int(figures["curr_items"]) >= 102 and figures["version"], figures
            assert client.delete_multi([f"key:{i}" for i in range(100)])
            client.flush_all()
            assert client.get("a") is None
            """, servers)
    }

    @Test(arguments: [1, 3], ["text", "binary"])
    func pylibmcWorks(servers: Int, language: String) throws {
        try check(
            """
            import sys, pylibmc
            binary = sys.argv[2] == "binary"
            client = pylibmc.Client([f"127.0.0.1:{sys.argv[1]}"], binary=binary, behaviors={"cas": True, "tcp_nodelay": True})
            client.flush_all()
            assert client.set("a", "1") and client.get("a") == "1" and client.get("nothing") is None
            assert client.set("list", [1, {"b": 2}]) and client.get("list") == [1, {"b": 2}]
            assert client.set_multi({f"key:{i}": i for i in range(100)}) == []
            assert client.get_multi([f"key:{i}" for i in range(120)]) == {f"key:{i}": i for i in range(100)}
            assert client.add("b", "1") and not client.add("b", "1") and client.replace("b", "2")
            assert client.append("b", "3") and client.prepend("b", "1") and client.get("b") == "123"
            value, unique = client.gets("b")
            assert value == "123" and client.cas("b", "4", unique) and not client.cas("b", "5", unique)
            assert client.set("n", 10) and client.incr("n", 5) == 15 and client.decr("n", 3) == 12
            assert client.touch("n", 100) and client.delete("n") and not client.delete("n")
            try:
                client.incr("n")
                raise AssertionError("no error")
            except pylibmc.NotFound: pass
            assert client.set("large", "x" * 1000000) and client.get("large") == "x" * 1000000
            (name, figures), = client.get_stats()
            assert int(figures["curr_items"]) >= 100, figures
            assert client.delete_multi([f"key:{i}" for i in range(100)])
            client.flush_all()
            assert client.get("a") is None
            client.disconnect_all()
            """, servers, language)
    }

    @Test(arguments: [1, 3])
    func bmemcachedWorks(servers: Int) throws {
        try check(
            """
            import sys, bmemcached
            client = bmemcached.Client((f"127.0.0.1:{sys.argv[1]}",))
            client.flush_all()
            assert client.set("a", "1") and client.get("a") == "1" and client.get("nothing") is None
            assert client.set("list", [1, {"b": 2}]) and client.get("list") == [1, {"b": 2}]
            assert client.set_multi({f"key:{i}": str(i) for i in range(100)}) == []
            assert client.get_multi([f"key:{i}" for i in range(120)]) == {f"key:{i}": str(i) for i in range(100)}
            assert client.add("b", "1") and not client.add("b", "1") and client.replace("b", "2")
            value, unique = client.gets("b")
            assert value == "2" and client.cas("b", "4", unique) and not client.cas("b", "5", unique)
            assert client.incr("n", 5, default=10) == 10 and client.incr("n", 5) == 15 and client.decr("n", 20) == 0
            assert client.delete("n")
            assert client.set("spaces in a key", "1") and client.get("spaces in a key") == "1"
            assert client.set("large", "x" * 900000) and client.get("large") == "x" * 900000
            figures, = client.stats().values()
            assert int(figures["curr_items"]) >= 100, figures
            assert client.delete_multi([f"key:{i}" for i in range(100)])
            assert client.flush_all() and client.get("a") is None
            client.disconnect_all()
            """, servers)
    }

    /// The meta protocol as a client says it.
    @Test(arguments: [1, 3])
    func metaCommandsWork(servers: Int) throws {
        try check(
            """
            import socket, sys
            from pymemcache.client.base import Client
            client = Client(("127.0.0.1", int(sys.argv[1])))
            # raw_command forgets what came before the piece with the end.
            stream = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            def raw(request):
                stream.sendall((request + "\\r\\nmn\\r\\n").encode())
                answer = b""
                while not answer.endswith(b"MN\\r\\n"): answer += stream.recv(65536)
                return answer[:-4]
            assert raw("ms a 5 T100 F7\\r\\nvalue") == b"HD\\r\\n"
            assert raw("mg a v f t k O9") == b"VA 5 f7 t100 ka O9\\r\\nvalue\\r\\n"
            assert raw("mg bm90aGluZw== b k v") == b"EN kbm90aGluZw== b\\r\\n"
            assert raw("ms n 2\\r\\n10") == b"HD\\r\\n"
            assert raw("ma n D5 v") == b"VA 2\\r\\n15\\r\\n"
            quiet = [f"ms key:{i} 3 q\\r\\n{i + 100}\\r\\nmg key:{i} k v q\\r\\nmg none:{i} v q"
                for i in range(50)]
            expected = b"".join(b"VA 3 kkey:%d\\r\\n%d\\r\\n" % (i, i + 100) for i in range(50))
            assert raw("\\r\\n".join(quiet)) == expected
            assert raw("md a q\\r\\nmd a q") == b"NF\\r\\n"
            assert raw("me n").startswith(b"ME n exp=-1")
            assert int(client.stats()[b"curr_items"]) >= 51
            assert client.stats("proxy")[b"pool"]
            client.quit()
            """, servers)
    }

    /// A client that speaks nothing else.
    @Test(arguments: [1, 3])
    func metaMemcacheWorks(servers: Int) throws {
        try check(
            """
            import sys
            from meta_memcache import CacheClient, Key, LeasePolicy, ServerAddress, SetMode
            from meta_memcache import connection_pool_factory_builder
            client = CacheClient.cache_client_from_servers(
                servers=[ServerAddress("127.0.0.1", int(sys.argv[1]))],
                connection_pool_factory_fn=connection_pool_factory_builder())
            assert client.set(Key("a"), "1", ttl=100) and client.get(Key("a")) == "1"
            assert client.get(Key("nothing")) is None
            assert client.set(Key("b"), {"x": [1]}, ttl=100) and client.get(Key("b")) == {"x": [1]}
            assert client.set(Key("über key"), b"v", ttl=None) and client.get(Key("über key")) == b"v"
            for i in range(100): assert client.set(Key(f"k{i}"), str(i), ttl=None)
            found = client.multi_get([Key(f"k{i}") for i in range(120)])
            assert {key.key: value for key, value in found.items() if value is not None} == {
                f"k{i}": str(i) for i in range(100)}, found
            assert client.delta_initialize(Key("n"), 5, 10, 100) and client.delta_and_get(Key("n"), 5) == 15
            assert client.delta_initialize(Key("m"), 5, 10, 100, no_reply=True)
            assert client.delta_initialize(Key("m"), 5, 10, 100, no_reply=True)
            assert client.delta_and_get(Key("m"), 1) == 16
            value, unique = client.get_cas(Key("a"))
            assert client.set(Key("a"), "2", ttl=None, cas_token=unique)
            assert not client.set(Key("a"), "3", ttl=None, cas_token=unique)
            assert client.touch(Key("a"), 50) and client.delete(Key("a")) and client.get(Key("a")) is None
            assert not client.set(Key("k1"), "x", ttl=None, set_mode=SetMode.ADD)
            assert client.get_or_lease(Key("l"), LeasePolicy()) is None
            """, servers)
    }

    /// libmemcached's own test of servers, which Debian names with one c more.
    @Test(arguments: [1, 3], ["-a", "-b"])
    func memcapableIsContent(servers: Int, language: String) throws {
        let nodes = try CacheNode.several(servers, .memcached)
        let proxy = try RunningProxy(pool: .memcached(nodes), workers: 2)

        let result = try TestKit.run(
            "memccapable", ["-h", "127.0.0.1", "-p", "\(proxy.port())", language, "-t", "10"])

        #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
    }

    private func check(_ script: String, _ servers: Int, _ language: String = "") throws {
        let nodes = try CacheNode.several(servers, .memcached)
        let proxy = try RunningProxy(pool: .memcached(nodes), workers: 2)

        let result = try PythonEnvironment().run(script, ["\(proxy.port())", language])

        #expect(result.status == .exited(0), "\(result.errors)")
    }
}
