internal import Benchmark

/// The whole way of a request through a worker: rings, split and merge, event loop and sockets.
///
/// Only the worker's instructions are counted. The time has the kernel's share and that of the
/// client and the servers in it, one after the other, so it says little.
enum PathBenchmarks {
    static func register() {
        path("redis-get", .redisGet(pipeline: 1))
        path("redis-get-pipeline-16", .redisGet(pipeline: 16))
        path("redis-mget-10-4-servers", .redisMultiGet(10, servers: 4))
        path("memcached-get", .memcachedGet(1, servers: 1))
        path("memcached-get-10-4-servers", .memcachedGet(10, servers: 4))
    }

    /// How events fall into turns of the loop differs a little each time.
    private static let tolerance = 10.0

    /// The proxy starts with the first round, so a benchmark that is not run costs nothing.
    private static func path(
        _ name: String, _ conversation: @escaping @autoclosure () -> Conversation
    ) {
        var proxy: LocalProxy?
        Microbenchmark(
            name: "whole-path-\(name)", tolerance: tolerance, thread: LocalProxy.worker
        ) {
            if proxy == nil {
                do {
                    proxy = try LocalProxy(conversation())
                } catch {
                    fatalError("no proxy: \(error)")
                }
            }
            proxy?.talk()
        }
        .register()
    }
}
