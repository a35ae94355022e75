internal import Benchmark
internal import Wire

/// memcached requests and replies, as a client's and a server's connection read them.
enum MemcachedBenchmarks {
    static func register() {
        request("get", Samples.memcachedGet(Samples.keys(1)))
        request("set", Samples.memcachedSet)
        request("get-10", Samples.memcachedGet(Samples.keys(10)))
        request("get-100", Samples.memcachedGet(Samples.keys(100)))
        keys(100)
        reply("value", Samples.memcachedValues(Samples.keys(1)))
        reply("10-values", Samples.memcachedValues(Samples.keys(10)))
        reply("100-values", Samples.memcachedValues(Samples.keys(100)))
        reply("miss", Array("END\r\n".utf8))
        reply("stored", Array("STORED\r\n".utf8))
    }

    private static func request(_ name: String, _ bytes: [UInt8]) {
        var parser = MemcachedRequestParser()
        Microbenchmark(name: "memcached-request-\(name)") {
            blackHole(parser.parse(bytes.span))
        }
        .register()
    }

    private static func keys(_ count: Int) {
        let bytes = Samples.memcachedGet(Samples.keys(count))
        var parser = MemcachedRequestParser()
        guard case .request(let request) = parser.parse(bytes.span) else {
            preconditionFailure("no request")
        }
        Microbenchmark(name: "memcached-keys-get-\(count)") {
            var keys = MemcachedKeys(request)
            while let key = keys.next(in: bytes.span) { blackHole(key.offset) }
        }
        .register()
    }

    /// A scan stops at each value.
    private static func reply(_ name: String, _ bytes: [UInt8]) {
        var scanner = MemcachedReplyScanner()
        Microbenchmark(name: "memcached-reply-\(name)") {
            var start = 0
            while start < bytes.count {
                start += scanner.scan(bytes.span.extracting(start..<bytes.count)).consumed
            }
            blackHole(start)
        }
        .register()
    }
}
