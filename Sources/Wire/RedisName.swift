/// A command's name or an option's keyword in lower case, packed into three words: comparing two
/// names is comparing three integers, and a table of them holds no references.
///
///     low     'g' 'e' 't' 'e' 'x'  0   0   0      first byte lowest
///     middle   0 …
///     high     0   0   0   0   0   0   0  length
///
/// The length tells a zero byte inside a name from the padding. Names longer than 23 bytes do not
/// exist in Redis (the longest has 20) and cannot be packed.
struct RedisName: Sendable, Equatable, ExpressibleByStringLiteral {
    static let maxLength = 23

    private let low: UInt64
    private let middle: UInt64
    private let high: UInt64

    /// Packs `length` bytes from `offset`, which must not be more than `maxLength`.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at offset: Int, length: Int) {
        let size = UInt64(truncatingIfNeeded: length) &<< 56
        low = Self.word(bytes, offset, min(length, 8))
        // Most names fit one word.
        guard length > 8 else {
            (middle, high) = (0, size)
            return
        }
        middle = Self.word(bytes, offset &+ 8, min(length &- 8, 8))
        high = Self.word(bytes, offset &+ 16, length &- 16) | size
    }

    /// Packs the first `length` bytes of a word, 1 to 8: what nearly all names are.
    @inline(__always)
    init(word: UInt64, length: Int) {
        low = Self.lowercased(word & UInt64.max &>> UInt64(64 &- length &* 8))
        middle = 0
        high = UInt64(truncatingIfNeeded: length) &<< 56
    }

    private var length: Int { Int(truncatingIfNeeded: high &>> 56) }

    /// Packs an argument; nil if it is too long to be any name.
    init?(_ argument: RedisArgument, in bytes: Span<UInt8>) {
        guard argument.length <= Self.maxLength else { return nil }
        self.init(bytes, at: argument.offset, length: argument.length)
    }

    init(stringLiteral value: String) {
        precondition(value.utf8.count <= Self.maxLength)
        let bytes = Array(value.utf8)
        self.init(bytes.span, at: 0, length: bytes.count)
    }

    /// Spreads names over a table: the top bits are the best mixed ones.
    var hash: UInt64 {
        // Knuth's multiplicative hashing; 2^64 divided by the golden ratio, made odd.
        (low ^ (middle &* 31) ^ (high &* 127)) &* 0x9E37_79B9_7F4A_7C15
    }

    /// The name as text, in lower case.
    var text: String {
        var bytes: [UInt8] = []
        for index in 0..<length {
            let word = index < 8 ? low : index < 16 ? middle : high
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(index % 8 * 8)))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, _ offset: Int, _ count: Int) -> UInt64 {
        // In a request other bytes follow the name: eight at once, one load and one check, and cut
        // off the surplus.
        if count > 0, let word = ByteScanner.word(at: offset, in: bytes) {
            return lowercased(word & UInt64.max &>> UInt64(64 &- count &* 8))
        }
        var word: UInt64 = 0
        var index = 0
        while index < count {
            word |= UInt64(bytes[offset &+ index]) &<< UInt64(index &* 8)
            index &+= 1
        }
        return lowercased(word)
    }

    /// Eight ASCII letters at once: a byte's top bit in `isUpper` says that it lies in "A"..."Z";
    /// shifted right by two that is 0x20, what upper and lower case differ by.
    @inline(__always)
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let sevenBits = word & (ones &* 0x7F)
        let isAtLeastA = sevenBits &+ ones &* (0x80 - 0x41)
        let isAboveZ = sevenBits &+ ones &* (0x7F - 0x5A)
        let isUpper = (isAtLeastA ^ isAboveZ) & ~word & (ones &* 0x80)
        return word | isUpper &>> 2
    }
}
