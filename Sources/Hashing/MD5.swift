/// The MD5 message digest (RFC 1321), as four little-endian words.
///
/// Used to spread keys and points, never for secrecy. It does not allocate: whole blocks are read
/// where they are, the padded end is built on the stack.
struct MD5 {
    // The running state; after `init` the digest's bytes 0-3, 4-7, 8-11 and 12-15.
    private(set) var a: UInt32 = 0x6745_2301
    private(set) var b: UInt32 = 0xefcd_ab89
    private(set) var c: UInt32 = 0x98ba_dcfe
    private(set) var d: UInt32 = 0x1032_5476

    private static let blockSize = 64

    /// Digests `message`.
    init(_ message: Span<UInt8>) {
        let wholeBlocks = message.count / Self.blockSize * Self.blockSize
        for offset in stride(from: 0, to: wholeBlocks, by: Self.blockSize) {
            absorb(message, at: offset)
        }
        absorbEnd(message, from: wholeBlocks)
    }

    /// `md5`: the first four bytes of the digest.
    static func hash(_ key: Span<UInt8>) -> UInt32 {
        MD5(key).a
    }

    /// The rest of the message, a bit of one, zeros, and the length in bits: one block, or two if
    /// the length no longer fits the first.
    private mutating func absorbEnd(_ message: Span<UInt8>, from start: Int) {
        var end = [128 of UInt8](repeating: 0)
        let rest = message.count - start
        for index in 0..<rest {
            end[index] = message[start + index]
        }
        end[rest] = 0x80

        let size = rest + 1 + 8 <= Self.blockSize ? Self.blockSize : 2 * Self.blockSize
        let bitCount = UInt64(message.count) &* 8
        for index in 0..<8 {
            end[size - 8 + index] = UInt8(truncatingIfNeeded: bitCount >> UInt64(8 * index))
        }

        absorb(end.span, at: 0)
        if size > Self.blockSize {
            absorb(end.span, at: Self.blockSize)
        }
    }

    /// The four rounds over the 64 bytes at `offset`.
    private mutating func absorb(_ bytes: Span<UInt8>, at offset: Int) {
        var words = [16 of UInt32](repeating: 0)
        for index in 0..<16 {
            words[index] = bytes.littleEndianWord(at: offset + 4 * index)
        }

        let before = (a, b, c, d)
        for i in 0..<16 {
            step((b & c) | (~b & d), words[i], i)
        }
        for i in 16..<32 {
            step((d & b) | (~d & c), words[(5 &* i &+ 1) & 15], i)
        }
        for i in 32..<48 {
            step(b ^ c ^ d, words[(3 &* i &+ 5) & 15], i)
        }
        for i in 48..<64 {
            step(c ^ (b | ~d), words[(7 &* i) & 15], i)
        }
        a &+= before.0
        b &+= before.1
        c &+= before.2
        d &+= before.3
    }

    /// Step `index` (0..<64): mixes one word in and turns the four state words by one place.
    private mutating func step(_ mixed: UInt32, _ word: UInt32, _ index: Int) {
        let sum = a &+ mixed &+ Self.sines[index] &+ word
        let rotation = Self.rotations[(index >> 4) * 4 + (index & 3)]
        a = d
        d = c
        c = b
        b = b &+ sum.rotatedLeft(by: rotation)
    }

    /// Left rotations: four a round, used in turn.
    private static let rotations: [16 of UInt32] = [
        7, 12, 17, 22,
        5, 9, 14, 20,
        4, 11, 16, 23,
        6, 10, 15, 21,
    ]

    /// The integer part of 2³² · |sin(i + 1)|, i in radians.
    private static let sines: [64 of UInt32] = [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
        0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e,
        0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681,
        0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9,
        0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60,
        0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8,
        0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
        0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
        0xeb86d391,
    ]
}
