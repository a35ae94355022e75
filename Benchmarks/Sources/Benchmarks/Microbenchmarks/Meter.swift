internal import CMeter

/// Counts what this process does.
enum Meter {
    /// Allocations of all threads during `work`.
    static func allocations(during work: () -> Void) -> Int {
        let before = meter_allocations()
        work()
        return meter_allocations() - before
    }

    /// User-space instructions of this thread per call, over so many calls (at least 2); nil if the
    /// system does not let processes trace each other.
    static func instructions(ofCalls count: Int, _ call: () -> Void) -> Int? {
        guard meter_step(0) else { return nil }
        let taken = steps(ofCalls: count, call)
        meter_release()
        meter_join()
        return taken
    }

    /// The same of the thread named `thread`, which works while `call` waits for it.
    static func instructions(ofCalls count: Int, in thread: String, _ call: () -> Void) -> Int? {
        let number = unsafe meter_thread(thread)
        guard number > 0, meter_step(number) else { return nil }
        call()
        let taken = steps(ofCalls: count, call)
        meter_release()
        // It waits for something to do before it can be let go.
        call()
        meter_join()
        return taken
    }

    /// The first call pays for reading the counter, so that it does not show in the others.
    private static func steps(ofCalls count: Int, _ call: () -> Void) -> Int {
        let start = meter_steps()
        call()
        let first = meter_steps()
        for _ in 0..<count { call() }
        return (meter_steps() - first - (first - start)) / (count - 1)
    }
}
