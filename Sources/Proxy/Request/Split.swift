internal import Wire

/// A request over many keys that went to several servers, and what has come of their replies.
///
/// Objects are reused; what they hold of a request is in blocks, which go back with it.
@safe final class Split {
    /// How the fragments' replies become one.
    enum Merge: Equatable {
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
        /// EXEC: the server's reply, the proxy's own in their places.
        case completion
        /// One meta command: its reply, unless the command's `q` flag hides it.
        case unlessHidden
        /// One meta command of the proxy's own, for a client that asked in binary.
        case binary
        /// memcached stats: one list of figures.
        case statistics(MemcachedStatistics)
    }

    /// One server's part.
    struct Fragment: BitwiseCopyable {
        /// What has come of its reply, and is not merged yet.
        var reply = ByteList()
        var keyCount = 0
        /// The place in `valueLengths` of the next key that a VALUE may be for, and while merging,
        /// of the next key that is merged (`values` only).
        var nextValue = 0
        /// Where that key stands in the fragment's line, the space before it first.
        var askedOffset = 0
    }

    private(set) var merge = Merge.sum
    private(set) var gathering = RedisGathering.same
    private(set) var circumstances = RedisGathering.Circumstances()
    /// Whether the client speaks RESP3 (`gathering` only).
    private(set) var speaksRESP3 = false
    /// What the proxy itself answers (`completion` only).
    private(set) var locals: [LocalCommand] = []
    /// The memcached command, for the fragments' tickets.
    private(set) var command = MemcachedCommand.get
    /// The client's request, if it asks in memcached's binary protocol: the merged reply is one of
    /// that protocol then.
    private(set) var binary: MemcachedBinaryRequest?
    /// The key that a binary request wants back.
    private(set) var returnedKey = ByteList()
    /// For each key, in order: its fragment (`elements` and `values`).
    var fragmentOfKey = BlockArray<UInt16>()
    /// For each key, fragment by fragment: how long its VALUE is, 0 if it has none (`values`).
    var valueLengths = BlockArray<UInt32>()
    var fragments = BlockArray<Fragment>()
    /// Fragments whose replies are still to come.
    private(set) var missing = 0
    private(set) var total = 0
    /// The first error among the fragments' replies, which becomes the whole request's.
    private(set) var failure: [UInt8]?
    /// Bytes that wait here to be merged.
    private(set) var heldCount = 0

    // MARK: - Building

    /// Begins a request that goes to so many servers as it is.
    func begin(
        _ merge: Merge, command: MemcachedCommand = .get, fragments count: Int,
        from pool: BlockPool
    ) {
        assert(missing == 0 && fragments.isEmpty && fragmentOfKey.isEmpty && heldCount == 0)
        self.merge = merge
        self.command = command
        fragments.append(Fragment(), times: count, from: pool)
        missing = count
    }

    /// Begins a question to so many servers.
    func begin(
        _ gathering: RedisGathering,
        _ circumstances: RedisGathering.Circumstances = RedisGathering.Circumstances(),
        speaksRESP3: Bool, fragments count: Int,
        from pool: BlockPool
    ) {
        begin(.gathering, fragments: count, from: pool)
        self.gathering = gathering
        self.circumstances = circumstances
        self.speaksRESP3 = speaksRESP3
    }

    /// Begins a transaction with commands that its server does not see: the first fragment is the
    /// server's, then there is one for each of them.
    func begin(completing locals: [LocalCommand], from pool: BlockPool) {
        begin(.completion, fragments: 1 + locals.count, from: pool)
        self.locals = locals
    }

    /// Nothing more is to come.
    func finishAll() { missing = 0 }

    /// Begins a request with a fragment for each part of the plan.
    ///
    /// - Parameter headLength: bytes before the space before a memcached line's first key.
    func begin(
        _ merge: Merge, command: MemcachedCommand = .get, by plan: SplitPlan,
        headLength: Int = 0, from pool: BlockPool
    ) {
        begin(merge, command: command, fragments: plan.parts.count, from: pool)
        var keyCount = 0
        for index in 0..<fragments.count {
            let count = plan.parts[index].keyCount
            fragments[index].keyCount = count
            fragments[index].nextValue = keyCount
            fragments[index].askedOffset = headLength
            keyCount += count
        }
        switch merge {
        case .elements: fragmentOfKey = plan.takePartOfKey()
        case .values:
            fragmentOfKey = plan.takePartOfKey()
            valueLengths.append(0, times: keyCount, from: pool)
        case .sum, .acknowledgement, .gathering, .completion, .unlessHidden, .binary, .statistics:
            break
        }
    }

    /// The reply is to be one to this request.
    func answer(_ request: MemcachedBinaryRequest) { binary = request }

    /// The reply is to have this key.
    func giveBack(_ key: RawBytes, from pool: BlockPool) {
        unsafe returnedKey.append(contiguous: key, from: pool)
    }

    /// The fragment could not be sent.
    func lose(_ fragment: Int, _ error: [UInt8]) {
        fail(with: error)
        finish(fragment)
    }

    /// Whether it is INFO, to which those answer who can.
    var isInformation: Bool {
        if merge == .gathering, case .information = gathering { true } else { false }
    }

    // MARK: - Collecting

    /// Adds a piece of a fragment's reply.
    func collect(_ piece: RawBytes, for fragment: Int, from pool: BlockPool) {
        if fragments[fragment].reply.isEmpty && piece.count <= ByteList.usualRoom {
            unsafe fragments[fragment].reply.append(contiguous: piece, from: pool)
        } else {
            unsafe fragments[fragment].reply.append(piece, from: pool)
        }
        heldCount &+= piece.count
    }

    /// Forgets what has come of a fragment's reply. Not for memcached, whose requests are never
    /// sent a second time.
    ///
    /// - Returns: how many bytes that were.
    func restart(_ fragment: Int, to pool: BlockPool) -> Int {
        precondition(merge != .values)
        let count = fragments[fragment].reply.count
        fragments[fragment].reply.removeAll(to: pool)
        heldCount -= count
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

    /// Gives everything back, ready for the next request.
    func clear(to pool: BlockPool) {
        for index in 0..<fragments.count { fragments[index].reply.removeAll(to: pool) }
        fragments.removeAll(to: pool)
        fragmentOfKey.removeAll(to: pool)
        valueLengths.removeAll(to: pool)
        missing = 0
        total = 0
        heldCount = 0
        if failure != nil { failure = nil }
        if case .gathering = merge { circumstances = .init() }
        if !locals.isEmpty { locals = [] }
        if binary != nil { binary = nil }
        returnedKey.removeAll(to: pool)
    }
}
