internal import Glibc

/// Small replies of one client that came before their turn, in blocks that they share.
///
///     32 ~~~~~~~~~~~~~~~~~~~~~~~~~~ end ........ capacity
///      held, and `start` - 32 bytes       free
///      of it released
///
/// They leave in another order than they came in, so a block only counts what has left, and is
/// given back with the last reply in it. A list of blocks for each reply instead, as large ones
/// have, cost 150 instructions a reply.
///
/// Plain data: whoever holds it owns the blocks of what was added, and must release all of it.
@safe struct HeldReplies: BitwiseCopyable {
    /// Where a reply stands.
    @safe struct Place: BitwiseCopyable {
        fileprivate var block: UnsafeMutablePointer<Segment>?
        fileprivate var offset: UInt32 = 0
        fileprivate var size: UInt32 = 0

        /// No reply.
        init() { unsafe block = nil }

        @inline(__always)
        fileprivate init(_ block: UnsafeMutablePointer<Segment>, _ offset: Int, _ size: Int) {
            unsafe self.block = unsafe block
            self.offset = UInt32(truncatingIfNeeded: offset)
            self.size = UInt32(truncatingIfNeeded: size)
        }

        var isTaken: Bool { unsafe block != nil }
        var count: Int { Int(size) }

        /// The reply, until it is released.
        @inline(__always)
        var bytes: RawBytes {
            unsafe RawBytes(
                start: UnsafeRawPointer(block.unsafelyUnwrapped) + Int(offset), count: Int(size))
        }
    }

    /// Longer replies keep blocks of their own, which are sent without another copy.
    static let longest = 4096
    /// A block has room for as many replies as may come before their turn, up to this.
    private static let largestBlock = 16 * 1024

    /// The block that is being filled.
    private var block: UnsafeMutablePointer<Segment>?

    init() { unsafe block = nil }

    /// Copies a reply.
    ///
    /// - Parameters:
    ///   - reply: up to `longest` bytes, but not none: a block counts bytes, and would be given
    ///     back before the last of its replies.
    ///   - others: so many more may come.
    @inline(__always)
    mutating func add(_ reply: RawBytes, of others: Int, from pool: BlockPool) -> Place {
        guard let block = unsafe block, unsafe reply.count <= block.pointee.room else {
            return unsafe addToNew(reply, of: others, from: pool)
        }
        return unsafe Self.copy(reply, to: block)
    }

    @inline(never)
    private mutating func addToNew(
        _ reply: RawBytes, of others: Int, from pool: BlockPool
    ) -> Place {
        let wanted = unsafe min(reply.count * others, Self.largestBlock - Segment.headerBytes)
        let new = unsafe ByteList.makeSegment(
            max(reply.count, wanted) + Segment.headerBytes, from: pool)
        // The one before it belongs to its replies now.
        unsafe block = unsafe new
        return unsafe Self.copy(reply, to: new)
    }

    @inline(__always)
    private static func copy(
        _ reply: RawBytes, to block: UnsafeMutablePointer<Segment>
    ) -> Place {
        let offset = unsafe block.pointee.end
        unsafe memcpy(UnsafeMutableRawPointer(block) + offset, reply.start, reply.count)
        unsafe block.pointee.end = offset &+ reply.count
        return unsafe Place(block, offset, reply.count)
    }

    /// Forgets a reply.
    @inline(__always)
    mutating func release(_ place: Place, to pool: BlockPool) {
        let block = unsafe place.block.unsafelyUnwrapped
        unsafe block.pointee.start &+= place.count
        if unsafe block.pointee.start == block.pointee.end { unsafe giveBack(block, to: pool) }
    }

    @inline(never)
    private mutating func giveBack(_ empty: UnsafeMutablePointer<Segment>, to pool: BlockPool) {
        if unsafe block == empty { unsafe block = nil }
        unsafe pool.give(UnsafeMutableRawPointer(empty), capacity: empty.pointee.capacity)
    }
}
