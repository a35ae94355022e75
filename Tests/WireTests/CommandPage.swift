@testable import Wire

/// The page that tells of every command what the proxy does with it.
struct CommandPage {
    /// Redis' groups in the order of the page, as people call them.
    private static let groups = [
        ("connection", "Connection"), ("generic", "Keys"), ("string", "Strings"),
        ("bitmap", "Bitmaps"), ("hash", "Hashes"), ("list", "Lists"), ("set", "Sets"),
        ("sorted-set", "Sorted sets"), ("stream", "Streams"), ("geo", "Places"),
        ("hyperloglog", "HyperLogLogs"), ("transactions", "Transactions"),
        ("scripting", "Scripts and functions"), ("pubsub", "Publishing and subscribing"),
        ("server", "Server"), ("cluster", "Cluster"),
    ]

    /// The whole page.
    var text: String {
        var page = """
            # Commands

            What becomes of every command of Redis 7.0 and of memcached's text protocol. This page is written by
            `UPDATE_COMMANDS=1 swift test --filter CommandPage` from the tables that the proxy itself uses.

            *forwarded*: goes to the server of its keys, which must be one server, else there is a `CROSSSLOT` error that names
            two keys; a reply comes as the server wrote it. *split*: goes to the server of each key, and the replies become
            one. *local*: the proxy answers. *any server*: goes to one that is there. *all servers*: goes to every one.
            *refused*: gets an error that says why.

            ## Redis

            """
        for (group, title) in Self.groups {
            page += "\n### \(title)\n\n| command | what it does | here |\n|---|---|---|\n"
            for manual in RedisManual.pages where manual.group == group {
                guard let handling = handling(of: manual.name) else { continue }
                let name = manual.name.replacing("|", with: " ").uppercased()
                page += "| `\(name)` | \(manual.summary) | \(Self.words(handling)) |\n"
            }
        }
        page += "\n## memcached\n\n| command | here |\n|---|---|\n"
        for command in MemcachedCommand.allCases {
            page += "| `\(command.name)` | \(Self.words(command)) |\n"
        }
        return page + """

            The binary protocol has the same commands on the same port. What administers one server (`cache_memlimit`,
            `lru`, `lru_crawler`, `slabs`, `shutdown`, `watch`, …) and SASL is refused; everything else is answered `ERROR`.

            """
    }

    /// Nil for a subcommand that shares what becomes of its command.
    private func handling(of name: String) -> RedisCommand.Handling? {
        let parts = name.split(separator: "|").map(String.init)
        let command = command(named: parts[0])
        guard parts.count == 2 else { return command?.handling }
        guard let command, command.hasSubcommands else { return nil }
        return RedisSubcommand.find(parts[1], of: command)?.handling
    }

    private static func words(_ handling: RedisCommand.Handling) -> String {
        switch handling {
        case .forward: "forwarded"
        case .blocking: "forwarded, over a server connection of the client's own"
        case .watch: "forwarded, over a server connection of the client's own until `EXEC`"
        case .publish: "to the server that the channel's name hashes to"
        case .everywhere(.sum): "all servers; the numbers are added up"
        case .everywhere(.union), .everywhere(.join): "all servers; what any of them has"
        case .everywhere(.any): "all servers; what one of them says"
        case .everywhere(.information):
            "all servers; added up where that is true, with a section `martlet` of the proxy's own"
        case .everywhere(.newest): "all servers; the newest of all"
        case .everywhere(.success): "all servers, past what they are at work on; one reply"
        case .everywhere(.minimum): "all servers; what is true of every one"
        case .everywhere(.maximum): "all servers; the greatest number"
        case .everywhere(.sumByName): "all servers; the clients of each channel"
        case .everywhere: "all servers; one reply"
        case .scan: "server after server; the cursor names the next one"
        case .subcommands: "by subcommand"
        case .mget: "split; the values in the order of the keys"
        case .mset: "split; one reply"
        case .sum: "split; the numbers are added up"
        case .local: "local"
        case .anyServer: "any server"
        case .onlyServer: "before one server forwarded, else refused"
        case .refused(.cluster): "refused, as by a server that is in no cluster"
        case .refused(let refusal): "refused: \(refusal.reason)"
        }
    }

    private static func words(_ command: MemcachedCommand) -> String {
        if command.isRetrieval { return "split; the values in the order of the keys" }
        switch command {
        case .verbosity, .flushAll: return "all servers; one reply"
        case .version: return "any server"
        case .quit, .metaNoop: return "local"
        case .stats:
            return "all servers; the figures are added up (`stats servers`: one by one, "
                + "`stats proxy`: the pool's own)"
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic:
            return "forwarded; with `q` the proxy hides what memcached would"
        default: return "forwarded"
        }
    }
}
