import Testing

@testable import Configuration

/// Files that are not, or only just, YAML that a configuration may use.
@Suite struct YAMLDocumentTests {
    @Test func nodesRememberTheirPlace() throws {
        let document = YAMLDocument(Array("a:\n  b: 1\n  c:\n    - x\n    - 'y'\n".utf8))

        let root = try #require(document.root)
        guard case .mapping(let pools) = root.content, pools.count == 1 else {
            Issue.record("not a mapping: \(root)")
            return
        }
        #expect(pools[0].key == "a")
        #expect(pools[0].mark == YAMLMark(line: 1, column: 1))
        guard case .mapping(let keys) = pools[0].value.content, keys.count == 2 else {
            Issue.record("not a mapping: \(pools[0].value)")
            return
        }
        #expect(keys[0].value.mark == YAMLMark(line: 2, column: 6))
        guard case .sequence(let items) = keys[1].value.content, items.count == 2 else {
            Issue.record("not a sequence: \(keys[1].value)")
            return
        }
        #expect(items[1].mark == YAMLMark(line: 5, column: 7))
    }

    static let refused: [(text: String, problems: [String])] = [
        ("%YAML 1.1\n---\n" + file(), ["c.yml:1: directives (%) are not allowed; remove the line"]),
        (
            "%TAG ! x\n---\n" + file(),
            ["c.yml:1: directives (%) are not allowed; remove the line"]
        ),
        (file() + "...\n", ["c.yml:5: the document's end (...) is not allowed; remove it"]),
        (file("hash: \"m\\0d5\""), ["c.yml:3: the byte 0 is not allowed; remove it"]),
        (
            file("hash: *md5"),
            [
                "c.yml:3: aliases (*) are not allowed; write the value itself, in quotes if it has a *"
            ]
        ),
        (
            file("hash: *:1"),
            [
                "c.yml:3: is not YAML: did not find expected alphabetic or numeric character while "
                    + "scanning an alias"
            ]
        ),
        (
            file("hash: \"md5"),
            [
                "c.yml:6: is not YAML: found unexpected end of stream while scanning a quoted scalar"
            ]
        ),
        (
            file("? [a]", ": 1"),
            [
                "c.yml:3: […] is not allowed; give each item a line of its own that starts with \"- \""
            ]
        ),
        (
            file("? - a", ": 1"),
            ["c.yml:3: a key must be one word, not a list or a mapping"]
        ),
        (
            "a: &x [*x, {b: !t c}]\n",
            [
                "c.yml:1: anchors (&) are not allowed; write the value itself",
                "c.yml:1: […] is not allowed; give each item a line of its own that starts with \"- \"",
                "c.yml:1: aliases (*) are not allowed; write the value itself, in quotes if it has a *",
                "c.yml:1: tags (!) are not allowed; write the value itself",
            ]
        ),
    ]

    @Test(arguments: refused)
    func refusesWhatTwemproxyRefuses(text: String, expected: [String]) {
        #expect(problems(text) == expected)
    }

    @Test(arguments: ["\u{FEFF}" + file(), file().replacing("\n", with: "\r\n"), "---\n" + file()])
    func acceptsWhatEditorsWrite(text: String) {
        #expect(problems(text) == [])
    }

    @Test func bytesThatAreNoTextAreRefusedByLine() {
        let text = Array(file().utf8) + [0xC3, 0x28]

        let found = problems(text)

        #expect(found == ["c.yml:5: is not text in UTF-8: invalid trailing UTF-8 octet"])
    }

    @Test func rawZeroBytesAreRefused() {
        #expect(problems(Array(file().utf8) + [0])[0].hasPrefix("c.yml:5: is not text in UTF-8"))
        #expect(problems([0, 0, 0, 0]).count == 1)
    }

    // MARK: - Hostile files

    @Test func deepBlocksAreRefused() {
        let text = (0..<1000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()

        let found = problems(text)

        #expect(found == ["c.yml:17: is nested too deeply; a pool's servers are the deepest level"])
    }

    @Test(arguments: ["[", "{", "- ", "? ", "{a: ", "&a [", "!t ["])
    func deepNestingOfEveryKindIsRefused(opening: String) {
        #expect(!problems(String(repeating: opening, count: 200_000)).isEmpty)
    }

    @Test func aliasBombsAreRefusedWithoutExpansion() {
        var text = "a0: &a0 x\n"
        for level in 1...50 {
            let inner = String(repeating: "*a\(level - 1), ", count: 10)
            text += "a\(level): &a\(level) [\(inner)]\n"
        }

        #expect(problems(text).count == 101)
    }

    @Test func filesAreBounded() {
        let comment = Array(repeating: UInt8(ascii: "#"), count: YAMLDocument.maximumBytes + 1)

        #expect(
            problems(comment) == [
                "c.yml: has more than 16777216 bytes; this cannot be a configuration"
            ])
        #expect(problems(Array(comment.dropLast())) == ["c.yml: is empty; a pool must be given"])
    }

    @Test func nodesAreBounded() {
        let items = String(repeating: "- \n", count: YAMLDocument.maximumNodes + 1)

        #expect(problems(items) == ["c.yml:1048576: has more than 1048576 keys and values"])
    }

    @Test func aHugeValueIsShownInPart() {
        let found = problems(file("hash: " + String(repeating: "x", count: 1_000_000)))

        #expect(found.count == 1)
        #expect(found[0].utf8.count < 300)
    }

    @Test func everyBeginningOfAFileIsSurvived() {
        let text = Array(
            file("redis: true", "hash_tag: \"{}\"", "? [a, {b: c}]", ": &x !t *x", "d: |\n    é")
                .utf8)

        for length in 0..<text.count {
            #expect(!problems(Array(text[..<length])).isEmpty)
        }
    }

    @Test func everyChangedByteIsSurvived() {
        let text = Array(
            file("redis: true", "hash_tag: \"{}\"", servers: ["h:1:1 a", "h:2:1"]).utf8)
        let replacements = Array("\0\t\n :#-?[]{},&*!|>'\"%@`0a\\".utf8) + [0x80, 0xC3, 0xFF]

        for index in text.indices {
            for replacement in replacements {
                var changed = text
                changed[index] = replacement
                for problem in problems(changed) { #expect(problem.hasPrefix("c.yml:")) }
            }
        }
    }
}
