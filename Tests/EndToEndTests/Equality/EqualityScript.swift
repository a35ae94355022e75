/// What is said to a server and to proxies, to see that they answer alike: conversations in which
/// each request sees the effects of those before.
struct EqualityScript: Sendable {
    /// One line.
    struct Step: Sendable, CustomStringConvertible {
        /// What is to come of it.
        enum Expectation: Sendable {
            /// One server's reply, however many there are.
            case equal
            /// The same, or a refusal where keys are on several servers.
            case apart
            /// A refusal.
            case refused
            /// Nothing for now.
            case later
        }

        /// Which of the clients says or hears it, from 1 on.
        let client: Int
        let expectation: Expectation
        /// Empty if another reply is to come.
        let words: [String]

        /// The command that it is a request of, in lower case.
        var command: String { words.first?.lowercased() ?? "" }

        var description: String { words.isEmpty ? "<" : words.joined(separator: " ") }
    }

    /// A part that begins with an empty server and new clients.
    struct Conversation: Sendable {
        let name: String
        let steps: [Step]
    }

    /// A `#` begins a conversation. Behind it each line is a request, with these marks before it:
    ///
    ///     !    refused where the keys are on several servers
    ///     x    refused
    ///     ?    its reply comes later
    ///     <    alone: one more reply comes
    ///     2:   the second client says it
    ///
    /// Quotes keep words together, `\n` in them is a line's end, and `$REPLY` is the last reply.
    static let all: [Conversation] = {
        var conversations: [Conversation] = []
        var name = ""
        var steps: [Step] = []
        for line in (text + "\n#").split(separator: "\n") {
            if line.hasPrefix("#") {
                if !steps.isEmpty { conversations.append(Conversation(name: name, steps: steps)) }
                name = String(line.dropFirst(2))
                steps = []
            } else {
                steps.append(step(line))
            }
        }
        return conversations
    }()

    private static func step(_ line: Substring) -> Step {
        if line == "<" { return Step(client: 1, expectation: .equal, words: []) }
        let rest = line.dropFirst(2)
        return switch line.prefix(2) {
        case "! ": Step(client: 1, expectation: .apart, words: words(rest))
        case "x ": Step(client: 1, expectation: .refused, words: words(rest))
        case "? ": Step(client: 1, expectation: .later, words: words(rest))
        case "2:": Step(client: 2, expectation: .equal, words: words(rest.dropFirst()))
        default: Step(client: 1, expectation: .equal, words: words(line))
        }
    }

    private static func words(_ line: Substring) -> [String] {
        var words = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted: words.append("")
            default: words[words.count - 1].append(character)
            }
        }
        return words.map { $0.replacing(#"\n"#, with: "\n") }
    }
}
