internal import Synchronization

/// How long one worker's requests took: histograms by server, class and part.
///
/// Written by one thread and read by any, as `Counters` are. The histograms of a server and class
/// are made when the first such request is counted: one allocation of 6 KiB, published by an atomic
/// pointer. Nothing is ever reset; whoever wants to know of the last minute subtracts.
///
/// Measured as a whole, stamps included, over four servers: 97 instructions for a GET of 1,750 in
/// user space; 66 of 1,144 in pipelines of 16.
///
/// A handle on memory that a `WorkerCounters` owns.
@safe struct LatencyCells: @unchecked Sendable, BitwiseCopyable {
    /// One histogram: its buckets, the sum of all times and the longest one; padded to whole cache
    /// lines.
    private static let stride = 248
    private static let sum = LatencyScale.bucketCount
    private static let longest = LatencyScale.bucketCount + 1
    /// Two lines: the adjacent one is prefetched along on x86.
    private static let alignment = 128

    private let slots: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
    private let count: Int

    /// - Parameter rows: one for each server, and one for each pool's requests that went to
    ///   several.
    init(rows: Int) {
        count = rows * CommandClass.allCases.count
        unsafe slots = .allocate(capacity: count)
        for slot in 0..<count { unsafe (slots + slot).initialize(to: Atomic(nil)) }
    }

    /// Frees the histograms. No handle may be used any more.
    func destroy() {
        for slot in 0..<count {
            unsafe slots[slot].load(ordering: .acquiring)?.deallocate()
        }
        unsafe slots.deallocate()
    }

    // MARK: - Writing

    /// The writer only: counts requests that took so many microseconds each.
    @inline(__always)
    func add(_ microseconds: UInt32, times: Int, to part: LatencyPart, of slot: LatencySlot) {
        let cells = unsafe histograms(of: slot) + part.rawValue &* Self.stride
        unsafe Self.add(times, to: cells + LatencyScale.bucket(of: microseconds))
        unsafe Self.add(times &* Int(microseconds), to: cells + Self.sum)
        let longest = unsafe cells + Self.longest
        if unsafe longest.pointee.load(ordering: .relaxed) < Int(microseconds) {
            unsafe longest.pointee.store(Int(microseconds), ordering: .relaxed)
        }
    }

    @inline(__always)
    private static func add(_ amount: Int, to cell: UnsafeMutablePointer<Atomic<Int>>) {
        let sum = unsafe cell.pointee.load(ordering: .relaxed) &+ amount
        unsafe cell.pointee.store(sum, ordering: .relaxed)
    }

    @inline(__always)
    private func histograms(of slot: LatencySlot) -> UnsafeMutablePointer<Atomic<Int>> {
        precondition(Int(slot.number) < count)
        guard let memory = unsafe slots[Int(slot.number)].load(ordering: .relaxed) else {
            return unsafe makeHistograms(of: slot)
        }
        return unsafe memory.assumingMemoryBound(to: Atomic<Int>.self)
    }

    @inline(never)
    private func makeHistograms(of slot: LatencySlot) -> UnsafeMutablePointer<Atomic<Int>> {
        let capacity = LatencyPart.allCases.count * Self.stride
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: capacity * MemoryLayout<Atomic<Int>>.stride, alignment: Self.alignment)
        let cells = unsafe memory.bindMemory(to: Atomic<Int>.self, capacity: capacity)
        for index in 0..<capacity { unsafe (cells + index).initialize(to: Atomic(0)) }
        unsafe slots[Int(slot.number)].store(memory, ordering: .releasing)
        return unsafe cells
    }

    // MARK: - Reading

    /// Any thread: adds what was counted so far.
    func add(_ part: LatencyPart, of slot: LatencySlot, to histogram: inout LatencyHistogram) {
        precondition(Int(slot.number) < count)
        guard let memory = unsafe slots[Int(slot.number)].load(ordering: .acquiring) else { return }
        let cells =
            unsafe memory.assumingMemoryBound(to: Atomic<Int>.self) + part.rawValue * Self.stride
        for bucket in 0..<LatencyScale.bucketCount {
            let times = unsafe cells[bucket].load(ordering: .relaxed)
            if times > 0 { histogram.add(times, toBucket: bucket) }
        }
        histogram.add(
            sum: unsafe cells[Self.sum].load(ordering: .relaxed),
            longest: unsafe cells[Self.longest].load(ordering: .relaxed))
    }
}

/// Where a latency is counted: a row, which stands for a server, and the class within it.
struct LatencySlot: BitwiseCopyable, Equatable {
    let number: UInt32

    init(number: UInt32) { self.number = number }

    @inline(__always)
    init(row: UInt32, _ commandClass: CommandClass) {
        number = row &* 4 &+ UInt32(commandClass.rawValue)
    }

    /// Whether its class is `split`.
    var isSplit: Bool { number & 3 == UInt32(CommandClass.split.rawValue) }

    /// A request that the statistics of latency pass over, since no server had a part in it.
    static let none = LatencySlot(number: .max)
}
