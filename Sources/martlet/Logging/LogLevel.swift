import Logging
import Synchronization

/// How much is logged: twemproxy's scale of 0 to 11, changeable while every thread logs.
///
/// | 0-2      | 3     | 4       | 5      | 6    | 7-8   | 9-11  |
/// |----------|-------|---------|--------|------|-------|-------|
/// | critical | error | warning | notice | info | debug | trace |
final class LogLevel: Sendable {
    /// The scale's ends.
    static let range = 0...11

    private let verbosity: Atomic<Int>

    /// Starts at the given verbosity, or at the nearest end of the scale.
    init(_ verbosity: Int) {
        self.verbosity = Atomic(Self.clamped(verbosity))
    }

    /// The verbosity now.
    var number: Int { verbosity.load(ordering: .relaxed) }

    /// The least severe level that is logged now.
    var threshold: Logger.Level {
        switch number {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        case 7, 8: .debug
        default: .trace
        }
    }

    /// Moves along the scale and returns the new verbosity. Only the control thread calls this.
    func adjust(by step: Int) -> Int {
        let next = Self.clamped(number + step)
        verbosity.store(next, ordering: .relaxed)
        return next
    }

    private static func clamped(_ verbosity: Int) -> Int {
        min(max(verbosity, range.lowerBound), range.upperBound)
    }
}
