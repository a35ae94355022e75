/// What the proxy answers to COMMAND: the commands that it serves, as Redis 7.0 would describe
/// them.
///
/// Clients ask for it when they connect: for the key positions, or (redis-cli) for hints.
extension RedisCommand {
    /// The reply to a COMMAND request, alone or with a subcommand, whose number of arguments is
    /// right.
    public static func reply(
        to request: RedisRequest, in bytes: Span<UInt8>, inRESP3: Bool = false
    ) -> [UInt8] {
        var arguments = RedisArguments(behindNameOf: request)
        guard let subcommand = arguments.next(in: bytes) else {
            return inRESP3 ? allInRESP3 : allInRESP2
        }
        switch RedisName(subcommand, in: bytes) {
        case "count":
            return RedisReply.integer(RedisManual.served.count)
        case "docs":
            return docs(of: names(arguments, in: bytes), inRESP3: inRESP3)
        case "info":
            return info(about: names(arguments, in: bytes), inRESP3: inRESP3)
        case "list":
            return list(arguments, of: request, in: bytes)
        case "getkeys":
            return RedisKeyInquiry.reply(to: request, in: bytes, withFlags: nil)
        case "getkeysandflags":
            return RedisKeyInquiry.reply(to: request, in: bytes, withFlags: inRESP3)
        default:
            return RedisReply.help(on: "COMMAND", help)
        }
    }

    // MARK: - INFO and DOCS

    // Made for the first client that asks and kept, since every redis-cli asks.
    private static let allInRESP2 = describeAll(inRESP3: false)
    private static let allInRESP3 = describeAll(inRESP3: true)
    private static let docsInRESP2 = explainAll(inRESP3: false)
    private static let docsInRESP3 = explainAll(inRESP3: true)

    private static func describeAll(inRESP3: Bool) -> [UInt8] {
        RedisReply.array(of: RedisManual.served.map { $0.description(inRESP3: inRESP3) })
    }

    private static func explainAll(inRESP3: Bool) -> [UInt8] {
        var map = RedisMap(inRESP3: inRESP3)
        for page in RedisManual.served { map.add(page.name, page.documentation(inRESP3: inRESP3)) }
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

    private static func info(about names: [String]?, inRESP3: Bool) -> [UInt8] {
        guard let names else { return syntaxError }
        guard !names.isEmpty else { return inRESP3 ? allInRESP3 : allInRESP2 }
        return RedisReply.array(
            of: names.map { name in
                RedisManual.page(on: name)?.description(inRESP3: inRESP3)
                    ?? RedisReply.null(inRESP3: inRESP3)
            })
    }

    private static func docs(of names: [String]?, inRESP3: Bool) -> [UInt8] {
        guard let names else { return syntaxError }
        guard !names.isEmpty else { return inRESP3 ? docsInRESP3 : docsInRESP2 }
        var map = RedisMap(inRESP3: inRESP3)
        for name in names {
            guard let page = RedisManual.page(on: name) else { continue }
            map.add(page.name, page.documentation(inRESP3: inRESP3))
        }
        return map.reply
    }

    private static let syntaxError = RedisReply.error("ERR syntax error")

    // MARK: - LIST

    private static func list(
        _ arguments: RedisArguments, of request: RedisRequest, in bytes: Span<UInt8>
    ) -> [UInt8] {
        let pages = RedisManual.served.flatMap { [$0] + $0.subcommands }
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
