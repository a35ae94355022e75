/// The replies that the proxy makes itself. They allocate; none is on the path of a forwarded
/// request.
extension RedisReply {
    /// The status of a success.
    public static let ok = Array("+OK\r\n".utf8)
    /// PING's status.
    public static let pong = Array("+PONG\r\n".utf8)
    /// The bulk that stands for no value.
    public static let nullBulk = Array("$-1\r\n".utf8)
    /// No array: a transaction that did not run.
    public static func nullArray(isRESP3: Bool) -> [UInt8] {
        Array((isRESP3 ? "_\r\n" : "*-1\r\n").utf8)
    }

    /// An array without elements.
    public static let emptyArray = Array("*0\r\n".utf8)

    /// A status line. CR, LF and other control characters become spaces.
    public static func status(_ text: String) -> [UInt8] {
        line(UInt8(ascii: "+"), Array(text.utf8))
    }

    /// An error line; `text` begins with its code, as in "ERR no such key". Control characters
    /// become spaces, so that no text can end the line early.
    public static func error(_ text: String) -> [UInt8] {
        error(utf8: Array(text.utf8))
    }

    static func error(utf8 text: [UInt8]) -> [UInt8] {
        line(UInt8(ascii: "-"), text)
    }

    /// An integer.
    public static func integer(_ value: Int) -> [UInt8] {
        Array(":\(value)\r\n".utf8)
    }

    /// A bulk with a copy of `value`.
    public static func bulk(_ value: Span<UInt8>) -> [UInt8] {
        var reply = Array("$\(value.count)\r\n".utf8)
        reply.reserveCapacity(reply.count + value.count + 2)
        for index in value.indices { reply.append(value[index]) }
        reply += [ByteScanner.carriageReturn, ByteScanner.lineFeed]
        return reply
    }

    /// A bulk with the UTF-8 of `text`.
    public static func bulk(_ text: String) -> [UInt8] {
        bulk(Array(text.utf8).span)
    }

    /// The header of an array; its elements follow.
    public static func arrayHeader(count: Int) -> [UInt8] {
        Array("*\(count)\r\n".utf8)
    }

    /// The header of a map with so many pairs: in RESP2 an array of keys and values.
    public static func mapHeader(count: Int, inRESP3: Bool) -> [UInt8] {
        inRESP3 ? Array("%\(count)\r\n".utf8) : arrayHeader(count: count * 2)
    }

    /// The header of a set: in RESP2 an array.
    public static func setHeader(count: Int, inRESP3: Bool) -> [UInt8] {
        inRESP3 ? Array("~\(count)\r\n".utf8) : arrayHeader(count: count)
    }

    /// No value.
    public static func null(inRESP3: Bool) -> [UInt8] { inRESP3 ? Array("_\r\n".utf8) : nullBulk }

    /// Text for people: a verbatim string, in RESP2 a bulk.
    public static func text(_ text: [UInt8], inRESP3: Bool) -> [UInt8] {
        guard inRESP3 else { return bulk(text.span) }
        return Array("=\(text.count + 4)\r\ntxt:".utf8) + text + Array("\r\n".utf8)
    }

    /// An array of complete replies.
    public static func array(of elements: [[UInt8]]) -> [UInt8] {
        arrayHeader(count: elements.count) + elements.joined()
    }

    /// An array with further elements, each of which has its place in the new one; they come in the
    /// order of their places. Nil if the first one is no array.
    public static func array(
        _ array: [UInt8], with elements: [(place: Int, reply: [UInt8])]
    ) -> [UInt8]? {
        guard arrayHeader(in: array.span) != nil,
            let own = RedisGathering.elements(of: array)
        else { return nil }
        var result = arrayHeader(count: own.count + elements.count)
        var nextOwn = own.makeIterator()
        var given = elements[...]
        for place in 0..<own.count + elements.count {
            if given.first?.place == place, let element = given.popFirst() {
                result += element.reply
            } else if let element = nextOwn.next() {
                result += element
            }
        }
        return result
    }

    /// What a HELP subcommand says: how the command is written, then a line for each subcommand and
    /// one for its meaning.
    public static func help(on command: String, _ lines: [String]) -> [UInt8] {
        let first = "\(command) <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
        let last = ["HELP", "    Prints this help."]
        return array(of: ([first] + lines + last).map { status($0) })
    }

    private static func line(_ marker: UInt8, _ text: [UInt8]) -> [UInt8] {
        let harmless = text.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }
        return [marker] + harmless + [ByteScanner.carriageReturn, ByteScanner.lineFeed]
    }

    // MARK: - Redis' own words

    /// What Redis says to a command it does not know: at most 128 bytes of the name, and arguments
    /// until their quoted text has reached 128 bytes. A zero byte ends a text, as it does in C.
    public static func unknownCommand(_ request: RedisRequest, in bytes: Span<UInt8>) -> [UInt8] {
        let shown = 128
        var listed: [UInt8] = []
        var arguments = RedisArguments(behindNameOf: request)
        while listed.count < shown, let argument = arguments.next(in: bytes) {
            let text = text(in: bytes, argument.range, atMost: shown - listed.count)
            listed += [UInt8(ascii: "'")] + text + Array("' ".utf8)
        }
        let name = text(in: bytes, request.nameRange, atMost: shown)
        return error(
            utf8: Array("ERR unknown command '".utf8) + name
                + Array("', with args beginning with: ".utf8) + listed)
    }

    private static func text(in bytes: Span<UInt8>, _ range: Range<Int>, atMost limit: Int)
        -> [UInt8]
    {
        var text: [UInt8] = []
        for index in range.prefix(limit) {
            guard bytes[index] != 0 else { break }
            text.append(bytes[index])
        }
        return text
    }

    /// What Redis says to a number of arguments that the command does not take.
    public static func wrongArity(_ command: RedisCommand) -> [UInt8] {
        error("ERR wrong number of arguments for '\(command.name)' command")
    }
}
