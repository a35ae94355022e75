internal import Benchmark

extension BenchmarkMetric {
    /// User-space instructions of one call.
    static let perCall = BenchmarkMetric.custom("Instructions", useScalingFactor: false)
    /// Allocations of `Microbenchmark.warmCalls` calls.
    static let whenWarm = BenchmarkMetric.custom("Allocations", useScalingFactor: false)
}

/// A piece of work, measured when it is warm: how long it takes, and, with thresholds, how many
/// instructions and how many allocations.
struct Microbenchmark {
    /// Calls before anything is counted: what is allocated once, is. Which of several servers answers
    /// first is chance, and arrays grow until all orders have come.
    private static let warmUp = 2_000
    /// Calls whose allocations are counted.
    static let warmCalls = 10_000
    /// Calls whose instructions are counted; they are the same every time.
    private static let steppedCalls = 5

    /// Without spaces or slashes: the file of its thresholds is called so.
    let name: String
    /// Whether it may allocate: an exception, and then the threshold says how often.
    var allocates = false
    /// The percentage by which instructions may differ from the threshold. A compiler's point
    /// release moves some; what is worth a look moves more.
    var tolerance = 3.0
    /// The name of the thread that does the work, if it is another one than the caller's.
    var thread: String?
    /// Does it once.
    let call: () -> Void

    /// Adds it to those that are run.
    func register() {
        let configuration = Benchmark.Configuration(
            metrics: [.wallClock, .perCall, .whenWarm], warmupIterations: 0, scalingFactor: .kilo,
            maxDuration: .milliseconds(50), maxIterations: 20,
            thresholds: [
                .perCall: BenchmarkThresholds(relative: [.p90: tolerance]),
                .whenWarm: BenchmarkThresholds(),
            ])
        Benchmark(name, configuration: configuration) { benchmark in
            if benchmark.currentIteration == 0 { count(for: benchmark) }
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { call() }
            benchmark.stopMeasurement()
        }
    }

    private func count(for benchmark: Benchmark) {
        for _ in 0..<Self.warmUp { call() }
        let allocations = Meter.allocations {
            for _ in 0..<Self.warmCalls { call() }
        }
        benchmark.measurement(.whenWarm, allocations)
        // Not left to the thresholds, which anyone can update; and the framework goes on to succeed
        // after an error that a benchmark only reports.
        guard allocations == 0 || allocates else {
            fatalError("\(name): \(allocations) allocations in \(Self.warmCalls) calls when warm")
        }
        guard let instructions else {
            fatalError("instructions: this system lets no process trace another")
        }
        benchmark.measurement(.perCall, instructions)
    }

    private var instructions: Int? {
        guard let thread else {
            return Meter.instructions(ofCalls: Self.steppedCalls, call)
        }
        return Meter.instructions(ofCalls: Self.steppedCalls, in: thread, call)
    }
}
