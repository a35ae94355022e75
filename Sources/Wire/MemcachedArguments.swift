/// The words after the name, for the commands that take few of them.
struct MemcachedArguments {
    /// `cas` has the most: key, flags, exptime, length, unique, noreply.
    private static let capacity = 6

    private var tokens: [6 of MemcachedToken]

    /// How many words there are, kept or not.
    private var count = 0

    /// Reads the rest of the line.
    init(_ line: inout MemcachedLineCursor, _ bytes: Span<UInt8>) {
        tokens = .init(repeating: MemcachedToken(start: 0, end: 0))
        while true {
            let token = line.next(in: bytes)
            guard token.length > 0 else { break }
            if count < Self.capacity { tokens[count] = token }
            count += 1
        }
    }

    /// The length of a storage command's data block.
    var dataLength: MemcachedToken { tokens[3] }

    /// Whether there are as many words as the command takes, `noreply` included.
    ///
    /// A surplus word that is not `noreply` is a mistake: memcached overlooks it in most places.
    func fit(_ command: MemcachedCommand, in bytes: Span<UInt8>) -> Bool {
        let required = Self.required(command)
        switch command {
        case .get, .gets, .gat, .gats: return count >= required
        case .quit: return count == 0
        case .stats: return count <= 1
        // memcached overlooks whatever follows.
        case .version, .metaNoop: return true
        // Read by MemcachedMetaWords.
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug: return false
        case .delete: return (1...3).contains(count)
        case .flushAll: return count <= 1 || (count == 2 && tokens[1].isNoreply(in: bytes))
        case .set, .add, .replace, .append, .prepend, .cas, .incr, .decr, .touch, .verbosity:
            guard count == required + 1 else { return count == required }
            return tokens[required].isNoreply(in: bytes)
        }
    }

    /// Whether memcached would keep silent about a mistake in this line: its last word is
    /// `noreply`, wherever it stands, unless it is the only one of a `delete`.
    func mute(_ command: MemcachedCommand, in bytes: Span<UInt8>) -> Bool {
        switch command {
        case .version, .metaNoop, .stats: false
        case .delete where count == 1: false
        default: count > 0 && tokens[count - 1].isNoreply(in: bytes)
        }
    }

    /// What is wrong with the words, in the order in which memcached looks; nil if nothing is.
    /// The length of a data block is the caller's business.
    func refusal(
        of command: MemcachedCommand, in bytes: Span<UInt8>, limits: MemcachedLimits
    ) -> MemcachedRefusal? {
        if command == .delete, !fitsDelete(in: bytes) { return .badDelete }
        if Self.hasKey(command), tokens[0].length > limits.maxKeyLength { return .badCommandLine }
        switch command {
        case .set, .add, .replace, .append, .prepend:
            return hasGoodItem(in: bytes) ? nil : .badCommandLine
        case .cas:
            let unique = tokens[4].number(in: bytes, upTo: .max)
            return hasGoodItem(in: bytes) && unique != nil ? nil : .badCommandLine
        case .incr, .decr:
            return tokens[1].number(in: bytes, upTo: .max) != nil ? nil : .invalidDelta
        case .touch:
            return tokens[1].isExptime(in: bytes) ? nil : .invalidExptime
        case .verbosity:
            let level = tokens[0].number(in: bytes, upTo: UInt64(UInt32.max))
            return level != nil ? nil : .badCommandLine
        case .flushAll:
            return fitsFlush(in: bytes) ? nil : .invalidExptime
        case .get, .gets, .gat, .gats, .delete, .version, .quit, .stats, .metaGet, .metaSet,
            .metaDelete, .metaArithmetic, .metaDebug, .metaNoop:
            return nil
        }
    }

    /// Notes the key, `noreply` and where the words before it end.
    func describe(_ request: inout MemcachedRequest, hasNoreply: Bool, in bytes: Span<UInt8>) {
        if Self.hasKey(request.command) {
            request.keyOffset = tokens[0].start
            request.keyLength = tokens[0].length
            request.keyCount = 1
        }
        if request.command == .stats {
            request.wordOffset = UInt16(tokens[0].start)
            request.wordLength = UInt16(tokens[0].length)
        }
        request.hasNoreply = hasNoreply
        // `version` and `mn` may have any number of words, which nobody reads.
        let kept = min(hasNoreply ? count - 1 : count, Self.capacity)
        request.noreplyOffset = kept > 0 ? tokens[kept - 1].end : nameEnd(request, in: bytes)
    }

    /// Where the name ends in a line that has nothing else to forward.
    private func nameEnd(_ request: MemcachedRequest, in bytes: Span<UInt8>) -> Int {
        var line = MemcachedLineCursor()
        return line.next(in: bytes).end
    }

    private func hasGoodItem(in bytes: Span<UInt8>) -> Bool {
        tokens[1].number(in: bytes, upTo: UInt64(UInt32.max)) != nil
            && tokens[2].isExptime(in: bytes)
    }

    /// `delete <key> [0] [noreply]`: the 0 is what is left of a delay that memcached once took.
    private func fitsDelete(in bytes: Span<UInt8>) -> Bool {
        switch count {
        case 1: true
        case 2: tokens[1].isZero(in: bytes) || tokens[1].isNoreply(in: bytes)
        default: tokens[1].isZero(in: bytes) && tokens[2].isNoreply(in: bytes)
        }
    }

    /// `flush_all [delay] [noreply]`.
    private func fitsFlush(in bytes: Span<UInt8>) -> Bool {
        guard count > 0 else { return true }
        return tokens[0].isExptime(in: bytes) || (count == 1 && tokens[0].isNoreply(in: bytes))
    }

    /// The words that must be there, the optional ones excluded.
    private static func required(_ command: MemcachedCommand) -> Int {
        switch command {
        case .get, .gets: 1
        case .gat, .gats: 2
        case .set, .add, .replace, .append, .prepend: 4
        case .cas: 5
        case .incr, .decr, .touch: 2
        case .delete, .verbosity: 1
        case .version, .flushAll, .quit, .stats, .metaNoop: 0
        case .metaGet, .metaDelete, .metaArithmetic, .metaDebug: 1
        case .metaSet: 2
        }
    }

    private static func hasKey(_ command: MemcachedCommand) -> Bool {
        switch command {
        case .version, .verbosity, .flushAll, .quit, .stats, .metaNoop: false
        case .get, .gets, .gat, .gats, .set, .add, .replace, .append, .prepend, .cas, .incr,
            .decr, .touch, .delete, .metaGet, .metaSet, .metaDelete, .metaArithmetic, .metaDebug:
            true
        }
    }
}
