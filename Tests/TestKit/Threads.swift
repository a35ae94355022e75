import Foundation
import Synchronization

/// Runs `body` on `count` threads at once, each given its own index, and collects what they return.
///
/// Tests block, so concurrent clients need threads of their own: the few threads that Swift runs
/// tasks on would be used up by them.
///
/// - Throws: The first error that a thread ended with, after all have ended.
public func onThreads<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Result
) throws -> [Result] {
    let threads = (0..<count).map { index in BackgroundThread { try body(index) } }
    let outcomes = threads.map { thread in thread.outcome() }
    return try outcomes.map { outcome in try outcome.get() }
}

/// Work on a thread of its own, started at once.
public final class BackgroundThread<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let finished = DispatchSemaphore(value: 0)

    /// Starts `body`.
    public init(_ body: @escaping @Sendable () throws -> Value) {
        let thread = Thread { [self] in
            let outcome = Result { try body() }
            result.withLock { $0 = outcome }
            finished.signal()
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Waits for the end of the work.
    ///
    /// - Throws: The error it ended with.
    public func value() throws -> Value {
        try outcome().get()
    }

    fileprivate func outcome() -> Result<Value, any Error> {
        finished.wait()
        finished.signal()
        return result.withLock { $0 ?? .failure(KitError("the thread left no result")) }
    }
}
