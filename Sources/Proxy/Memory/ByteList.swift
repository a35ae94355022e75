internal import Glibc

/// A piece of memory in a `ByteList`: this header, then its bytes.
///
///     0 ........ 32 ........ start ======== end ........ capacity
///      header      consumed       readable      free
@unsafe struct Segment {
    static let headerBytes = 32

    var next: UnsafeMutablePointer<Segment>?
    /// Of the whole block, header included.
    let capacity: Int
    /// Offsets from the beginning of the block.
    var start: Int
    var end: Int

    var room: Int { unsafe capacity &- end }
    var count: Int { unsafe end &- start }
}

/// A byte queue of linked blocks from a `BlockPool`.
///
/// Small pieces are copied behind one another; a whole list can be moved behind another one without
/// touching its bytes, which is how large values pass through. Plain data: whoever holds it owns
/// its blocks and must `removeAll`.
///
/// Always: `count` is the sum of the segments' readable bytes, and no segment but the last is
/// empty.
@safe struct ByteList: BitwiseCopyable {
    /// The first block of a list: a small reply and its header.
    private static let firstCapacity = 512
    /// What that has room for.
    static let firstRoom = unsafe firstCapacity - Segment.headerBytes
    /// The blocks of a longer list; larger ones gain nothing, a system call takes many of them.
    private static let usualCapacity = 16 * 1024
    /// What one of those has room for.
    static let usualRoom = unsafe usualCapacity - Segment.headerBytes

    private(set) var head: UnsafeMutablePointer<Segment>?
    private var tail: UnsafeMutablePointer<Segment>?
    /// Readable bytes.
    private(set) var count = 0

    init() {
        unsafe head = nil
        unsafe tail = nil
    }

    var isEmpty: Bool { count == 0 }

    // MARK: - Adding

    /// Copies the bytes to the end, into as many blocks as it takes; mostly there is room.
    @inline(__always)
    mutating func append(_ bytes: RawBytes, from pool: BlockPool) {
        if let tail = unsafe tail, unsafe bytes.count <= tail.pointee.room {
            unsafe Self.fill(tail, with: bytes)
            count &+= bytes.count
        } else if unsafe tail == nil && bytes.count <= Self.firstRoom {
            unsafe begin(with: bytes, from: pool)
        } else {
            unsafe appendPieces(bytes, from: pool)
        }
    }

    /// The beginning of a list, and all of it for a small reply.
    @inline(never)
    private mutating func begin(with bytes: RawBytes, from pool: BlockPool) {
        let segment = unsafe Self.makeSegment(Self.firstCapacity, from: pool)
        unsafe head = unsafe segment
        unsafe tail = unsafe segment
        count = bytes.count
        unsafe Self.fill(segment, with: bytes)
    }

    @inline(__always)
    private static func fill(_ segment: UnsafeMutablePointer<Segment>, with bytes: RawBytes) {
        unsafe memcpy(
            UnsafeMutableRawPointer(segment) + segment.pointee.end, bytes.start, bytes.count)
        unsafe segment.pointee.end &+= bytes.count
    }

    @inline(never)
    private mutating func appendPieces(_ bytes: RawBytes, from pool: BlockPool) {
        var source = unsafe bytes.start
        var left = bytes.count
        while left > 0 {
            if roomAtEnd == 0 { addSegment(forUpTo: left, from: pool) }
            let piece = min(left, roomAtEnd)
            unsafe memcpy(placeAtEnd, source, piece)
            didFill(piece)
            unsafe source += piece
            left -= piece
        }
    }

    /// Copies the bytes to the end, all in one block, so that `firstBytes` can show them in one
    /// piece.
    @inline(__always)
    mutating func append(contiguous bytes: RawBytes, from pool: BlockPool) {
        guard bytes.count > 0 else { return }
        if roomAtEnd < bytes.count { addBlock(for: bytes.count, from: pool) }
        unsafe Self.fill(tail.unsafelyUnwrapped, with: bytes)
        count &+= bytes.count
    }

    /// Moves every byte of `other` to the end.
    mutating func splice(_ other: inout ByteList, to pool: BlockPool) {
        guard other.count > 0 else { return other.removeAll(to: pool) }
        if count == 0 { removeAll(to: pool) }
        if let tail = unsafe tail {
            unsafe tail.pointee.next = unsafe other.head
        } else {
            unsafe head = unsafe other.head
        }
        unsafe tail = unsafe other.tail
        count += other.count
        other = ByteList()
    }

