import Foundation
import Testing
import Wire

@Suite struct Base64Tests {
    @Test func bothWaysAreFoundations() {
        var random = MemcachedRandom(seed: 31)
        for count in 1...200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var text: [UInt8] = []
            Base64.encode(bytes.span, to: &text)
            var decoded: [UInt8] = []
            Base64.decode(text.span, to: &decoded)

            #expect(memcachedText(text) == Data(bytes).base64EncodedString())
            #expect(text.count == Base64.encodedLength(count))
            #expect(decoded == bytes)
            #expect(length(of: text) == count)
        }
    }

    @Test(arguments: [
        "", "Y", "YQ", "YQ=", "YQ===", "====", "A===", "Y!Q==", "YQ==YQ==", "YQ==A", "Y Q=", "YQ-_",
        "=YQ=", "Y=Q=", "YWJj\u{0}",
    ])
    func otherSpellingsAreNone(text: String) {
        #expect(length(of: Array(text.utf8)) == nil)
    }

    /// A span cannot pass through an expectation.
    private func length(of text: [UInt8]) -> Int? { Base64.decodedLength(text.span) }
}
