import Testing
import Wire

struct GlobPatternTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "abc", true), ("a*c", "abc", true),
        ("a*c", "abcd", false), ("a*b*c", "axbxbxc", true), ("a**", "a", true), ("?", "", false),
        ("?b", "ab", true), ("[a-c]x", "bx", true), ("[c-a]x", "bx", true),
        ("[^a-c]x", "bx", false),
        ("[^a-c]x", "dx", true), ("[abc", "c", true), ("[\\]]", "]", true), ("\\*", "*", true),
        ("\\*", "a", false), ("a\\", "a\\", true), ("MAX*", "maxmemory", true),
        ("max*", "MAXMEMORY", true), ("[A-C]", "b", true),
        ("*a*a*a*a*b", "aaaaaaaaaaaaaaaa", false),
    ])
    func patternsMatchAsInRedis(pattern: String, text: String, expected: Bool) {
        #expect(GlobPattern(utf8(pattern)).matches(text) == expected)
    }
}