    /// Adds an empty block with room for `size` bytes in one piece, at least as large as a longer
    /// list's usual one.
    @inline(never)
    mutating func addBlock(for size: Int, from pool: BlockPool) {
        let previous = unsafe tail.map { unsafe $0.pointee.capacity } ?? 0
        let capacity = unsafe max(
            Self.firstCapacity, size + Segment.headerBytes, min(previous * 4, Self.usualCapacity))
        unsafe link(Self.makeSegment(capacity, from: pool))
    }

    /// Free room in the last block.
    var roomAtEnd: Int {
        guard let tail = unsafe tail else { return 0 }
        return unsafe tail.pointee.room
    }

    /// Where `roomAtEnd` begins.
    var placeAtEnd: UnsafeMutableRawPointer {
        let tail = unsafe tail.unsafelyUnwrapped
        return unsafe UnsafeMutableRawPointer(tail) + tail.pointee.end
    }

    /// Counts `size` bytes just written at `placeAtEnd` as readable.
    mutating func didFill(_ size: Int) {
        precondition(size >= 0 && size <= roomAtEnd)
        unsafe tail.unsafelyUnwrapped.pointee.end += size
        count += size
    }

    private mutating func addSegment(forUpTo size: Int, from pool: BlockPool) {
        addBlock(for: min(size, Self.usualRoom), from: pool)
    }

    private mutating func link(_ segment: UnsafeMutablePointer<Segment>) {
        if let tail = unsafe tail {
            unsafe tail.pointee.next = unsafe segment
        } else {
            unsafe head = unsafe segment
        }
        unsafe tail = unsafe segment
    }

    /// An empty block for so many bytes, its header included.
    @inline(__always)
    static func makeSegment(
        _ size: Int, from pool: BlockPool
    ) -> UnsafeMutablePointer<Segment> {
        let capacity = BlockPool.capacity(for: size)
        let block = unsafe pool.take(capacity: capacity)
        let segment = unsafe block.bindMemory(to: Segment.self, capacity: 1)
        unsafe segment.initialize(
            to: Segment(
                next: nil, capacity: capacity, start: Segment.headerBytes, end: Segment.headerBytes)
        )
        return unsafe segment
    }

    // MARK: - Moving

    /// Moves the first `size` bytes to the end of `other`.
    @inline(__always)
    mutating func move(_ size: Int, to other: inout ByteList, _ pool: BlockPool) {
        guard let from = unsafe head, let to = unsafe other.tail, size > 0,
            unsafe size <= from.pointee.end &- from.pointee.start,
            unsafe size <= to.pointee.capacity &- to.pointee.end
        else { return moveBlocks(size, to: &other, pool) }
        unsafe memcpy(
            UnsafeMutableRawPointer(to) + to.pointee.end,
            UnsafeRawPointer(from) + from.pointee.start, size)
        unsafe to.pointee.end &+= size
        other.count &+= size
        unsafe from.pointee.start &+= size
        count &-= size
        if unsafe from.pointee.start == from.pointee.end { dropFirstBlock(to: pool) }
    }

    /// Free room at the end of a list, while many small pieces are copied there: the list is told
    /// when it has to know (`didFill`).
    @unsafe struct Room {
        fileprivate var place: UnsafeMutableRawPointer
        fileprivate var left: Int
        /// Bytes that were copied into it.
        @safe fileprivate var filled = 0

        /// Copies the bytes into it.
        ///
        /// - Returns: false if there is no room for all of them.
        @inline(__always)
        mutating func append(_ bytes: RawBytes) -> Bool {
            guard unsafe bytes.count <= left else { return false }
            unsafe memcpy(place, bytes.start, bytes.count)
            unsafe place += bytes.count
            unsafe left &-= bytes.count
            filled &+= bytes.count
            return true
        }
    }

    /// Counts what was copied into the room as readable.
    mutating func didFill(_ room: Room) {
        if room.filled > 0 { didFill(room.filled) }
    }

    /// The free room in the last block; none without a block.
    var freeRoom: Room {
        guard unsafe tail != nil else {
            return unsafe Room(
                place: UnsafeMutableRawPointer(mutating: RawBytes.none.start), left: 0)
        }
        return unsafe Room(place: placeAtEnd, left: roomAtEnd)
    }

    @inline(never)
    private mutating func dropFirstBlock(to pool: BlockPool) {
        let segment = unsafe head.unsafelyUnwrapped
        unsafe head = unsafe segment.pointee.next
        if unsafe head == nil { unsafe tail = nil }
        unsafe pool.give(UnsafeMutableRawPointer(segment), capacity: segment.pointee.capacity)
    }

    /// Below this a block's bytes are copied, so that a list does not become one of many nearly
    /// empty blocks.
    private static let copiedBelow = 4096

