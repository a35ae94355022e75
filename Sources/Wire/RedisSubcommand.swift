/// A word behind a command's name that makes a command of its own, such as CLIENT's ID: a line of
/// `RedisSubcommand.table`.
///
/// The table has those that go their own ways. Other commands with subcommands go to their key's
/// server, whatever the word is.
public struct RedisSubcommand: Sendable {
    /// The command's name in lower case.
    public let container: String
    /// The word itself in lower case.
    public let name: String
    /// Arguments including both names: exactly that many, or if negative, at least that many.
    public let arity: Int
    /// What the proxy does with it.
    public let handling: RedisCommand.Handling

    init(_ container: String, _ name: String, _ arity: Int, _ handling: RedisCommand.Handling) {
        self.container = container
        self.name = name
        self.arity = arity
        self.handling = handling
    }

    /// As COMMAND and errors name it: `client|id`.
    public var fullName: String { "\(container)|\(name)" }

    /// Whether a request of that many arguments, both names included, has the right number of them.
    func accepts(argumentCount: Int) -> Bool {
        arity >= 0 ? argumentCount == arity : argumentCount >= -arity
    }

    /// The subcommand that a request asks for; nil if there is none of that name, or no word at
    /// all.
    public static func find(
        in request: RedisRequest, of command: RedisCommand, _ bytes: Span<UInt8>
    ) -> RedisSubcommand? {
        var arguments = RedisArguments(behindNameOf: request)
        return arguments.next(in: bytes).flatMap { find(text($0.range, in: bytes), of: command) }
    }

    /// The subcommand of that name in whatever case.
    public static func find(_ name: String, of command: RedisCommand) -> RedisSubcommand? {
        let lowered = name.lowercased()
        return table.first { $0.container == command.name && $0.name == lowered }
    }

    /// The error reply to a request whose subcommand is refused, unknown, or has a wrong number of
    /// arguments, in Redis' words where it has some; nil if the request is in order.
    ///
    /// Only for a command whose `hasSubcommands` is true, and with an argument behind its name.
    public static func error(
        in request: RedisRequest, of command: RedisCommand, _ bytes: Span<UInt8>
    ) -> [UInt8]? {
        var arguments = RedisArguments(behindNameOf: request)
        guard let word = arguments.next(in: bytes) else { return nil }
        guard let found = find(text(word.range, in: bytes), of: command) else {
            return unknown(word, of: command, in: bytes)
        }
        guard found.accepts(argumentCount: request.argumentCount) else {
            return RedisReply.error(
                "ERR wrong number of arguments for '\(found.fullName)' command")
        }
        guard case .refused(let refusal) = found.handling else { return nil }
        return refusal.reply(to: found.fullName)
    }

    /// Whether a request administers a server: CONFIG as a whole, since what GET tells has to be
    /// what SET said, and else what is refused for that reason.
    public static func isAdministration(
        _ request: RedisRequest, of command: RedisCommand, in bytes: Span<UInt8>
    ) -> Bool {
        if command.handling == .local(.config) { return true }
        if case .refused(let refusal) = command.handling { return refusal.isOfAdministration }
        guard command.hasSubcommands else { return false }
        guard case .refused(let refusal)? = find(in: request, of: command, bytes)?.handling else {
            return false
        }
        return refusal.isOfAdministration
    }

    /// Redis shows 128 bytes of it.
    private static func unknown(
        _ word: RedisArgument, of command: RedisCommand, in bytes: Span<UInt8>
    ) -> [UInt8] {
        let shown = word.range.prefix(128).map { bytes[$0] }.prefix { $0 != 0 }
        return RedisReply.error(
            utf8: Array("ERR unknown subcommand '".utf8) + shown
                + Array("'. Try \(command.name.uppercased()) HELP.".utf8))
    }

    fileprivate static func text(_ range: Range<Int>, in bytes: Span<UInt8>) -> String {
        String(decoding: range.prefix(RedisName.maxLength + 1).map { bytes[$0] }, as: UTF8.self)
    }
}

extension RedisCommand {
    /// As errors name what a request of it asks for: `get`, `client|id`. Allocates; for messages
    /// only.
    public func fullName(in request: RedisRequest, _ bytes: Span<UInt8>) -> String {
        var arguments = RedisArguments(behindNameOf: request)
        guard let word = arguments.next(in: bytes) else { return name }
        let full = "\(name)|\(RedisSubcommand.text(word.range, in: bytes).lowercased())"
        return RedisManual.anyPage(on: full) == nil ? name : full
    }
}
