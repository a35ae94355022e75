internal import Glibc

/// Points of time on a loop's clock as dates, as of one moment.
struct WallClock {
    private let loopNow: Int64
    private let now = Self.microsecondsSinceEpoch()

    /// - Parameter loopNow: what the loop's clock shows now, in milliseconds.
    init(at loopNow: Int64) { self.loopNow = loopNow }

    /// A point of time on the loop's clock, in microseconds since the Unix epoch.
    func microseconds(of milliseconds: Int64) -> Int { now - Int(loopNow - milliseconds) * 1000 }

    /// The time, in microseconds since the Unix epoch.
    static func microsecondsSinceEpoch() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
