/// Commands that a pool refuses although Redis and the proxy know them, by their names as an
/// operator writes them: `flushall`, or `script|flush` for one subcommand.
///
/// Whatever else a name may hide is not looked for: a script may still call a command.
public struct RedisCommandSet: Sendable {
    private var commands: Set<UInt16> = []
    /// In lower case, such as `script|flush`.
    private var subcommands: Set<String> = []
    /// Whether one of them is a command that goes as it is to the server of its first argument.
    public private(set) var concernsPlainRequests = false

    /// The commands of these names, each of which must be known.
    public init(_ names: [String]) {
        for name in names {
            let name = name.lowercased()
            if name.utf8.contains(Self.separator) {
                subcommands.insert(name)
            } else {
                let id = RedisCommand.find(Array(name.utf8).span)
                precondition(id != .unknown, "no command is called \(name)")
                commands.insert(id.rawValue)
                concernsPlainRequests = concernsPlainRequests || id.hasOneKey
            }
        }
    }

    /// Whether it is the name of a command, or of a command's subcommand, in whatever case.
    public static func isKnown(_ name: String) -> Bool {
        let name = name.lowercased()
        return RedisManual.anyPage(on: name) != nil
            || RedisCommand.find(Array(name.utf8).span) != .unknown
    }

    /// All names that are known, for who looks for the right one.
    public static var knownNames: [String] { RedisManual.pages.map(\.name) }

    /// The error for a request of one of these commands; nil if it is none.
    ///
    /// Redis' own begins so for a user who may not run a command.
    public func refusal(of request: RedisRequest, in frame: Span<UInt8>) -> [UInt8]? {
        guard let name = name(of: request, in: frame) else { return nil }
        return RedisReply.error(
            "NOPERM the '\(name)' command is disabled in this pool (disabled_commands)")
    }

    private func name(of request: RedisRequest, in frame: Span<UInt8>) -> String? {
        guard let command = request.command.command else { return nil }
        if commands.contains(request.command.rawValue) { return command.name }
        guard !subcommands.isEmpty else { return nil }
        var arguments = RedisArguments(behindNameOf: request)
        guard let word = arguments.next(in: frame), word.length <= RedisName.maxLength else {
            return nil
        }
        let text = String(decoding: word.range.map { frame[$0] }, as: UTF8.self)
        let name = "\(command.name)|\(text.lowercased())"
        return subcommands.contains(name) ? name : nil
    }

    private static let separator = UInt8(ascii: "|")
}
