/// How long the elements are of the last array that a `RedisReplyScanner` has passed over, for who
/// takes the array apart: the scanner has just seen where each one ends.
///
/// A worker has one for all of its scanners. It knows only arrays that were shown to the scanner
/// whole, have no more elements than `capacity`, and hold nothing but bulks and nulls; of any other
/// array it knows nothing. Replies that are no arrays leave it as it is.
public final class RedisElementLengths {
    /// Elements of the longest array: a server's share of an MGET of some thousand keys. Above it,
    /// they are read once more.
    public static var capacity: Int { 1024 }

    private var lengths = [1024 of UInt32](repeating: 0)
    /// How many elements are known; 0 if none are.
    public private(set) var count = 0
    /// Bytes before the first element.
    public private(set) var headerLength = 0
    /// Bytes of the whole array.
    public private(set) var replyLength = 0

    /// Nothing is known yet.
    public init() {}

    /// The length in bytes of a known element, its header and line end included.
    public subscript(index: Int) -> UInt32 { lengths[index] }

    /// Copies the lengths of all known elements to the front of a span that has room for them.
    public func copy(to target: inout MutableSpan<UInt32>) {
        precondition(count <= target.count && count <= Self.capacity)
        for index in 0..<count { unsafe target[unchecked: index] = lengths[unchecked: index] }
    }

    /// Forgets what is known.
    public func forget() { count = 0 }

    /// The length of the element at an index below `capacity`; known once `know` is called.
    @inline(__always)
    func note(_ length: Int, at index: Int) {
        lengths[index] = UInt32(truncatingIfNeeded: length)
    }

    /// All of an array's elements are noted.
    func know(_ count: Int, headerLength: Int, replyLength: Int) {
        self.count = count
        self.headerLength = headerLength
        self.replyLength = replyLength
    }
}
