internal import Glibc

/// A server connection's bytes: requests that are sent and await their replies, then requests still
/// to be sent.
///
///     first unanswered ===== sent ====== cursor ------ unsent ------ end
///
/// A reply frees its request's bytes at the front. Until then they are there to be compared with
/// the reply (a memcached VALUE names its key) or to be sent elsewhere.
@safe struct RequestLog: BitwiseCopyable {
    private var bytes = ByteList()
    /// The segment that holds the next byte to send, and its offset there; nil: at the front of
    /// `bytes`.
    private var cursor: UnsafeMutablePointer<Segment>?
    private var cursorOffset = 0
    /// Bytes still to be sent.
    private(set) var unsentCount = 0

    init() { unsafe cursor = nil }

    var count: Int { bytes.count }
    var sentCount: Int { bytes.count &- unsentCount }

    /// Copies one request, or a piece of one, in one block to the end.
    @inline(__always)
    mutating func append(_ request: RawBytes, from pool: BlockPool) {
        unsafe bytes.append(contiguous: request, from: pool)
        unsentCount &+= request.count
    }

    /// Room for a request of so many bytes, in one block, to be written there and then counted by
    /// `didFill`.
    mutating func makeRoom(
        for size: Int, from pool: BlockPool
    ) -> UnsafeMutableRawBufferPointer {
        if bytes.roomAtEnd < size { bytes.addBlock(for: size, from: pool) }
        return unsafe UnsafeMutableRawBufferPointer(start: bytes.placeAtEnd, count: size)
    }

    /// Counts `size` bytes just written into the room as a request.
    mutating func didFill(_ size: Int) {
        bytes.didFill(size)
        unsentCount += size
    }

    /// Copies a large piece of a request to the end, into as many blocks as it takes.
    mutating func append(large piece: RawBytes, from pool: BlockPool) {
        unsafe bytes.append(piece, from: pool)
        unsentCount += piece.count
    }

    /// Moves a request to the end without copying it.
    mutating func adopt(_ request: inout ByteList, to pool: BlockPool) {
        unsentCount += request.count
        bytes.splice(&request, to: pool)
    }

    /// The oldest request's bytes, at least as many as stand in one block.
    var firstBytes: RawBytes { unsafe bytes.firstBytes }

    /// A copy of the first `size` bytes.
    func copyFirst(_ size: Int) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(size)
        var next = unsafe bytes.head
        while copy.count < size, let segment = unsafe next {
            unsafe copy.append(contentsOf: ByteList.bytes(of: segment).prefix(size - copy.count))
            unsafe next = unsafe segment.pointee.next
        }
        return copy
    }

    /// Describes the unsent bytes in `vectors`, as many as fit.
    func gatherUnsent(into vectors: UnsafeMutableBufferPointer<iovec>) -> GatheredBytes {
        var gathered = unsafe GatheredBytes(vectors)
        var next = unsafe cursor ?? bytes.head
        var skipped = unsafe cursor.map { unsafe cursorOffset - $0.pointee.start } ?? 0
        while let segment = unsafe next, !gathered.isFull {
            unsafe gathered.add(ByteList.bytes(of: segment).dropping(skipped))
            skipped = 0
            unsafe next = unsafe segment.pointee.next
        }
        return gathered
    }

    /// Counts the next `size` unsent bytes as sent.
    mutating func didSend(_ size: Int) {
        precondition(size >= 0 && size <= unsentCount)
        guard size > 0 else { return }
        unsentCount -= size
        var left = size
        if unsafe cursor == nil {
            unsafe cursor = unsafe bytes.head
            cursorOffset = unsafe cursor.unsafelyUnwrapped.pointee.start
        }
        while true {
            let segment = unsafe cursor.unsafelyUnwrapped
            let piece = unsafe min(left, segment.pointee.end - cursorOffset)
            cursorOffset += piece
            left -= piece
            guard left > 0 else { return }
            unsafe cursor = unsafe segment.pointee.next
            cursorOffset = unsafe cursor.unsafelyUnwrapped.pointee.start
        }
    }

    /// Forgets the first `size` bytes: a request that was answered.
    @inline(__always)
    mutating func consume(_ size: Int, to pool: BlockPool) {
        precondition(size <= sentCount)
        if !bytes.consumeWithinFirst(size) { consumeBlocks(size, to: pool) }
    }

    @inline(never)
    private mutating func consumeBlocks(_ size: Int, to pool: BlockPool) {
        var left = size
        // The cursor must not stay on a block that is given back.
        while left > 0, let segment = unsafe bytes.head {
            let piece = unsafe min(left, segment.pointee.end - segment.pointee.start)
            if unsafe segment == cursor && piece == segment.pointee.end - segment.pointee.start {
                unsafe cursor = nil
            }
            bytes.consume(piece, to: pool)
            left -= piece
        }
    }

    /// Forgets the first `size` bytes, sent or not.
    mutating func drop(_ size: Int, to pool: BlockPool) {
        if size > sentCount { didSend(size - sentCount) }
        consume(size, to: pool)
    }

    /// Moves the first `size` bytes, sent or not, to the end of `other`, which is to send them.
    mutating func move(_ size: Int, to other: inout RequestLog, _ pool: BlockPool) {
        var left = size
        while left > 0 {
            let piece = unsafe bytes.firstBytes.piece(0, min(left, bytes.firstBytes.count))
            // What stood in one block still does.
            if piece.count == size {
                unsafe other.append(piece, from: pool)
            } else {
                unsafe other.append(large: piece, from: pool)
            }
            drop(piece.count, to: pool)
            left -= piece.count
        }
    }

    /// Forgets everything.
    mutating func removeAll(to pool: BlockPool) {
        bytes.removeAll(to: pool)
        self = RequestLog()
    }
}
