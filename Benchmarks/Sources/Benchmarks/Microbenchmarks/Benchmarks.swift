internal import Benchmark

/// All microbenchmarks; the framework runs what this registers.
let benchmarks: @Sendable () -> Void = {
    RedisBenchmarks.register()
    MemcachedBenchmarks.register()
    HashingBenchmarks.register()
    PathBenchmarks.register()
}
