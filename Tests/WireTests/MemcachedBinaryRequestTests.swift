import Testing
import Wire

@Suite struct MemcachedBinaryRequestTests {
    /// Requests by their parts, and the lines that they become.
    private static let lines:
        [(opcode: UInt8, extras: [UInt8], key: String, value: String, cas: UInt8, line: String)] = [
            (0x00, [], "a", "", 0, "mg a v f c"), (0x0d, [], "a", "", 9, "mg a v f c"),
            (0x1c, [0, 0, 0, 30], "a", "", 0, "mg a f c T30"),
            (0x1d, [0xff, 0, 0, 30], "a", "", 0, "mg a v f c T0"),
            (0x01, [0, 0, 0, 7, 0, 0, 0, 9], "a", "xyz", 0, "ms a 3 F7 T9 c"),
            (0x02, [0, 0, 0, 7, 0, 0, 0, 9], "a", "", 0, "ms a 0 F7 T9 ME c"),
            (0x13, [0, 0, 0, 7, 0, 0, 0, 9], "a", "x", 0, "ms a 1 F7 T9 MR c"),
            (0x03, [0, 0, 0, 7, 0, 0, 0, 9], "a", "x", 5, "ms a 1 F7 T9 C5 c"),
            (0x0e, [], "a", "x", 0, "ms a 1 MA c"), (0x1a, [], "a", "x", 5, "ms a 1 MP C5 c"),
            (0x04, [], "a", "", 0, "md a"), (0x14, [], "a", "", 5, "md a C5"),
            (
                0x05, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 9], "a", "", 0,
                "ma a MI D256 J3 N9 v c"
            ),
            (
                0x06, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 255, 255, 255, 255], "a", "",
                5,
                "ma a MD D256 C5 v c"
            ),
            (0x00, [], "a b", "", 0, "mg YSBi b v f c"),
            (0x01, [0, 0, 0, 7, 0, 0, 0, 9], "\r\n", "x", 0, "ms DQo= 1 b F7 T9 c"),
        ]

    @Test func requestsBecomeLines() {
        for (opcode, extras, key, value, cas, line) in Self.lines {
            let bytes = packet(opcode, extras, Array(key.utf8), Array(value.utf8), cas)
            guard case .request(let request) = parse(bytes) else {
                Issue.record("\(line)")
                continue
            }
            #expect(text(of: request, bytes) == line + "\r\n")
            #expect(request.length == bytes.count)
            #expect(memcachedText(bytes[request.key]) == key)
            #expect(memcachedText(bytes[request.value]) == value)

            // Cut anywhere, it is not complete, and says how much it needs at least.
            for cut in 0..<bytes.count {
                guard case .incomplete(let needed) = parse(Array(bytes[..<cut])) else {
                    Issue.record("\(line), cut at \(cut)")
                    continue
                }
                #expect(needed > cut && needed <= bytes.count)
            }
        }
    }

    /// Every opcode with every number of extras: refused, or a request whose parts are where they
    /// should be.
    @Test func everyOpcodeIsChecked() {
        for opcode in UInt8.min...UInt8.max {
            for extras in [0, 4, 8, 20, 24] {
                for (key, value) in [(0, 0), (1, 0), (1, 1), (0, 1), (251, 0)] {
                    let bytes = packet(
                        opcode, [UInt8](repeating: 1, count: extras),
                        [UInt8](repeating: 107, count: key), [UInt8](repeating: 1, count: value), 0)
                    switch parse(bytes) {
                    case .request(let request):
                        #expect(request.key.count == key && request.value.count == value)
                    case .refused(let length, let header, _):
                        #expect(length == bytes.count && header.opcode == opcode)
                    case .malformed(let header, let status):
                        #expect(header.opcode == opcode && status == .invalidArguments)
                    case .incomplete, .noRequest: Issue.record("\(opcode)")
                    }
                }
            }
        }
    }

    @Test func lengthsThatDoNotFitAreMalformed() {
        var bytes = packet(0x00, [], Array("abc".utf8), [], 0)
        bytes[11] = 2
        guard case .malformed(_, .unknownCommand) = parse(bytes) else {
            Issue.record("a key longer than the body")
            return
        }
        guard case .noRequest = parse(Array("get a\r\n".utf8)) else {
            Issue.record("text")
            return
        }
    }

    /// A value above the limit is refused before it comes.
    @Test func largeValuesAreRefusedByTheirHeader() {
        var header = Array(packet(0x01, [0, 0, 0, 0, 0, 0, 0, 0], [107], [], 0).prefix(24))
        header.replaceSubrange(8..<12, with: [0x7f, 0xff, 0xff, 0xff])

        guard case .refused(let length, _, .tooLarge) = parse(header) else {
            Issue.record("not refused")
            return
        }
        #expect(length == 24 + 0x7fff_ffff)
    }

    @Test func keysThatNoLineCanHaveAreRefused() {
        for (count, isWritable) in [(186, true), (187, false), (250, false)] {
            let bytes = packet(0x00, [], [UInt8](repeating: 32, count: count), [], 0)
            guard case .request(let request) = parse(bytes) else {
                Issue.record("\(count)")
                continue
            }
            #expect((text(of: request, bytes) != nil) == isWritable)
        }
    }

    private func packet(
        _ opcode: UInt8, _ extras: [UInt8], _ key: [UInt8], _ value: [UInt8], _ cas: UInt8
    ) -> [UInt8] {
        let body = extras.count + key.count + value.count
        let header: [UInt8] = [
            0x80, opcode, UInt8(key.count >> 8), UInt8(key.count & 255), UInt8(extras.count), 0, 0,
            0,
            0, 0, UInt8(body >> 8), UInt8(body & 255), 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, cas,
        ]
        return header + extras + key + value
    }

    private func parse(_ bytes: [UInt8]) -> MemcachedBinaryParse {
        MemcachedBinaryParse.read(bytes.span, MemcachedLimits())
    }

    private func text(of request: MemcachedBinaryRequest, _ bytes: [UInt8]) -> String? {
        var line: [UInt8] = []
        return request.writeLine(of: bytes.span, to: &line) ? memcachedText(line) : nil
    }
}
