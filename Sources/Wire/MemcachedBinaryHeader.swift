/// The 24 bytes in front of every request and response of memcached's binary protocol, numbers in
/// network order:
///
///     0      1       2          4         5      6          8       12       16        24
///      magic  opcode  key bytes  extras    type   vbucket,   bytes   opaque   unique
///                                bytes            status     of all
///
/// Extras, key and value follow.
public struct MemcachedBinaryHeader: BitwiseCopyable, Sendable {
    /// The first byte of a request.
    public static let requestMagic: UInt8 = 0x80

    /// The first byte of a response.
    static let responseMagic: UInt8 = 0x81

    /// Bytes of a header.
    public static let length = 24

    /// What is asked.
    public let opcode: UInt8

    /// Copied into the response.
    public let opaque: UInt32

    let unique: UInt64
    let keyLength: Int
    let extrasLength: Int
    let bodyLength: Int

    /// Reads a request's header.
    ///
    /// - Precondition: so many bytes are there.
    init(_ bytes: Span<UInt8>) {
        opcode = bytes[1]
        keyLength = Int(Self.number(at: 2, 2, in: bytes))
        extrasLength = Int(bytes[4])
        bodyLength = Int(Self.number(at: 8, 4, in: bytes))
        opaque = UInt32(Self.number(at: 12, 4, in: bytes))
        unique = Self.number(at: 16, 8, in: bytes)
    }

    /// The number that so many bytes make, the first one highest.
    static func number(at offset: Int, _ count: Int, in bytes: Span<UInt8>) -> UInt64 {
        var number: UInt64 = 0
        for index in offset..<offset + count { number = number << 8 | UInt64(bytes[index]) }
        return number
    }
}
