/// Connections that wait for a request, the one that has waited longest first, so that all are used.
struct IdleQueue {
    private var numbers: [Int]
    private var head = 0
    private var count = 0

    /// Has room for so many.
    init(capacity: Int) {
        numbers = Array(repeating: 0, count: capacity)
    }

    var isEmpty: Bool { count == 0 }

    mutating func append(_ number: Int) {
        precondition(count < numbers.count)
        let tail = head + count
        numbers[tail < numbers.count ? tail : tail - numbers.count] = number
        count += 1
    }

    mutating func removeFirst() -> Int {
        precondition(count > 0)
        let number = numbers[head]
        head = head + 1 == numbers.count ? 0 : head + 1
        count -= 1
        return number
    }
}
