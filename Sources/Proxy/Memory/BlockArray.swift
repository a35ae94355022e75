/// A row of plain values in one block of a `BlockPool`, which grows as it fills.
///
/// Plain data: whoever holds it owns its block and must `removeAll`. A Swift array asks before
/// every change whether it is its storage's only owner, eight times for each key of an MGET.
///
/// Always: 0 ≤ count ≤ capacity.
@safe struct BlockArray<Element: BitwiseCopyable>: BitwiseCopyable {
    private var elements: UnsafeMutablePointer<Element>?
    private var capacity = 0
    private(set) var count = 0

    init() { unsafe elements = nil }

    var isEmpty: Bool { count == 0 }

    /// The element at `index`; the comparison without signs tells negative ones too.
    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return unsafe elements.unsafelyUnwrapped[index]
        }
        @inline(__always) _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            yield unsafe &elements.unsafelyUnwrapped[index]
        }
    }

    /// Adds an element at the end.
    @inline(__always)
    mutating func append(_ element: Element, from pool: BlockPool) {
        if count == capacity { reserve(count + 1, from: pool) }
        unsafe elements.unsafelyUnwrapped[count] = element
        count &+= 1
    }

    /// Changes so many elements together, the first at `first`.
    @inline(__always)
    mutating func update(
        at first: Int, count: Int, _ change: (inout MutableSpan<Element>) -> Void
    ) {
        precondition(first >= 0 && count >= 0 && first <= self.count &- count)
        guard let elements = unsafe elements else { return }
        let piece = unsafe UnsafeMutableBufferPointer(start: elements + first, count: count)
        var span = unsafe piece.mutableSpan
        change(&span)
    }

    /// Forgets everything but keeps the block, if it has no more than so many bytes.
    @inline(__always)
    mutating func removeAll(keepingUpTo size: Int, to pool: BlockPool) {
        count = 0
        if capacity &* MemoryLayout<Element>.stride > size { removeAll(to: pool) }
    }

    /// Adds an element so many times.
    mutating func append(_ element: Element, times: Int, from pool: BlockPool) {
        guard times > 0 else { return }
        reserve(count + times, from: pool)
        unsafe (elements.unsafelyUnwrapped + count).initialize(repeating: element, count: times)
        count += times
    }

    /// Makes room for so many elements in all, at least twice as much as there was.
    @inline(never)
    mutating func reserve(_ wanted: Int, from pool: BlockPool) {
        guard wanted > capacity else { return }
        let stride = MemoryLayout<Element>.stride
        let size = BlockPool.capacity(for: max(wanted, capacity * 2) * stride)
        let block = unsafe pool.take(size)
        let larger = unsafe block.bindMemory(to: Element.self, capacity: size / stride)
        if let elements = unsafe elements {
            unsafe larger.update(from: elements, count: count)
            giveBack(to: pool)
        }
        unsafe elements = unsafe larger
        capacity = size / stride
    }

    /// Forgets everything.
    mutating func removeAll(to pool: BlockPool) {
        giveBack(to: pool)
        self = BlockArray()
    }

    private func giveBack(to pool: BlockPool) {
        guard let elements = unsafe elements else { return }
        let size = BlockPool.capacity(for: capacity * MemoryLayout<Element>.stride)
        unsafe pool.give(UnsafeMutableRawPointer(elements), capacity: size)
    }
}
