internal import Wire

/// A node's replies, cut out of the bytes as they come.
struct NodeReplies {
    /// The list of replicas is by far the longest, at some hundred bytes each.
    static let longest = 64 * 1024

    private var bytes: [UInt8] = []
    private var scanner = RedisReplyScanner()
    private var scanned = 0
    /// Whether what came is no reply, or too long a one: nothing more can be read.
    private(set) var isBroken = false

    /// Takes bytes that came.
    mutating func append(_ more: ArraySlice<UInt8>) { bytes += more }

    /// The next complete reply; nil until it has come.
    mutating func next() -> [UInt8]? {
        guard !isBroken, scanned < bytes.count else { return nil }
        var scanner = scanner
        let scan = scanner.scan(bytes.span.extracting(scanned..<bytes.count))
        self.scanner = scanner
        scanned += scan.consumed
        switch scan.state {
        case .complete:
            let reply = Array(bytes[..<scanned])
            bytes.removeFirst(scanned)
            scanned = 0
            return reply
        case .incomplete:
            isBroken = bytes.count > Self.longest
            return nil
        case .malformed:
            isBroken = true
            return nil
        }
    }
}
