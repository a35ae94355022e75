/// Which server each key of a request belongs to, while the request is being split. One per worker,
/// reused.
///
/// The request's arguments are read once. Each key is noted with where its bytes stand, and linked
/// to the next one of the same part, so that a part's request can be written in one go:
///
///     keys     a ──────▶ c ─▶ d          parts   0: server 2, first a, last d
///                  b ──────────────▶ e           1: server 0, first b, last e
final class SplitPlan {
    /// A key, with its value where it has one, as it goes to a server.
    struct Key: BitwiseCopyable {
        /// Where its bytes stand in the request.
        var offset: Int
        /// How many they are: a key's and a value's limits are 512 MB each.
        var length: UInt32
        /// The part's next key, `none` behind the last.
        var next: Int32
    }

    /// What one server will be asked; a server that is asked in several lines has several.
    struct Part: BitwiseCopyable {
        var server: Int
        var firstKey: Int32
        var lastKey: Int32
        var keyCount: Int
        /// Bytes of its keys.
        var length: Int
    }

    static let none: Int32 = -1

    /// The keys, in the request's order.
    private(set) var keys = BlockArray<Key>()
    /// The part of each key whose server is found, in the request's order.
    private(set) var partOfKey = BlockArray<UInt16>()
    /// In the order in which their servers came up.
    private(set) var parts = BlockArray<Part>()
    /// For each server of the pool: the part that takes its next key.
    private var partOfServer = BlockArray<Int32>()

    /// - Parameter keyCount: how many keys there will be at most.
    func begin(servers count: Int, keys keyCount: Int, from pool: BlockPool) {
        assert(keys.isEmpty && parts.isEmpty)
        if partOfServer.count < count {
            partOfServer.append(Self.none, times: count - partOfServer.count, from: pool)
        }
        keys.reserve(keyCount, from: pool)
        partOfKey.reserve(keyCount, from: pool)
    }

    /// The next key, whose server is still to be found.
    @inline(__always)
    func addKey(at offset: Int, length: Int, from pool: BlockPool) {
        keys.append(
            Key(
                offset: offset, length: UInt32(truncatingIfNeeded: length), next: Self.none),
            from: pool)
    }

    /// The servers of the next so many keys are found.
    @inline(__always)
    func assign(
        next count: Int, to found: KeyBatch, partsUpTo limit: Int = .max, from pool: BlockPool
    ) {
        for index in 0..<count {
            assignNext(to: found.server(index), partsUpTo: limit, from: pool)
        }
    }

    /// The next key belongs to this server, in a part of its own if the server's last one has more
    /// than `limit` bytes.
    @inline(__always)
    func assignNext(to server: Int, partsUpTo limit: Int = .max, from pool: BlockPool) {
        let key = partOfKey.count
        let number = Int32(truncatingIfNeeded: key)
        let length = Int(keys[key].length)
        var part = Int(partOfServer[server])
        if part >= 0, parts[part].length <= limit {
            keys[Int(parts[part].lastKey)].next = number
            parts[part].lastKey = number
            parts[part].keyCount &+= 1
            parts[part].length &+= length
        } else {
            part = addPart(of: server, number, length, from: pool)
        }
        partOfKey.append(UInt16(part), from: pool)
    }

    /// A part with one key.
    private func addPart(
        of server: Int, _ key: Int32, _ length: Int, from pool: BlockPool
    ) -> Int {
        let number = parts.count
        parts.append(
            Part(server: server, firstKey: key, lastKey: key, keyCount: 1, length: length),
            from: pool)
        partOfServer[server] = Int32(truncatingIfNeeded: number)
        return number
    }

    /// Hands over the part of each key; whoever takes them gives them back to the pool.
    func takePartOfKey() -> BlockArray<UInt16> {
        defer { partOfKey = BlockArray() }
        return partOfKey
    }

    /// Forgets the request.
    func end(to pool: BlockPool) {
        for index in 0..<parts.count { partOfServer[parts[index].server] = Self.none }
        keys.removeAll(keepingUpTo: Self.kept, to: pool)
        partOfKey.removeAll(keepingUpTo: Self.kept, to: pool)
        parts.removeAll(keepingUpTo: Self.kept, to: pool)
    }

    /// Gives back what is kept for the next request.
    func release(to pool: BlockPool) {
        keys.removeAll(to: pool)
        partOfKey.removeAll(to: pool)
        parts.removeAll(to: pool)
        partOfServer.removeAll(to: pool)
    }

    /// Bytes of a block that is kept for the next request: 256 keys.
    private static let kept = 4096
}
