/// What the proxy answers to COMMAND: the commands that it serves, as Redis 7.0 would describe
/// them.
///
/// Clients ask for it when they connect: for the key positions, or (redis-cli) for hints.
extension RedisCommand {
    /// The reply to a COMMAND request, alone or with a subcommand, whose number of arguments is
    /// right.
    ///
    /// - Parameter administering: whether what administers a server is passed on.
    public static func reply(
        to request: RedisRequest, in bytes: Span<UInt8>, inRESP3: Bool = false,
        administering: Bool = false
    ) -> [UInt8] {
        let readers = RedisManual.Readers(speakRESP3: inRESP3, administer: administering)
        var arguments = RedisArguments(behindNameOf: request)
        guard let subcommand = arguments.next(in: bytes) else { return all(for: readers) }
        switch RedisName(subcommand, in: bytes) {
        case "count":
            return RedisReply.integer(RedisManual.served(to: readers).count)
        case "docs":
            return docs(of: names(arguments, in: bytes), for: readers)
        case "info":
            return info(about: names(arguments, in: bytes), for: readers)
        case "list":
            return list(arguments, of: request, in: bytes, for: readers)
        case "getkeys":
            return RedisKeyInquiry.reply(to: request, in: bytes, withFlags: nil)
        case "getkeysandflags":
            return RedisKeyInquiry.reply(to: request, in: bytes, withFlags: inRESP3)
        default:
            return RedisReply.help(on: "COMMAND", help)
        }
    }

    // MARK: - INFO and DOCS

    // Made for the first client that asks and kept, since every redis-cli asks; not for the few
    // pools that pass on more than usual.
    private static let usual = RedisManual.Readers(speakRESP3: false, administer: false)
    private static let usualInRESP3 = RedisManual.Readers(speakRESP3: true, administer: false)
    private static let allInRESP2 = describeAll(for: usual)
    private static let allInRESP3 = describeAll(for: usualInRESP3)
    private static let docsInRESP2 = explainAll(for: usual)
    private static let docsInRESP3 = explainAll(for: usualInRESP3)

    private static func all(for readers: RedisManual.Readers) -> [UInt8] {
        guard !readers.administer else { return describeAll(for: readers) }
        return readers.speakRESP3 ? allInRESP3 : allInRESP2
    }

    private static func allDocs(for readers: RedisManual.Readers) -> [UInt8] {
        guard !readers.administer else { return explainAll(for: readers) }
        return readers.speakRESP3 ? docsInRESP3 : docsInRESP2
    }

    private static func describeAll(for readers: RedisManual.Readers) -> [UInt8] {
        RedisReply.array(of: RedisManual.served(to: readers).map { $0.description(for: readers) })
    }

    private static func explainAll(for readers: RedisManual.Readers) -> [UInt8] {
        var map = RedisMap(inRESP3: readers.speakRESP3)
        for page in RedisManual.served(to: readers) {
            map.add(page.name, page.documentation(for: readers))
        }
        return map.reply
    }

    /// Nil if there are more names than there are commands: a short request would make a reply of
    /// any size.
    private static func names(_ arguments: RedisArguments, in bytes: Span<UInt8>) -> [String]? {
        var arguments = arguments
        var names: [String] = []
        while let name = arguments.next(in: bytes) {
            guard names.count < RedisManual.pages.count else { return nil }
            names.append(text(name, in: bytes).lowercased())
        }
        return names
    }

    /// An argument that may name something; cut where no name goes on.
    private static func text(_ argument: RedisArgument, in bytes: Span<UInt8>) -> String {
        let longest = RedisName.maxLength * 2 + 2
        return String(decoding: argument.range.prefix(longest).map { bytes[$0] }, as: UTF8.self)
    }

    private static func info(about names: [String]?, for readers: RedisManual.Readers) -> [UInt8] {
        guard let names else { return syntaxError }
        guard !names.isEmpty else { return all(for: readers) }
        return RedisReply.array(
            of: names.map { name in
                RedisManual.page(on: name, for: readers)?.description(for: readers)
                    ?? RedisReply.null(inRESP3: readers.speakRESP3)
            })
    }

    private static func docs(of names: [String]?, for readers: RedisManual.Readers) -> [UInt8] {
        guard let names else { return syntaxError }
        guard !names.isEmpty else { return allDocs(for: readers) }
        var map = RedisMap(inRESP3: readers.speakRESP3)
        for name in names {
            guard let page = RedisManual.page(on: name, for: readers) else { continue }
            map.add(page.name, page.documentation(for: readers))
        }
        return map.reply
    }

    private static let syntaxError = RedisReply.error("ERR syntax error")

    // MARK: - LIST

    private static func list(
        _ arguments: RedisArguments, of request: RedisRequest, in bytes: Span<UInt8>,
        for readers: RedisManual.Readers
    ) -> [UInt8] {
        let pages = RedisManual.served(to: readers).flatMap { [$0] + $0.subcommands(for: readers) }
        if request.argumentCount == 2 { return names(of: pages) }
        var arguments = arguments
        guard request.argumentCount == 5, let option = arguments.next(in: bytes),
            let kind = arguments.next(in: bytes), let value = arguments.next(in: bytes),
            RedisName(option, in: bytes) == "filterby"
        else { return syntaxError }
        let wanted = text(value, in: bytes)
        switch RedisName(kind, in: bytes) {
        case "module":
            return RedisReply.emptyArray
        case "aclcat":
            let category = wanted.lowercased()
            return names(of: pages.filter { $0.categories.contains { $0 == category } })
        case "pattern":
            let pattern = GlobPattern(Array(wanted.utf8))
            return names(of: pages.filter { pattern.matches($0.name) })
        default:
            return syntaxError
        }
    }

    private static func names(of pages: [RedisManual]) -> [UInt8] {
        RedisReply.array(of: pages.map { RedisReply.bulk($0.name) })
    }

    private static let help = [
        "(no subcommand)", "    Describe all commands that are served.",
        "COUNT", "    Tell how many commands are served.",
        "DOCS [<command-name> [...]]", "    Explain commands, or all of them.",
        "GETKEYS <full-command>", "    Tell the keys of a request.",
        "GETKEYSANDFLAGS <full-command>",
        "    Tell the keys of a request and what is done to them.",
        "INFO [<command-name> [...]]", "    Describe commands, or all of them.",
        "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]",
        "    Tell the names of commands and subcommands.",
    ]
}
