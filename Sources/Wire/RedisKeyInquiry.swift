/// COMMAND GETKEYS and GETKEYSANDFLAGS: the keys of a request inside a request, as the proxy itself
/// would find them.
enum RedisKeyInquiry {
    /// - Parameter withFlags: nil for the keys alone, else whether the flags are wanted in RESP3.
    static func reply(
        to request: RedisRequest, in bytes: Span<UInt8>, withFlags inRESP3: Bool?
    ) -> [UInt8] {
        let frame = innerFrame(of: request, in: bytes)
        var parser = RedisRequestParser()
        guard case .request(let inner) = parser.parse(frame.span),
            let command = inner.command.command
        else { return RedisReply.error("ERR Invalid command specified") }
        let words = words(of: inner, in: frame)
        guard let page = page(on: command, words) else {
            return RedisReply.error("ERR Invalid command specified")
        }
        guard command.keys != .none, !page.keySpecifications.isEmpty else { return noKeys }
        guard page.accepts(argumentCount: words.count) else {
            return RedisReply.error("ERR Invalid number of arguments specified for command")
        }
        do throws(RedisKeyError) {
            let found = try keys(of: inner, in: frame)
            guard let inRESP3 else {
                return RedisReply.array(of: found.map { RedisReply.bulk($0.name.span) })
            }
            return RedisReply.array(
                of: found.map { key in
                    let flags = flags(of: key.index, in: words, page)
                    return RedisReply.array(of: [
                        RedisReply.bulk(key.name.span),
                        RedisReply.setHeader(count: flags.count, inRESP3: inRESP3)
                            + flags.flatMap { RedisReply.status($0) },
                    ])
                })
        } catch {
            // Redis takes scripts with a wrong number of keys for such without keys.
            return command.keys.mayBeNone
                ? RedisReply.emptyArray
                : RedisReply.error("ERR Invalid arguments specified for command")
        }
    }

    private static let noKeys = RedisReply.error("ERR The command has no key arguments")

    /// The request behind COMMAND and its subcommand, as a request of its own.
    private static func innerFrame(of request: RedisRequest, in bytes: Span<UInt8>) -> [UInt8] {
        var arguments = RedisArguments(request)
        _ = arguments.next(in: bytes)
        let start = arguments.next(in: bytes)?.end ?? request.length
        return RedisReply.arrayHeader(count: request.argumentCount - 2)
            + (start..<request.length).map { bytes[$0] }
    }

    /// The page on the command, or on the subcommand that the words name; nil if there is none.
    private static func page(on command: RedisCommand, _ words: [[UInt8]]) -> RedisManual? {
        guard let page = RedisManual.anyPage(on: command.name) else { return nil }
        guard page.isContainer else { return page }
        let word = words.count > 1 ? String(decoding: words[1], as: UTF8.self).lowercased() : ""
        return RedisManual.anyPage(on: "\(command.name)|\(word)")
    }

    private static func words(of request: RedisRequest, in frame: [UInt8]) -> [[UInt8]] {
        var arguments = RedisArguments(request)
        var words: [[UInt8]] = []
        while let word = arguments.next(in: frame.span) { words.append(Array(frame[word.range])) }
        return words
    }

    /// The keys and their places among the arguments.
    private static func keys(
        of request: RedisRequest, in frame: [UInt8]
    ) throws(RedisKeyError) -> [(index: Int, name: [UInt8])] {
        var cursor = try RedisKeys(request, in: frame.span)
        var arguments = RedisArguments(request)
        var index = -1
        var found: [(index: Int, name: [UInt8])] = []
        while let key = cursor.next(in: frame.span) {
            while let argument = arguments.next(in: frame.span) {
                index += 1
                if argument.offset == key.offset { break }
            }
            found.append((index, Array(frame[key.range])))
        }
        return found
    }

    /// What the command does with the key: as its specifications say it, but for those that look at
    /// their options.
    private static func flags(
        of index: Int, in words: [[UInt8]], _ page: RedisManual
    ) -> [String] {
        let options = words.dropFirst(2).map { String(decoding: $0, as: UTF8.self).lowercased() }
        switch page.name {
        case "set":
            return options.dropFirst().contains("get") ? ["RW", "access", "update"] : overwrite
        case "bitfield" where !options.contains("set") && !options.contains("incrby"):
            return ["RO", "access"]
        case "bitfield":
            return ["RW", "access", "update"]
        default:
            return page.keySpecifications.first { $0.covers(index, of: words) }?.flags ?? overwrite
        }
    }

    /// What STORE does, which a specification cannot place.
    private static let overwrite = ["OW", "update"]
}

extension RedisManual {
    fileprivate func accepts(argumentCount: Int) -> Bool {
        arity >= 0 ? argumentCount == arity : argumentCount >= -arity
    }
}

extension RedisCommand.KeyPositions {
    /// Whether a request may be right that has no key: EVAL with a count of 0.
    fileprivate var mayBeNone: Bool {
        if case .counted(_, let rule) = self { rule.smallest == 0 } else { false }
    }
}
