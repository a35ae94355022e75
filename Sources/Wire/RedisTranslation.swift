/// Writes a RESP2 reply as RESP3, in the shape that a server gives it there.
///
/// Shapes are some levels deep; below them arrays may be nested as deep as scripts like, and are
/// passed over without a stack.
public enum RedisTranslation {
    /// The reply in RESP3.
    ///
    /// - Parameter reply: a complete one, as a `RedisReplyScanner` has seen it; what is none stays
    ///   as it is.
    public static func inRESP3(_ reply: Span<UInt8>, _ shape: RedisShape) -> [UInt8] {
        write(reply, shape) ?? write(reply, .plain) ?? copy(reply)
    }

    private static func write(_ reply: Span<UInt8>, _ shape: RedisShape) -> [UInt8]? {
        var writer = Writer(capacity: reply.count)
        return writer.element(of: reply, shape) && writer.offset == reply.count
            ? writer.output : nil
    }

    private static func copy(_ reply: Span<UInt8>) -> [UInt8] { reply.indices.map { reply[$0] } }

    private struct Writer {
        var output: [UInt8] = []
        /// How far the reply is read.
        var offset = 0

        init(capacity: Int) {
            // Nulls become shorter, and of doubles and verbatim strings there are few.
            output.reserveCapacity(capacity + 16)
        }

        /// - Returns: false if the reply does not fit the shape.
        mutating func element(of reply: Span<UInt8>, _ shape: RedisShape) -> Bool {
            guard offset < reply.count else { return false }
            switch (reply[offset], shape) {
            case (UInt8(ascii: "*"), .array), (UInt8(ascii: "*"), .tuple),
                (UInt8(ascii: "*"), .set), (UInt8(ascii: "*"), .map),
                (UInt8(ascii: "*"), .fields), (UInt8(ascii: "*"), .pairs),
                (UInt8(ascii: "*"), .mapOfPairs):
                let header = ByteScanner.decimalLine(at: offset + 1, in: reply)
                guard header.end > 0 else { return plain(reply) }
                offset = header.end
                return elements(of: reply, header.value, shape)
            case (UInt8(ascii: "$"), .double):
                guard isLine(in: reply), let body = takeBody(of: reply) else {
                    return plain(reply)
                }
                output.append(UInt8(ascii: ","))
                append(reply, body)
                output += RedisTranslation.lineEnd
                return true
            case (UInt8(ascii: "$"), .verbatim):
                guard let body = takeBody(of: reply) else { return plain(reply) }
                output += "=\(body.count + 4)\r\ntxt:".utf8
                append(reply, body)
                output += RedisTranslation.lineEnd
                return true
            default:
                return plain(reply)
            }
        }

        private mutating func elements(
            of reply: Span<UInt8>, _ count: Int, _ shape: RedisShape
        ) -> Bool {
            switch shape {
            case .array(let each):
                begin("*", count)
                return (0..<count).allSatisfy { _ in element(of: reply, each) }
            case .set(let each):
                begin("~", count)
                return (0..<count).allSatisfy { _ in element(of: reply, each) }
            case .tuple(let shapes):
                begin("*", count)
                return (0..<count).allSatisfy {
                    element(of: reply, $0 < shapes.count ? shapes[$0] : .plain)
                }
            case .map(let value):
                guard count % 2 == 0 else { return false }
                begin("%", count / 2)
                return (0..<count / 2).allSatisfy { _ in
                    plain(reply) && element(of: reply, value)
                }
            case .pairs(let value):
                guard count % 2 == 0 else { return false }
                begin("*", count / 2)
                return (0..<count / 2).allSatisfy { _ in
                    begin("*", 2)
                    return plain(reply) && element(of: reply, value)
                }
            case .fields(let values):
                guard count % 2 == 0 else { return false }
                begin("%", count / 2)
                return (0..<count / 2).allSatisfy { _ in
                    let name = name(in: reply)
                    return plain(reply) && element(of: reply, values[name] ?? .plain)
                }
            case .mapOfPairs:
                begin("%", count)
                return (0..<count).allSatisfy { _ in
                    skipPairHeader(in: reply) && plain(reply) && plain(reply)
                }
            case .plain, .double, .verbatim:
                return false
            }
        }

        private mutating func begin(_ marker: Character, _ count: Int) {
            output += "\(marker)\(count)\r\n".utf8
        }

        private mutating func skipPairHeader(in reply: Span<UInt8>) -> Bool {
            guard offset < reply.count, reply[offset] == UInt8(ascii: "*") else { return false }
            let header = ByteScanner.decimalLine(at: offset + 1, in: reply)
            guard header.end > 0, header.value == 2 else { return false }
            offset = header.end
            return true
        }

        /// The text of the bulk that is next, without taking it.
        private func name(in reply: Span<UInt8>) -> String {
            var ahead = self
            guard let body = ahead.takeBody(of: reply), body.count <= Self.longestName else {
                return ""
            }
            return String(decoding: body.map { reply[$0] }, as: UTF8.self)
        }

        /// Those of MEMORY STATS have up to 29 bytes.
        private static var longestName: Int { 32 }

        /// Whether the bulk that is next may stand on a line: a number does, and what has a line's
        /// end would become two replies.
        private func isLine(in reply: Span<UInt8>) -> Bool {
            var ahead = self
            guard let body = ahead.takeBody(of: reply) else { return false }
            return body.allSatisfy { reply[$0] > UInt8(ascii: " ") && reply[$0] < 0x7F }
        }

        /// Takes a bulk that is no null.
        private mutating func takeBody(of reply: Span<UInt8>) -> Range<Int>? {
            guard offset < reply.count, reply[offset] == UInt8(ascii: "$") else { return nil }
            let header = ByteScanner.decimalLine(at: offset + 1, in: reply)
            guard header.end > 0, header.value <= reply.count - header.end - 2 else { return nil }
            let body = header.end..<header.end + header.value
            offset = body.upperBound + 2
            return body
        }

        /// Takes an element of whatever kind, and writes it with RESP3's nulls.
        private mutating func plain(_ reply: Span<UInt8>) -> Bool {
            var left = 1
            var begin = offset
            while left > 0 {
                guard offset < reply.count else { return false }
                left -= 1
                let start = offset
                switch reply[start] {
                case UInt8(ascii: "$"):
                    if takeBody(of: reply) != nil { continue }
                case UInt8(ascii: "*"):
                    let header = ByteScanner.decimalLine(at: start + 1, in: reply)
                    if header.end > 0 {
                        guard header.value <= reply.count else { return false }
                        left += header.value
                        offset = header.end
                        continue
                    }
                default:
                    guard takeLine(of: reply) else { return false }
                    continue
                }
                // A null: what came before is copied at once.
                guard takeLine(of: reply), offset - start == RedisReply.nullBulk.count else {
                    return false
                }
                append(reply, begin..<start)
                output += RedisTranslation.null
                begin = offset
            }
            append(reply, begin..<offset)
            return true
        }

        private mutating func takeLine(of reply: Span<UInt8>) -> Bool {
            let rest = offset..<reply.count
            guard let end = ByteScanner.offset(of: ByteScanner.lineFeed, in: reply, rest) else {
                return false
            }
            offset = end + 1
            return true
        }

        private mutating func append(_ reply: Span<UInt8>, _ range: Range<Int>) {
            let piece = reply.extracting(range)
            unsafe piece.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
        }
    }

    private static let lineEnd = Array("\r\n".utf8)
    private static let null = Array("_\r\n".utf8)
}