    /// The same where a block becomes empty: one that is full of what moves moves as it is.
    @inline(never)
    private mutating func moveBlocks(_ size: Int, to other: inout ByteList, _ pool: BlockPool) {
        precondition(size >= 0 && size <= count)
        var left = size
        while left > 0, let segment = unsafe head {
            let bytes = unsafe Self.bytes(of: segment)
            if bytes.count >= Self.copiedBelow, bytes.count <= left, !other.endsEmpty {
                unsafe head = unsafe segment.pointee.next
                if unsafe head == nil { unsafe tail = nil }
                unsafe segment.pointee.next = nil
                unsafe other.link(segment)
                other.count += bytes.count
                count -= bytes.count
                left -= bytes.count
            } else {
                let piece = unsafe bytes.piece(0, min(left, bytes.count))
                unsafe other.append(piece, from: pool)
                consume(piece.count, to: pool)
                left -= piece.count
            }
        }
    }

    /// Whether the last block has room only, and so must stay the last.
    private var endsEmpty: Bool {
        guard let tail = unsafe tail else { return false }
        return unsafe tail.pointee.start == tail.pointee.end
    }

    /// Sees to it that the first `size` bytes, or all if there are fewer, stand in one block.
    mutating func bringTogether(_ size: Int, _ pool: BlockPool) {
        let size = min(size, count)
        guard unsafe size > firstBytes.count else { return }
        var first = ByteList()
        first.addBlock(for: size, from: pool)
        while first.count < size {
            let piece = unsafe firstBytes.piece(0, min(size - first.count, firstBytes.count))
            unsafe first.append(piece, from: pool)
            consume(piece.count, to: pool)
        }
        first.splice(&self, to: pool)
        self = first
    }

    // MARK: - Reading

    /// The readable bytes of the first block.
    var firstBytes: RawBytes {
        guard let head = unsafe head else {
            return unsafe RawBytes.none
        }
        return unsafe Self.bytes(of: head)
    }

    /// Whether all readable bytes stand in one block.
    var isContiguous: Bool { unsafe head == tail }

    static func bytes(of segment: UnsafeMutablePointer<Segment>) -> RawBytes {
        unsafe RawBytes(
            start: UnsafeRawPointer(segment) + segment.pointee.start, count: segment.pointee.count)
    }

    /// Describes the readable bytes in `vectors`, as many as fit.
    func gather(into vectors: UnsafeMutableBufferPointer<iovec>) -> GatheredBytes {
        var gathered = unsafe GatheredBytes(vectors)
        var next = unsafe head
        while let segment = unsafe next, !gathered.isFull {
            unsafe gathered.add(Self.bytes(of: segment))
            unsafe next = unsafe segment.pointee.next
        }
        return gathered
    }

    // MARK: - Removing

    /// Forgets the first `size` bytes and gives back the blocks that become empty.
    @inline(__always)
    mutating func consume(_ size: Int, to pool: BlockPool) {
        if !consumeWithinFirst(size) { consumeBlocks(size, to: pool) }
    }

    /// Forgets the first `size` bytes if more than these stand in the first block.
    ///
    /// - Returns: whether they did.
    @inline(__always)
    mutating func consumeWithinFirst(_ size: Int) -> Bool {
        guard size >= 0, let head = unsafe head, unsafe size < head.pointee.count else {
            return false
        }
        unsafe head.pointee.start &+= size
        count &-= size
        return true
    }

    @inline(never)
    private mutating func consumeBlocks(_ size: Int, to pool: BlockPool) {
        precondition(size >= 0 && size <= count)
        var left = size
        count &-= size
        while let segment = unsafe head {
            let piece = unsafe min(left, segment.pointee.count)
            unsafe segment.pointee.start &+= piece
            left &-= piece
            guard unsafe segment.pointee.start == segment.pointee.end else { return }
            unsafe head = unsafe segment.pointee.next
            unsafe pool.give(
                UnsafeMutableRawPointer(segment), capacity: segment.pointee.capacity)
            if unsafe head == nil {
                unsafe tail = nil
                return
            }
            if left == 0 { return }
        }
    }

    /// Forgets everything; mostly that stands in one block.
    @inline(__always)
    mutating func removeOnly(to pool: BlockPool) {
        guard let head = unsafe head, unsafe head == tail else { return removeAll(to: pool) }
        unsafe pool.give(UnsafeMutableRawPointer(head), capacity: head.pointee.capacity)
        self = ByteList()
    }

    /// Forgets everything.
    mutating func removeAll(to pool: BlockPool) {
        var next = unsafe head
        while let segment = unsafe next {
            unsafe next = unsafe segment.pointee.next
            unsafe pool.give(
                UnsafeMutableRawPointer(segment), capacity: segment.pointee.capacity)
        }
        self = ByteList()
    }
}
