import Testing

@testable import Hashing

struct KeyHashTests {
    @Test(arguments: KeyHash.allCases)
    func equalsTwemproxyForEveryKey(_ hash: KeyHash) throws {
        let vectors = try Vectors.load()
        let expected = try #require(vectors.hashes[hash.rawValue])

        let found = vectors.keys.map { hash.hash($0.bytes.span) }

        #expect(found.count == 66)
        #expect(found == expected)
    }

    @Test
    func coversEveryHashOfTheVectors() throws {
        let names = try Vectors.load().hashes.keys

        #expect(Set(names) == Set(KeyHash.allCases.map(\.rawValue)))
    }

    @Test(arguments: [
        ("", 0xd98c_1dd4), ("a", 0xb975_c10c), ("message digest", 0x7d69_6bf9),
    ])
    func digestsTheExamplesOfTheRFC(_ message: String, _ firstWord: UInt32) {
        let digest = MD5(Array(message.utf8).span)

        #expect(digest.a == firstWord)
    }

    /// Around the lengths where the padding needs another block.
    @Test
    func givesEachLengthItsOwnDigest() {
        let digests = (50..<140).map { MD5([UInt8](repeating: 0, count: $0).span).a }

        #expect(Set(digests).count == digests.count)
    }
}
