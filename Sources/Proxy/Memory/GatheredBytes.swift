internal import Glibc

/// Pieces of memory for one gathering write.
@safe struct GatheredBytes {
    private let all: UnsafeMutableBufferPointer<iovec>
    private var filled = 0
    /// The pieces' bytes.
    private(set) var count = 0

    init(_ vectors: UnsafeMutableBufferPointer<iovec>) { unsafe all = vectors }

    var isFull: Bool { unsafe filled == all.count }

    /// As the system call takes them.
    var vectors: UnsafeMutableBufferPointer<iovec> {
        unsafe UnsafeMutableBufferPointer(rebasing: all[..<filled])
    }

    mutating func add(_ bytes: RawBytes) {
        guard bytes.count > 0 else { return }
        unsafe all[filled] = unsafe iovec(
            iov_base: UnsafeMutableRawPointer(mutating: bytes.start), iov_len: bytes.count)
        filled += 1
        count += bytes.count
    }

    /// Keeps the first piece only, and no more of it than `limit` bytes.
    mutating func cut(to limit: Int) {
        guard filled > 0 else { return }
        filled = 1
        count = unsafe min(all[0].iov_len, limit)
        unsafe all[0].iov_len = count
    }
}
