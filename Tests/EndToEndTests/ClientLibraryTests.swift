import TestKit
import Testing

/// The clients that applications use work with their default settings.
@Suite(.serialized) struct ClientLibraryTests {
    /// The default is the newest protocol that the library knows, which depends on its version.
    @Test(arguments: ["", ", protocol=2"])
    func redisPyWorks(settings: String) throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(3, .redis)), workers: 2)
        let script = """
            import sys, redis
            client = redis.Redis(host="127.0.0.1", port=int(sys.argv[1])\(settings))
            assert client.ping()
            assert client.set("a", "1", ex=100)
            assert client.get("a") == b"1"
            assert client.get("nothing") is None
            assert client.mset({f"key:{i}": i for i in range(100)})
            values = client.mget([f"key:{i}" for i in range(100)])
            assert values == [str(i).encode() for i in range(100)], values
            assert client.hset("h", mapping={"a": 1, "b": 2}) == 2
            assert client.hgetall("h") == {b"a": b"1", b"b": b"2"}
            assert client.rpush("l", 1, 2, 3) == 3
            assert client.lrange("l", 0, -1) == [b"1", b"2", b"3"]
            assert client.zadd("z", {"a": 1, "b": 2}) == 2
            assert client.zrange("z", 0, -1, withscores=True)[1][0] == b"b"
            pipeline = client.pipeline(transaction=False)
            for i in range(500): pipeline.set(f"p:{i}", i).get(f"p:{i}")
            assert pipeline.execute()[1::2] == [str(i).encode() for i in range(500)]
            assert client.delete(*[f"key:{i}" for i in range(100)]) == 100
            try:
                client.hget("a", "field")
                raise AssertionError("no error")
            except redis.ResponseError as error:
                assert "WRONGTYPE" in str(error), error
            """

        let result = try PythonEnvironment().run(script, ["\(proxy.port())"])

        #expect(result.status == .exited(0), "\(result.errors)")
    }

    /// What the library says when it connects, and what applications ask a connection.
    @Test(arguments: [2, 3])
    func redisPyIntroducesItself(version: Int) throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let script = """
            import sys, redis
            client = redis.Redis(port=int(sys.argv[1]), protocol=\(version), client_name="app",
                single_connection_client=True)
            assert client.client_getname() in (b"app", "app"), client.client_getname()
            own = client.client_info()
            assert own["name"] == "app" and own["lib-name"].startswith("redis-py"), own
            assert client.client_id() == int(own["id"])
            assert [str(c["id"]) for c in client.client_list()] == [str(own["id"])]
            assert client.info("server")["redis_mode"] == "standalone"
            assert client.info()["role"] == "master" and client.role()[0] in (b"master", "master")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert len(client.time()) == 2 and client.echo("x") == b"x"
            assert client.command_count() > 180 and client.command_getkeys("SET", "a", 1)
            assert client.command()["get"]["arity"] == 2
            assert client.memory_usage("nothing") is None
            assert client.client_no_evict("ON") and client.client_reply("ON")
            assert client.reset() or True
            try:
                client.config_set("maxmemory", 1)
                raise AssertionError("no error")
            except redis.ResponseError as error:
                assert "is not served" in str(error), error
            """

        let result = try PythonEnvironment().run(script, ["\(proxy.port())"])

        #expect(result.status == .exited(0), "\(result.errors)")
    }

    /// At a terminal it asks for all commands first, to complete and hint at them.
    @Test func redisCliStartsAtATerminal() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(2, .redis)))
        let script = """
            import fcntl, os, pty, struct, sys, termios
            child, terminal = pty.fork()
            if child == 0:
                # Without a width it asks the terminal where its cursor is.
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
                os.environ["TERM"] = "xterm"
                os.execvp("redis-cli", ["redis-cli", "-p", sys.argv[1]])
            def until(text):
                # It forgets what was typed before its prompt.
                seen = b""
                while text not in seen or not seen.endswith(b"> "): seen += os.read(terminal, 4096)
            until(b"")
            os.write(terminal, b"set a hello\\r")
            until(b"OK")
            os.write(terminal, b"get a\\r")
            until(b'"hello"')
            os.write(terminal, b"help lmpop\\r")
            until(b"7.0.0")
            os.write(terminal, b"quit\\r")
            # It waits until somebody has seen what it wrote; its end is an error here.
            try:
                while os.read(terminal, 4096): pass
            except OSError: pass
            assert os.waitpid(child, 0)[1] == 0
            """

        let result = try PythonEnvironment().run(script, ["\(proxy.port())"])

        #expect(result.status == .exited(0), "\(result.errors)")
    }

    @Test func pymemcacheWorks() throws {
        let nodes = try CacheNode.several(3, .memcached)
        let proxy = try RunningProxy(pool: .memcached(nodes), workers: 2)
        let script = """
            import sys
            from pymemcache.client.base import Client
            client = Client(("127.0.0.1", int(sys.argv[1])))
            assert client.set("a", "1")
            assert client.get("a") == b"1"
            assert client.get("nothing") is None
            client.set_many({f"key:{i}": str(i) for i in range(100)})
            values = client.get_many([f"key:{i}" for i in range(120)])
            assert values == {f"key:{i}": str(i).encode() for i in range(100)}, values
            assert client.add("b", "1", noreply=False)
            assert not client.add("b", "1", noreply=False)
            value, unique = client.gets("b")
            assert client.cas("b", "2", unique, noreply=False)
            assert client.cas("b", "3", unique, noreply=False) is False
            assert client.set("n", "10") and client.incr("n", 5) == 15
            assert client.touch("n", 100, noreply=False)
            assert client.delete("n", noreply=False)
            assert client.version()
            client.flush_all(noreply=False)
            assert client.get("a") is None
            client.quit()
            """

        let result = try PythonEnvironment().run(script, ["\(proxy.port())"])

        #expect(result.status == .exited(0), "\(result.errors)")
    }

    @Test(arguments: [1, 2])
    func redisBenchmarkWorks(workers: Int) throws {
        let proxy = try RunningProxy(
            pool: .redis(CacheNode.several(3, .redis)), workers: workers)

        let result = try run(
            "redis-benchmark",
            [
                "-p", "\(proxy.port())", "-t", "set,get,incr,lpush,mset", "-P", "16", "-c", "100",
                "-n", "20000", "-r", "1000", "-q",
            ])

        #expect(result.status == .exited(0))
        #expect(!result.output.contains("Error") && !result.errors.contains("Error"))
        for name in ["SET", "GET", "INCR", "LPUSH", "MSET"] {
            #expect(result.output.contains(name), "\(name)")
        }
    }

    @Test func redisCliWorks() throws {
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(3, .redis)))
        let port = "\(proxy.port())"

        #expect(try run("redis-cli", ["-p", port, "SET", "a", "hello"]).output == "OK\n")
        #expect(try run("redis-cli", ["-p", port, "GET", "a"]).output == "hello\n")
        #expect(try run("redis-cli", ["-p", port, "PING"]).output == "PONG\n")
        let mistake = try run("redis-cli", ["-p", port, "NOSUCHCOMMAND"])
        #expect(mistake.output.contains("ERR unknown command"))
    }
}
