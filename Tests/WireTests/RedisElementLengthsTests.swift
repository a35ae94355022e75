import Testing
import Wire

struct RedisElementLengthsTests {
    private let lengths = RedisElementLengths()

    private var known: [UInt32] { (0..<lengths.count).map { lengths[$0] } }

    private func scan(_ bytes: String, with scanner: inout RedisReplyScanner) -> RedisScan {
        scanner.scan(utf8(bytes).span, noting: lengths)
    }

    @Test(arguments: [
        ("*1\r\n$1\r\na\r\n", [7]), ("*2\r\n$0\r\n\r\n$2\r\n\r\n\r\n", [6, 8]),
        ("*3\r\n$-1\r\n$12\r\nabcdefghijkl\r\n$1\r\n$\r\n", [5, 19, 7]),
        (
            "*3\r\n$100\r\n\(String(repeating: "x", count: 100))\r\n$-1\r\n"
                + "$1000\r\n\(String(repeating: "y", count: 1000))\r\n", [108, 5, 1009]
        ),
    ])
    func elementsOfAWholeArrayAreKnown(reply: String, expected: [UInt32]) {
        for behind in ["", "+OK\r\n", "$1\r\n", "*1\r\n"] {
            var scanner = RedisReplyScanner()
            let scan = scan(reply + behind, with: &scanner)

            #expect(scan.state == .complete)
            #expect(known == expected)
            #expect(lengths.headerLength == 4)
            #expect(lengths.replyLength == reply.utf8.count)
        }
    }

    /// What comes in two pieces is not known, and nothing of the array before it.
    @Test func elementsOfAPieceAreNotKnown() {
        let reply = utf8(
            "*3\r\n$3\r\nabc\r\n$100\r\n\(String(repeating: "x", count: 100))\r\n$-1\r\n")
        for split in 1..<reply.count {
            var scanner = RedisReplyScanner()
            let before = scan("*1\r\n$8\r\nabcdefgh\r\n", with: &scanner)
            #expect(before.state == .complete)
            #expect(lengths.count == 1)

            let first = scanner.scan(Array(reply[..<split]).span, noting: lengths)
            #expect(first.state == .incomplete)
            #expect(lengths.count == 0)

            let rest = Array(reply[first.consumed...])
            let last = scanner.scan(rest.span, noting: lengths)
            #expect(last.state == .complete)
            #expect(lengths.count == 0 || lengths.replyLength == last.consumed)
            if first.consumed > 0 { #expect(lengths.count == 0) }
        }
    }

    @Test(arguments: [
        "*0\r\n", "*-1\r\n", "*1\r\n:1\r\n", "*2\r\n$1\r\na\r\n-ERR x\r\n", "*1\r\n_\r\n",
        "*2\r\n*1\r\n$1\r\na\r\n$1\r\nb\r\n", "~1\r\n$8\r\nabcdefgh\r\n",
        "*2\r\n$8\r\nabcdefgh\r\n|1\r\n+k\r\n+v\r\n$1\r\nb\r\n",
    ])
    func elementsOfOtherArraysAreNotKnown(reply: String) {
        var scanner = RedisReplyScanner(allowsRESP3: true)
        _ = scan("*1\r\n$8\r\nabcdefgh\r\n", with: &scanner)

        let scan = scan(reply, with: &scanner)

        #expect(scan.state == .complete)
        #expect(lengths.count == 0)
    }

    @Test(arguments: ["*2\r\n$1\r\nab\r\n$1\r\n", "*2\r\n$8\r\nabcdefgh\r\n$01\r\n", "*1\r\nx"])
    func elementsOfWhatIsMalformedAreNotKnown(reply: String) {
        var scanner = RedisReplyScanner()

        let scan = scan(reply, with: &scanner)

        #expect(scan.state == .malformed)
        #expect(lengths.count == 0)
    }

    @Test func elementsAreKnownUpToABound() {
        let most = RedisElementLengths.capacity
        for count in [most - 1, most, most + 1] {
            var scanner = RedisReplyScanner()
            let elements = String(repeating: "$3\r\nabc\r\n", count: count)
            let scan = scan("*\(count)\r\n\(elements)+OK\r\n", with: &scanner)

            #expect(scan.state == .complete)
            #expect(scan.consumed == "*\(count)\r\n".utf8.count + 9 * count)
            #expect(lengths.count == (count > most ? 0 : count))
            #expect(known.allSatisfy { $0 == 9 })
        }
    }

    @Test func repliesThatAreNoArraysLeaveItAsItIs() {
        var scanner = RedisReplyScanner()
        _ = scan("*1\r\n$8\r\nabcdefgh\r\n", with: &scanner)

        for reply in ["$1\r\na\r\n", "+OK\r\n", ":1\r\n"] {
            #expect(scan(reply, with: &scanner).state == .complete)
        }
        #expect(known == [14])
        lengths.forget()

        #expect(lengths.count == 0)
    }
}
