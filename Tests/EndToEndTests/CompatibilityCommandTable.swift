import Foundation
import TestKit
import Testing

/// A command of Redis and what twemproxy does with it: a line of `Data/twemproxy-commands.txt`.
struct TwemproxyCommand {
    /// What twemproxy does with a request.
    enum Outcome: Character {
        case forwards = "f"
        case answers = "l"
        case closes = "-"
    }

    /// The name, with a subcommand's behind it.
    let words: [String]
    /// One for each number of arguments from 0 on.
    let outcomes: [Outcome]

    /// The name as the tables of differences have it.
    var name: String { words.joined(separator: " ") }

    /// Whether twemproxy takes it with at least one number of arguments.
    var isKnown: Bool { outcomes.contains { $0 != .closes } }

    /// All commands of Redis 7.0.
    static func load() throws -> [TwemproxyCommand] {
        let url = try #require(
            Bundle.module.url(
                forResource: "twemproxy-commands", withExtension: "txt", subdirectory: "Data"))
        let text = try String(contentsOf: url, encoding: .utf8)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            var words = line.split(separator: " ").map(String.init)
            let outcomes = try words.removeFirst().map { try #require(Outcome(rawValue: $0)) }
            return TwemproxyCommand(words: words, outcomes: outcomes)
        }
    }
}
