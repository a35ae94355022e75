internal import Synchronization

/// A number that every worker changes now and then: connections, never requests.
final class SharedCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// Adds and returns the new number.
    @discardableResult
    func add(_ amount: Int) -> Int {
        count.wrappingAdd(amount, ordering: .relaxed).newValue
    }
}
