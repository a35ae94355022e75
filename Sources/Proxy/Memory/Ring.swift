/// A first-in, first-out queue of plain values in one block of a `BlockPool`.
///
///     0 ......... head ========= head + count ......... capacity   (wraps around)
///      free        elements, oldest first        free
///
/// Always: capacity is a power of two or 0, count ≤ capacity. An empty ring larger than its first
/// size gives its block back, so an idle connection keeps next to nothing; the next one is as
/// large, so that a client who pipelines 16 requests at a time does not make it grow twice for each
/// 16, or half as large if half was not needed. The owner empties it by `release` before it goes.
@safe struct Ring<Element: BitwiseCopyable>: ~Copyable {
    /// One: an idle client keeps the block, and most send one request at a time.
    private static var firstCapacity: Int { 1 }

    private var elements: UnsafeMutablePointer<Element>?
    /// The capacity less 1.
    private var mask = -1
    private var nextCapacity = Self.firstCapacity
    private var head = 0
    private(set) var count = 0

    init() { unsafe elements = nil }

    deinit { assert(capacity == 0, "a ring was not released") }

    private var capacity: Int { mask &+ 1 }

    var isEmpty: Bool { count == 0 }

    /// The element at `index`, 0 being the oldest.
    subscript(index: Int) -> Element {
        @inline(__always)
        get {
            precondition(index >= 0 && index < count)
            return unsafe elements.unsafelyUnwrapped[(head &+ index) & mask]
        }
        set {
            precondition(index >= 0 && index < count)
            unsafe elements.unsafelyUnwrapped[(head &+ index) & mask] = newValue
        }
    }

    /// The oldest element.
    @inline(__always)
    var first: Element {
        precondition(count > 0)
        return unsafe elements.unsafelyUnwrapped[head]
    }

    /// Changes the element at `index` in place.
    @inline(__always)
    mutating func update(_ index: Int, _ change: (inout Element) -> Void) {
        precondition(index >= 0 && index < count)
        unsafe change(&elements.unsafelyUnwrapped[(head &+ index) & mask])
    }

    /// Changes the elements from `first` up to `end`, which is not one of them.
    @inline(__always)
    mutating func update(from first: Int, upTo end: Int, _ change: (inout Element) -> Void) {
        precondition(first >= 0 && end <= count)
        var index = first
        while index < end {
            unsafe change(&elements.unsafelyUnwrapped[(head &+ index) & mask])
            index &+= 1
        }
    }

    /// Adds a newest element.
    @inline(__always)
    mutating func append(_ element: Element, from pool: BlockPool) {
        if count > mask { grow(from: pool) }
        unsafe elements.unsafelyUnwrapped[(head &+ count) & mask] = element
        count &+= 1
    }

    /// Takes the oldest element.
    mutating func popFirst(to pool: BlockPool) -> Element {
        precondition(count > 0)
        let element = unsafe elements.unsafelyUnwrapped[head]
        dropFirst(to: pool)
        return element
    }

    /// Forgets the oldest element, or so many of them.
    @inline(__always)
    mutating func dropFirst(_ dropped: Int = 1, to pool: BlockPool) {
        precondition(dropped >= 0 && dropped <= count)
        head = (head &+ dropped) & mask
        count &-= dropped
        if count == 0 { shrink(to: pool) }
    }

    @inline(never)
    private mutating func shrink(to pool: BlockPool) {
        guard capacity > Self.firstCapacity else { return }
        // So many have passed since the block was new, if it was filled once and emptied once.
        let passed = head == 0 ? capacity : head
        nextCapacity = passed > capacity / 2 ? capacity : capacity / 2
        release(to: pool)
    }

    /// Gives the block back; whatever was queued is forgotten.
    @inline(never)
    mutating func release(to pool: BlockPool) {
        guard let elements = unsafe elements else { return }
        unsafe pool.give(UnsafeMutableRawPointer(elements), capacity: Self.bytes(capacity))
        unsafe self.elements = nil
        mask = -1
        head = 0
        count = 0
    }

    @inline(never)
    private mutating func grow(from pool: BlockPool) {
        let larger = max(nextCapacity, capacity * 2)
        let block = unsafe pool.take(larger * MemoryLayout<Element>.stride)
        let target = unsafe block.bindMemory(to: Element.self, capacity: larger)
        for index in 0..<count {
            unsafe target[index] = unsafe elements.unsafelyUnwrapped[
                (head + index) & mask]
        }
        if let elements = unsafe elements {
            unsafe pool.give(UnsafeMutableRawPointer(elements), capacity: Self.bytes(capacity))
        }
        unsafe elements = unsafe target
        mask = larger - 1
        head = 0
    }

    private static func bytes(_ capacity: Int) -> Int {
        BlockPool.capacity(for: capacity * MemoryLayout<Element>.stride)
    }
}
