internal import Hashing

/// Keys whose servers are found together: of a run of requests, or of one that has many.
///
/// One worker has one. It holds nothing between two requests.
@safe struct KeyBatch {
    /// Two times as many as are hashed at once.
    static let capacity = 16

    private let keys: UnsafeMutableBufferPointer<KeyRange>
    private let servers: UnsafeMutableBufferPointer<Int32>

    init() {
        unsafe keys = .allocate(capacity: Self.capacity)
        unsafe keys.initialize(repeating: KeyRange(offset: 0, length: 0))
        unsafe servers = .allocate(capacity: Self.capacity)
        unsafe servers.initialize(repeating: 0)
    }

    func deallocate() {
        unsafe keys.deallocate()
        unsafe servers.deallocate()
    }

    /// The key at `index`, which is within the bytes that `find` will be given.
    @inline(__always)
    func set(_ index: Int, offset: Int, length: Int) {
        precondition(index >= 0 && index < Self.capacity)
        unsafe keys[index] = KeyRange(offset: offset, length: length)
    }

    /// Finds the servers of the first `count` keys.
    @inline(__always)
    func find(_ count: Int, in bytes: RawBytes, of pool: Pool) {
        precondition(count >= 0 && count <= Self.capacity)
        let keys = unsafe UnsafeMutableBufferPointer(rebasing: keys[..<count])
        var servers = unsafe UnsafeMutableBufferPointer(rebasing: servers[..<count]).mutableSpan
        unsafe pool.find(keys.span, in: bytes.span, into: &servers)
    }

    /// The index of a key's server.
    @inline(__always)
    func server(_ index: Int) -> Int {
        precondition(index >= 0 && index < Self.capacity)
        return unsafe Int(servers[index])
    }
}
