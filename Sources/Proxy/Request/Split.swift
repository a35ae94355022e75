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
    @safe struct Fragment: BitwiseCopyable {
        /// What has come of its reply, and is not merged yet.
        var reply = ByteList()
        /// The same of a small reply that came whole, whose keys all know how long their part of it
        /// is; it stands in `smallReplies`.
        var rest = unsafe RawBytes.none
        /// Its keys' places in the arrays that have all fragments' keys, one fragment's behind the
        /// other's.
        var firstKey: Int32 = 0
        var endOfKeys: Int32 = 0
        /// The next key that a VALUE may be for (`values` only); in the merge, the one whose part is
        /// next.
        var nextKey: Int32 = 0
        /// Where that key stands in the fragment's line, the space before it first.
        var askedOffset = 0

        var keyCount: Int { Int(endOfKeys &- firstKey) }
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
    /// The fragment of each key, in the request's order (`elements` and `values`).
    private(set) var fragmentOfKey = BlockArray<UInt16>()
    /// Bytes of each key's element or VALUE in its fragment's reply, fragment by fragment; 0 as long
    /// as that is not known, or if it has none.
    var replyLengths = BlockArray<UInt32>()
    /// Bytes of each key and the space before it, fragment by fragment (`values` only).
    private(set) var keyLengths = BlockArray<UInt32>()
    var fragments = BlockArray<Fragment>()
    /// The small replies that came whole: one block does for most requests.
    private var smallReplies = ByteList()
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
        var firstKey: Int32 = 0
        for index in 0..<plan.parts.count {
            let count = Int32(truncatingIfNeeded: plan.parts[index].keyCount)
            fragments[index].firstKey = firstKey
            fragments[index].nextKey = firstKey
            fragments[index].askedOffset = headLength
            firstKey &+= count
            fragments[index].endOfKeys = firstKey
        }
        guard merge == .elements || merge == .values else { return }
        fragmentOfKey = plan.takePartOfKey()
        replyLengths.append(0, times: fragmentOfKey.count, from: pool)
        if merge == .values { noteKeyLengths(of: plan, from: pool) }
    }

    private func noteKeyLengths(of plan: SplitPlan, from pool: BlockPool) {
        let keys = plan.keys
        keyLengths.reserve(keys.count, from: pool)
        for index in 0..<plan.parts.count {
            var number = plan.parts[index].firstKey
            while number != SplitPlan.none {
                keyLengths.append(keys[Int(number)].length, from: pool)
                number = keys[Int(number)].next
            }
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

    /// Takes a fragment's reply that has come whole: its elements, and how long they are, if that
    /// was noted when it was scanned.
    ///
    /// - Returns: bytes of the elements; 0 if they are not as many as were asked for, or it is no
    ///   array, and nothing was taken.
    func collect(
        elements reply: RawBytes, for fragment: Int, noted lengths: RedisElementLengths,
        from pool: BlockPool
    ) -> Int {
        guard lengths.count == fragments[fragment].keyCount, lengths.replyLength == reply.count
        else { return unsafe collect(unknownElements: reply, for: fragment, from: pool) }
        replyLengths.update(at: Int(fragments[fragment].firstKey), count: lengths.count) {
            lengths.copy(to: &$0)
        }
        // They are this reply's, and of no other one.
        lengths.forget()
        let elements = unsafe reply.dropping(lengths.headerLength)
        unsafe collect(whole: elements, for: fragment, from: pool)
        return elements.count
    }

    /// The same of elements that are still to be found.
    @inline(never)
    private func collect(
        unknownElements reply: RawBytes, for fragment: Int, from pool: BlockPool
    ) -> Int {
        let start = unsafe startOfElements(in: reply, fragment)
        guard start > 0 else { return 0 }
        let elements = unsafe reply.dropping(start)
        unsafe collect(elements, for: fragment, from: pool)
        return elements.count
    }

    /// Takes what a fragment's keys have of its reply, which came whole; each knows how long its
    /// part is.
    func collect(whole bytes: RawBytes, for fragment: Int, from pool: BlockPool) {
        guard bytes.count <= ByteList.usualRoom else {
            return unsafe collect(bytes, for: fragment, from: pool)
        }
        if smallReplies.roomAtEnd < bytes.count {
            // The other keys' parts are likely to be as long as this fragment's.
            let total = bytes.count &* fragmentOfKey.count / fragments[fragment].keyCount
            smallReplies.addBlock(
                for: max(bytes.count, min(total, ByteList.usualRoom)), from: pool)
        }
        let place = unsafe UnsafeRawPointer(smallReplies.placeAtEnd)
        unsafe smallReplies.append(contiguous: bytes, from: pool)
        unsafe fragments[fragment].rest = unsafe RawBytes(start: place, count: bytes.count)
        heldCount &+= bytes.count
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
        for index in 0..<fragments.count where unsafe fragments[index].reply.head != nil {
            fragments[index].reply.removeAll(to: pool)
        }
        smallReplies.removeOnly(to: pool)
        fragments.removeAll(to: pool)
        fragmentOfKey.removeAll(to: pool)
        replyLengths.removeAll(to: pool)
        keyLengths.removeAll(to: pool)
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
