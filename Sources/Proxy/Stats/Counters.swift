internal import Synchronization

/// Figures that one worker writes and any thread may read.
///
/// A single writer needs no read-modify-write: a relaxed load and store compile to one plain
/// increment. Each table is its own allocation on its own cache lines, so that workers never share
/// one.
///
/// A handle on cells that a `WorkerCounters` owns.
@safe struct Counters: @unchecked Sendable, BitwiseCopyable {
    /// Two lines: the adjacent one is prefetched along on x86.
    private static let cacheLines = 128

    private let cells: UnsafeMutablePointer<Atomic<Int>>
    private let count: Int

    init(count: Int) {
        let bytes =
            (count * MemoryLayout<Atomic<Int>>.stride + Self.cacheLines - 1)
            & ~(Self.cacheLines - 1)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.cacheLines)
        unsafe cells = memory.bindMemory(to: Atomic<Int>.self, capacity: count)
        self.count = count
        for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    /// Frees the cells. No handle may be used any more.
    func destroy() { unsafe cells.deallocate() }

    /// Any thread: the figure now.
    func value(_ index: Int) -> Int {
        precondition(index >= 0 && index < count)
        return unsafe cells[index].load(ordering: .relaxed)
    }

    /// The writer only: adds to a figure.
    func add(_ amount: Int, to index: Int) {
        precondition(index >= 0 && index < count)
        let cell = unsafe cells + index
        let sum = unsafe cell.pointee.load(ordering: .relaxed) &+ amount
        unsafe cell.pointee.store(sum, ordering: .relaxed)
    }

    /// The writer only: sets a figure.
    func set(_ value: Int, at index: Int) {
        precondition(index >= 0 && index < count)
        unsafe cells[index].store(value, ordering: .relaxed)
    }
}

extension Counters {
    func add(_ amount: Int = 1, to metric: PoolMetric) { add(amount, to: metric.index) }
    func add(_ amount: Int = 1, to metric: ServerMetric) { add(amount, to: metric.index) }
    func add(_ amount: Int = 1, to metric: GroupMetric) { add(amount, to: metric.index) }
}
