/// SHA-256 (FIPS 180-4), enough to compare a continuum with the digest in the vectors.
enum SHA256 {
    /// The digest of `message` in lower-case hexadecimal.
    static func hexDigest(_ message: [UInt8]) -> String {
        var padded = message + [0x80]
        while padded.count % 64 != 56 {
            padded.append(0)
        }
        padded += (0..<8).reversed().map {
            UInt8(truncatingIfNeeded: (message.count * 8) >> (8 * $0))
        }

        var state = initialState
        for offset in stride(from: 0, to: padded.count, by: 64) {
            absorb(padded[offset..<offset + 64], into: &state)
        }
        return state.map(hex).joined()
    }

    private static func hex(_ word: UInt32) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func absorb(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        let words = schedule(block)
        var s = state
        for i in 0..<64 {
            let sigma1 = right(s[4], 6) ^ right(s[4], 11) ^ right(s[4], 25)
            let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
            let first = s[7] &+ sigma1 &+ choice &+ roots[i] &+ words[i]
            let sigma0 = right(s[0], 2) ^ right(s[0], 13) ^ right(s[0], 22)
            let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
            s = [first &+ sigma0 &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        for i in 0..<8 {
            state[i] &+= s[i]
        }
    }

    private static func schedule(_ block: ArraySlice<UInt8>) -> [UInt32] {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { offset in
            block[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for i in 16..<64 {
            let low = right(words[i - 15], 7) ^ right(words[i - 15], 18) ^ (words[i - 15] >> 3)
            let high = right(words[i - 2], 17) ^ right(words[i - 2], 19) ^ (words[i - 2] >> 10)
            words.append(words[i - 16] &+ low &+ words[i - 7] &+ high)
        }
        return words
    }

    private static func right(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    /// The first 32 bits of the fractions of the square roots of the first 8 primes.
    private static let initialState: [UInt32] = [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
        0x5be0cd19,
    ]

    /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
    private static let roots: [UInt32] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
        0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
        0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc,
        0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351,
        0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
        0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585,
        0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
        0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
        0xc67178f2,
    ]
}
