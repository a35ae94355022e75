/// How large a memcached request may be.
public struct MemcachedLimits: Sendable {
    /// Bytes of a line, newline excluded, unless it asks for several keys. memcached 1.6 closes a
    /// connection on which it has this much without a newline and which is no `get` or `gets`,
    /// so a longer line (`gat` with many keys, too) is never to be sent to a server.
    public static let serverLineLength = 2048

    /// Bytes of a line that asks for several keys, if nothing else is said: some 4,000 keys of any
    /// length.
    public static let usualLineLength = 1 << 20

    /// Bytes of a key that a server takes.
    public static let serverKeyLength = 250

    /// The spaces that may stand before a name; memcached 1.6 gives up after as many.
    static let leadingSpaces = 100

    /// The longest data block whose length memcached can count: it adds the CRLF in 32 bits.
    static let countableValueLength = Int(Int32.max) - 2

    /// Bytes of a key, no more than a server takes.
    public let maxKeyLength: Int

    /// Keys that one line may ask for.
    public let maxKeys: Int

    /// Bytes of a line that asks for several keys, newline excluded.
    public let maxLineLength: Int

    /// Bytes of a data block without its CRLF; a longer one is skipped and refused.
    public let maxValueLength: Int

    /// The defaults: memcached's keys, a megabyte of them in a line, and the largest item that
    /// memcached can be configured to take.
    public init(
        maxKeyLength: Int = 250, maxKeys: Int = 1 << 20, maxLineLength: Int = Self.usualLineLength,
        maxValueLength: Int = 1 << 30
    ) {
        self.maxKeyLength = min(maxKeyLength, Self.serverKeyLength)
        self.maxKeys = maxKeys
        self.maxLineLength = maxLineLength
        self.maxValueLength = min(maxValueLength, Self.countableValueLength)
    }
}
