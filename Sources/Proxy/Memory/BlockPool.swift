internal import Glibc

/// Raw memory in sizes of powers of two, recycled within one worker.
///
/// A taken block belongs to whoever took it until it is given back. Given-back blocks wait in a
/// list per size, so that a warm worker never calls the allocator; what waits is bounded, and the
/// rest is freed at once, so that memory returns after a burst. Blocks above `largestPooled` are
/// not kept, and those above `largestAllocated` are the system's again at once.
///
/// A handle on state that its worker owns from `init` to `destroy`: passing it costs no reference
/// counting, which was a quarter of the instructions of a pipelined GET when this was a class.
@safe struct BlockPool: BitwiseCopyable {
    /// 64 bytes: a client's first few requests.
    private static let smallestShift = 6
    /// 64 KiB: above it a block comes from and returns to the allocator.
    private static let largestShift = 16
    private static let sizes = largestShift - smallestShift + 1
    static let largestPooled = 1 << largestShift

    #if UNPOOLED
        // Each block is the allocator's, so that a sanitizer sees every use after `give`.
        private static let waitingBytesPerSize = 0
        static let largestAllocated = Int.max
    #else
        /// What may wait per size: enough for every client that speaks in one turn of the loop,
        /// with values of 64 KB for most of a hundred, whose SETs cost 12 % more where the
        /// allocator gave such memory to the system and took it back each time. What is not needed
        /// any more for long is freed (`MemoryReturn`).
        private static let waitingBytesPerSize = 4 * 1024 * 1024
        /// Above it a block is a mapping of its own. The allocator would begin likewise, but keeps
        /// blocks of any size that it has once been given back for the next one, up to 32 MiB.
        static let largestAllocated = 1024 * 1024
    #endif

    /// One list per size; a waiting block begins with the address of the next.
    @unsafe private struct Waiting {
        var first: UnsafeMutableRawPointer?
        var bytes = 0
    }

    private let lists: UnsafeMutablePointer<Waiting>
    private let taken: UnsafeMutablePointer<Int>

    init() {
        unsafe lists = .allocate(capacity: Self.sizes)
        unsafe lists.initialize(repeating: Waiting(first: nil), count: Self.sizes)
        unsafe taken = .allocate(capacity: 1)
        unsafe taken.initialize(to: 0)
    }

    /// Frees what waits.
    func freeWaiting() {
        for size in 0..<Self.sizes {
            while let block = unsafe lists[size].first {
                unsafe lists[size].first = unsafe block.load(as: UnsafeMutableRawPointer?.self)
                unsafe Glibc.free(block)
            }
            unsafe lists[size].bytes = 0
        }
    }

    /// Frees what waits. No block may be taken or given any more.
    func destroy() {
        freeWaiting()
        unsafe lists.deallocate()
        unsafe taken.deallocate()
    }

    /// Bytes in blocks that are taken now.
    var bytesTaken: Int { unsafe taken.pointee }

    /// The size of the block that `take(count)` returns.
    @inline(__always)
    static func capacity(for count: Int) -> Int {
        if count <= 1 << smallestShift { return 1 << smallestShift }
        if count <= largestPooled { return 1 << (Int.bitWidth &- (count &- 1).leadingZeroBitCount) }
        return (count + largestPooled - 1) & ~(largestPooled - 1)
    }

    /// A block of at least `count` bytes, of `capacity(for: count)` exactly. Its content is
    /// undefined.
    func take(_ count: Int) -> UnsafeMutableRawPointer {
        unsafe take(capacity: Self.capacity(for: count))
    }

    /// A block of this capacity, one of those that `capacity(for:)` returns.
    @inline(__always)
    func take(capacity: Int) -> UnsafeMutableRawPointer {
        unsafe taken.pointee &+= capacity
        guard capacity <= Self.largestPooled else { return unsafe Self.allocate(capacity) }
        let list = unsafe lists + (capacity.trailingZeroBitCount &- Self.smallestShift)
        guard let block = unsafe list.pointee.first else { return unsafe Self.allocate(capacity) }
        unsafe list.pointee.first = unsafe block.load(as: UnsafeMutableRawPointer?.self)
        unsafe list.pointee.bytes &-= capacity
        return unsafe block
    }

    /// Takes back a block that `take` returned for this capacity.
    @inline(__always)
    func give(_ block: UnsafeMutableRawPointer, capacity: Int) {
        unsafe taken.pointee &-= capacity
        assert(bytesTaken >= 0)
        guard capacity <= Self.largestPooled else { return unsafe Self.free(block, capacity) }
        let list = unsafe lists + (capacity.trailingZeroBitCount &- Self.smallestShift)
        guard unsafe list.pointee.bytes < Self.waitingBytesPerSize else {
            return unsafe Glibc.free(block)
        }
        unsafe block.storeBytes(of: list.pointee.first, as: UnsafeMutableRawPointer?.self)
        unsafe list.pointee.first = unsafe block
        unsafe list.pointee.bytes &+= capacity
    }

    /// Memory that the system refuses ends the process: there is no request to answer with an
    /// error, since any might have been the one too many, and a supervisor restarts a proxy in
    /// milliseconds.
    @inline(never)
    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        let block =
            capacity > largestAllocated
            ? unsafe mmap(
                nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            : unsafe malloc(capacity)
        guard let block = unsafe block, unsafe block != MAP_FAILED else {
            fatalError("out of memory")
        }
        return unsafe block
    }

    private static func free(_ block: UnsafeMutableRawPointer, _ capacity: Int) {
        guard capacity > largestAllocated else { return unsafe Glibc.free(block) }
        // Fails only for what is no mapping.
        _ = unsafe munmap(block, capacity)
    }
}
