import Testing

@testable import Hashing

struct HashTagTests {
    @Test(arguments: [
        ("{}", "user:{1000}:ids", "1000"),
        ("{}", "{user1000}.following", "user1000"),
        ("{}", "x{y}", "y"),
        ("{}", "plain", "plain"),
        ("{}", "x{", "x{"),
        ("{}", "x}", "x}"),
        ("{}", "", ""),
        ("{}", "{}", "{}"),
        ("{}", "{}x", "{}x"),
        ("{}", "foo{}{bar}", "foo{}{bar}"),
        ("{}", "foo{{bar}}zap", "{bar"),
        ("{}", "x}y{z}", "z"),
        ("$$", "a$b$c$", "b"),
        ("$$", "a$b", "a$b"),
        ("$$", "a$$b$", "a$$b$"),
    ])
    func selectsBetweenTheFirstOpeningAndTheNextClosing(
        _ tag: String, _ key: String, _ hashed: String
    )
        throws
    {
        let tag = try #require(HashTag(tag))
        let bytes = Array(key.utf8)

        let range = tag.hashedRange(of: bytes.span)

        #expect(String(decoding: bytes[range], as: UTF8.self) == hashed)
    }

    @Test(arguments: ["", "{", "{}}", "é{"])
    func needsExactlyTwoBytes(_ text: String) {
        #expect(HashTag(text) == nil)
    }

    @Test
    func keepsItsTwoBytes() throws {
        let tag = try #require(HashTag("<>"))

        #expect(tag.open == UInt8(ascii: "<"))
        #expect(tag.close == UInt8(ascii: ">"))
    }
}
