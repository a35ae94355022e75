internal import Wire

/// A request over many keys that went to several servers, and what has come of their replies.
///
/// Objects are reused: the arrays keep their capacity, so a warm worker splits without allocating.
@safe final class Split {
    /// How the fragments' replies become one.
    enum Merge {
        /// MGET: an array in the order of the keys.
        case elements
        /// DEL, UNLINK, TOUCH, EXISTS: the sum of the numbers.
        case sum
        /// MSET, flush_all, verbosity: the first fragment's reply stands for all.
        case acknowledgement
        /// memcached get, gets, gat, gats: the VALUEs in the order of the keys.
        case values
        /// What all servers say of themselves, put together by `gathering`.
        case gathering
    }

    /// One server's part.
    struct Fragment: BitwiseCopyable {
        var reply = ByteList()
        var keyCount: Int32 = 0
        /// Its first and last key among the request's; -1 while it has none.
        var firstKey: Int32 = -1
        var lastKey: Int32 = -1
        /// Bytes of its request so far.
        var length = 0
        /// Whether its request is complete (memcached's lines).
        var isEnded = false
        /// Where the merge reads on in `reply`.
        var cursor = 0
    }

    private(set) var merge = Merge.sum
    private(set) var gathering = RedisGathering.same
    /// Whether the client speaks RESP3 (`gathering` only).
    private(set) var speaksRESP3 = false
    /// The memcached command, for the fragments' tickets.
    private(set) var command = MemcachedCommand.get
    /// The request's bytes, where the keys are compared with the reply's (`values` only).
    private(set) var keys = ByteList()
    /// For each key, in order: its fragment.
    private(set) var fragmentOfKey: [UInt16] = []
    /// For each key, in order: the next one of the same fragment, -1 behind the last.
    private(set) var nextKey: [Int32] = []
    /// For each key, in order: where it stands in `keys` (`values` only).
    private(set) var keyRanges: [KeyRange] = []
    private(set) var fragments: [Fragment] = []
    /// For each fragment while it is being written: its connection, nil if the server has none.
    private var connections: [ServerConnection?] = []
    /// Fragments whose replies are still to come.
    private(set) var missing = 0
    private(set) var total = 0
    /// The first error among the fragments' replies, which becomes the whole request's.
    private(set) var failure: [UInt8]?

    /// A key of a memcached retrieval.
    struct KeyRange: BitwiseCopyable {
        var offset: UInt32
        var length: UInt32
        /// Where its VALUE stands in its fragment's reply; of length 0 if it has none.
        var valueOffset = 0
        var valueLength = 0
    }

    // MARK: - Building

    func begin(_ merge: Merge, command: MemcachedCommand = .get) {
        assert(missing == 0 && fragments.isEmpty && keys.isEmpty)
        self.merge = merge
        self.command = command
    }

    func begin(_ gathering: RedisGathering, speaksRESP3: Bool) {
        begin(.gathering)
        self.gathering = gathering
        self.speaksRESP3 = speaksRESP3
    }

    /// Adds a fragment and returns its number.
    func addFragment() -> Int {
        fragments.append(Fragment())
        connections.append(nil)
        missing += 1
        return fragments.count - 1
    }

    /// The fragment is written to this connection's log.
    func target(_ fragment: Int, _ connection: ServerConnection) {
        connections[fragment] = connection
    }

    func connection(of fragment: Int) -> ServerConnection? { connections[fragment] }

    /// The fragment's request became longer.
    func grow(_ fragment: Int, by size: Int) { fragments[fragment].length += size }

    /// The fragment's request is complete.
    func end(_ fragment: Int) { fragments[fragment].isEnded = true }

    /// Every fragment has its ticket; the connections are not needed any more.
    func allSent() { connections.removeAll(keepingCapacity: true) }

    /// The fragment could not be sent.
    func lose(_ fragment: Int, _ error: [UInt8]) {
        fail(with: error)
        finish(fragment)
    }

    /// Says that the next key of the request belongs to `fragment`.
    func addKey(to fragment: Int) {
        let key = Int32(fragmentOfKey.count)
        fragmentOfKey.append(UInt16(fragment))
        nextKey.append(-1)
        let last = fragments[fragment].lastKey
        if last < 0 { fragments[fragment].firstKey = key } else { nextKey[Int(last)] = key }
        fragments[fragment].lastKey = key
        fragments[fragment].keyCount += 1
    }

    func addKeyRange(offset: Int, length: Int) {
        keyRanges.append(KeyRange(offset: UInt32(offset), length: UInt32(length)))
    }

    /// Keeps a copy of the request, whose keys are compared with those of the replies.
    func keepKeys(_ request: UnsafeRawBufferPointer, from pool: BlockPool) {
        unsafe keys.append(contiguous: request, from: pool)
    }

    // MARK: - Collecting

    /// Bytes that wait here to be merged.
    var heldCount: Int { fragments.reduce(0) { $0 + $1.reply.count } }

    /// Adds a piece of a fragment's reply.
    func collect(_ piece: UnsafeRawBufferPointer, for fragment: Int, from pool: BlockPool) {
        unsafe fragments[fragment].reply.append(piece, from: pool)
    }

    /// Forgets what has come of a fragment's reply.
    ///
    /// - Returns: how many bytes that were.
    func restart(_ fragment: Int, to pool: BlockPool) -> Int {
        let count = fragments[fragment].reply.count
        fragments[fragment].reply.removeAll(to: pool)
        return count
    }

    /// Notes that a fragment's reply is complete.
    func finish(_ fragment: Int) {
        precondition(missing > 0)
        missing -= 1
    }

    func add(_ number: Int) { total &+= number }

    /// Notes a fragment's error; the first one speaks for the request.
    func fail(with error: [UInt8]) {
        if failure == nil { failure = error }
    }

    /// Notes that a fragment's reply has a VALUE for this key.
    func find(_ key: Int, at offset: Int, length: Int) {
        keyRanges[key].valueOffset = offset
        keyRanges[key].valueLength = length
    }

    func advance(_ fragment: Int, by size: Int) { fragments[fragment].cursor += size }

    /// Makes a fragment's reply one contiguous piece, which the merge walks over.
    func makeContiguous(_ fragment: Int, using pool: BlockPool) {
        guard !fragments[fragment].reply.isContiguous else { return }
        var whole = ByteList()
        whole.addBlock(for: fragments[fragment].reply.count, from: pool)
        while !fragments[fragment].reply.isEmpty {
            let piece = unsafe fragments[fragment].reply.firstBytes
            unsafe whole.append(piece, from: pool)
            fragments[fragment].reply.consume(piece.count, to: pool)
        }
        fragments[fragment].reply = whole
    }

    /// Gives everything back, ready for the next request.
    func clear(to pool: BlockPool) {
        for index in fragments.indices { fragments[index].reply.removeAll(to: pool) }
        fragments.removeAll(keepingCapacity: true)
        fragmentOfKey.removeAll(keepingCapacity: true)
        nextKey.removeAll(keepingCapacity: true)
        keyRanges.removeAll(keepingCapacity: true)
        keys.removeAll(to: pool)
        connections.removeAll(keepingCapacity: true)
        missing = 0
        total = 0
        failure = nil
    }
}
