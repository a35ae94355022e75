import Foundation

/// Waits until a condition holds, looking every few milliseconds.
///
/// - Returns: Whether it held before `timeout` seconds had passed.
public func eventually(
    timeout: Double = 10, _ condition: () throws -> Bool
) rethrows -> Bool {
    let deadline = now() + timeout
    while true {
        if try condition() { return true }
        if now() >= deadline { return false }
        usleep(5_000)
    }
}

/// Whether a condition holds at every look for `seconds`.
public func always(for seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = now() + seconds
    while now() < deadline {
        if try !condition() { return false }
        usleep(5_000)
    }
    return true
}

/// Seconds on a clock that only moves forward.
public func now() -> Double {
    ProcessInfo.processInfo.systemUptime
}
