internal import Benchmark
internal import Wire

/// Redis requests and replies, as a client's and a server's connection read them.
enum RedisBenchmarks {
    static func register() {
        let set = Samples.redis([
            "SET", Samples.key(0), String(decoding: Samples.value, as: UTF8.self),
        ])
        request("get", Samples.redis(["GET", Samples.key(0)]))
        request("set", set)
        request("mget-10", Samples.redis(["MGET"] + Samples.keys(10)))
        request("mget-100", Samples.redis(["MGET"] + Samples.keys(100)))
        inline()
        keys(10)
        keys(100)
        reply("bulk", Samples.redisValues(1, isArray: false))
        reply("status", Array("+OK\r\n".utf8))
        reply("array-of-10", Samples.redisValues(10, isArray: true))
        reply("array-of-100", Samples.redisValues(100, isArray: true))
    }

    private static func request(_ name: String, _ bytes: [UInt8]) {
        var parser = RedisPlainParser()
        Microbenchmark(name: "redis-request-\(name)") {
            blackHole(parser.parse(bytes.span))
        }
        .register()
    }

    /// Inline commands are typed by hand, so they may cost something.
    private static func inline() {
        let line = Array("GET \(Samples.key(0))\r\n".utf8)
        var parser = RedisRequestParser()
        Microbenchmark(name: "redis-request-inline", allocates: true) {
            blackHole(parser.parse(line.span))
        }
        .register()
        Microbenchmark(name: "redis-request-inline-to-array", allocates: true) {
            blackHole(RedisInline.encode(line.span))
        }
        .register()
    }

    private static func keys(_ count: Int) {
        let bytes = Samples.redis(["MGET"] + Samples.keys(count))
        var parser = RedisRequestParser()
        guard case .request(let request) = parser.parse(bytes.span) else {
            preconditionFailure("no request")
        }
        Microbenchmark(name: "redis-keys-mget-\(count)") {
            // MGET's keys can always be told.
            guard var keys = try? RedisKeys(request, in: bytes.span) else { return }
            while let key = keys.next(in: bytes.span) { blackHole(key.offset) }
        }
        .register()
    }

    private static func reply(_ name: String, _ bytes: [UInt8]) {
        var scanner = RedisReplyScanner()
        Microbenchmark(name: "redis-reply-\(name)") {
            blackHole(scanner.scan(bytes.span).consumed)
        }
        .register()
    }
}
