/// What the proxy answers to COMMAND: the commands that it serves, as Redis 7.0 would describe
/// them.
///
/// Clients ask for it when they connect: for the key positions, or (redis-cli) for hints that may
/// be missing.
extension RedisCommand {
    /// The reply to a COMMAND request: alone, or with COUNT, DOCS, INFO or LIST.
    public static func reply(to request: RedisRequest, in bytes: Span<UInt8>) -> [UInt8] {
        var arguments = RedisArguments(behindNameOf: request)
        guard let subcommand = arguments.next(in: bytes) else {
            return array(of: served.map(\.description))
        }
        switch RedisName(subcommand, in: bytes) {
        case "count":
            guard request.argumentCount == 2 else { return wrongSubcommandArity("count") }
            return RedisReply.integer(served.count)
        case "docs":
            return RedisReply.emptyArray
        case "info":
            return info(about: arguments, of: request, in: bytes)
        case "list":
            guard request.argumentCount == 2 else { return RedisReply.error("ERR syntax error") }
            return array(of: served.map { RedisReply.bulk($0.name) })
        default:
            return unknownSubcommand(subcommand, in: bytes)
        }
    }

    private static var served: [RedisCommand] {
        table.indices.map { table[$0] }.filter { $0.handling != .unsupported }
    }

    private static func info(
        about names: RedisArguments, of request: RedisRequest, in bytes: Span<UInt8>
    ) -> [UInt8] {
        guard request.argumentCount > 2 else { return array(of: served.map(\.description)) }
        // Of more names than there are commands, a short request would make a reply of any size.
        guard request.argumentCount - 2 <= table.count else {
            return RedisReply.error("ERR syntax error")
        }
        var names = names
        var descriptions: [[UInt8]] = []
        while let name = names.next(in: bytes) {
            let command = find(bytes, at: name.offset, length: name.length).command
            let isServed = command.map { $0.handling != .unsupported } ?? false
            descriptions.append(isServed ? command?.description ?? [] : RedisReply.nullBulk)
        }
        return array(of: descriptions)
    }

    /// The ten elements of Redis 7.0: name, arity, flags, first key, last key, step, and empty
    /// lists of categories, tips, key specifications and subcommands.
    private var description: [UInt8] {
        let positions = keys.legacyPositions
        let empty = [[UInt8]](repeating: RedisReply.emptyArray, count: 4)
        return Self.array(
            of: [
                RedisReply.bulk(name), RedisReply.integer(Int(arity)),
                Self.array(of: flagNames.map { RedisReply.status($0) }),
                RedisReply.integer(positions.first), RedisReply.integer(positions.last),
                RedisReply.integer(positions.step),
            ] + empty)
    }

    private var flagNames: [String] {
        let names: [(Flags, String)] = [
            (.write, "write"), (.readonly, "readonly"), (.denyoom, "denyoom"), (.fast, "fast"),
        ]
        return names.filter { flags.contains($0.0) }.map(\.1)
            + (keys.isMovable ? ["movablekeys"] : [])
    }

    private static func array(of elements: [[UInt8]]) -> [UInt8] {
        RedisReply.arrayHeader(count: elements.count) + elements.joined()
    }

    private static func wrongSubcommandArity(_ name: String) -> [UInt8] {
        RedisReply.error("ERR wrong number of arguments for 'command|\(name)' command")
    }

    /// Redis shows 128 bytes of it.
    private static func unknownSubcommand(_ name: RedisArgument, in bytes: Span<UInt8>) -> [UInt8] {
        let shown = name.range.prefix(128).map { bytes[$0] }
        return RedisReply.error(
            utf8: Array("ERR unknown subcommand '".utf8) + shown
                + Array("'. Try COMMAND HELP.".utf8))
    }
}

extension RedisCommand.KeyPositions {
    /// First key, last key and step as COMMAND has told them since Redis 2.8; zeros if it cannot.
    fileprivate var legacyPositions: (first: Int, last: Int, step: Int) {
        switch self {
        case .none, .counted, .streams: (0, 0, 0)
        case .one(let index): (Int(index), Int(index), 1)
        case .range(let first, let last, let step): (Int(first), Int(last), Int(step))
        case .destinationAndCounted, .storeOption: (1, 1, 1)
        }
    }

    /// Clients must ask the server, or know by themselves, where the keys are.
    fileprivate var isMovable: Bool {
        switch self {
        case .none, .one, .range: false
        case .counted, .destinationAndCounted, .storeOption, .streams: true
        }
    }
}
