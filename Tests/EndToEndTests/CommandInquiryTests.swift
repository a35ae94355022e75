import TestKit
import Testing

/// COMMAND says of every command that is served what a real server says of it.
@Suite(.serialized) struct CommandInquiryTests {
    private let direct: TestClient
    private let client: TestClient
    private let proxy: RunningProxy

    init() throws {
        let node = try CacheNode.redis()
        proxy = try RunningProxy(pool: .redis([node]))
        client = try proxy.client()
        direct = try node.client()
    }

    /// Clients say them, though they are newer than 7.0.
    private static let newer: Set<String> = ["client|no-touch", "client|setinfo"]

    // MARK: - INFO and DOCS

    @Test func everyCommandIsDescribedAsTheServerDoes() throws {
        let ours = try CommandDescription.all(client.command("COMMAND"))
        let theirs = try CommandDescription.all(direct.command("COMMAND"))

        #expect(ours.count > 180)
        for (name, description) in ours where !Self.newer.contains(name) {
            let expected = try #require(theirs[name])
            #expect(description == expected, "\(name)")
        }
        #expect(try client.command("COMMAND", "COUNT") == .integer(names(in: ours).count))
        #expect(try client.command("COMMAND", "INFO") == client.command("COMMAND"))
    }

    private func names(in descriptions: [String: CommandDescription]) -> [String] {
        descriptions.keys.filter { !$0.contains("|") }
    }

    @Test func everyCommandIsExplainedAsTheServerDoes() throws {
        let ours = try Explanation.all(client.command("COMMAND", "DOCS"))
        let theirs = try Explanation.all(direct.command("COMMAND", "DOCS"))

        #expect(ours.count > 180)
        for (name, fields) in ours where !Self.newer.contains(name) {
            // The words of these are ours.
            #expect(fields["summary"]?.text?.isEmpty == false, "\(name)")
            let own: Set = ["summary", "complexity", "history", "subcommands"]
            let expected = try #require(theirs[name]).filter { !own.contains($0.key) }
            #expect(fields.filter { !own.contains($0.key) } == expected, "\(name)")
        }
    }

    @Test func someCommandsCanBeAskedFor() throws {
        let info = try #require(
            try client.command("COMMAND", "INFO", "GET", "nosuch", "save", "client|id").elements)
        #expect(info[0].elements?.first == .bulk("get"))
        #expect(info[1] == .null && info[2] == .null)
        #expect(info[3].elements?.first == .bulk("client|id"))
        let docs = try #require(
            try client.command("COMMAND", "DOCS", "nosuch", "get", "SET").elements)
        #expect(docs.count == 4 && docs[0] == .bulk("get") && docs[2] == .bulk("set"))
    }

    @Test(arguments: [
        "FILTERBY PATTERN h*l*", "FILTERBY ACLCAT hash", "FILTERBY ACLCAT nosuch",
        "FILTERBY MODULE x", "FILTERBY PATTERN get[a-e]*", "FILTERBY PATTERN x?[^a]*",
        "FILTERBY ACLCAT stream",
    ])
    func listsAreTheServers(filter: String) throws {
        let request = ["COMMAND", "LIST"] + filter.split(separator: " ").map(String.init)

        let ours = try #require(try client.command(request).elements).map(\.description)
        let theirs = try #require(try direct.command(request).elements).map(\.description)

        let unserved: Set = ["\"hello\""]
        #expect(Set(ours).subtracting(unserved) == Set(theirs).subtracting(unserved), "\(filter)")
    }

    // MARK: - Keys

    /// Requests of every command that has keys, made of what the server says of its arguments.
    @Test func keysAreFoundWhereTheServerFindsThem() throws {
        let explanations = try Explanation.all(direct.command("COMMAND", "DOCS"))
        var checked = 0

        for (name, fields) in explanations.sorted(by: { $0.key < $1.key }) {
            // The one whose keys are of no interest: it is refused for good.
            guard let arguments = fields["arguments"], name != "migrate" else { continue }
            for variant in 0..<12 {
                let maker = ArgumentMaker(variant: variant)
                let words = name.split(separator: "|").map(String.init) + maker.words(arguments)
                for question in ["GETKEYS", "GETKEYSANDFLAGS"] {
                    let request = ["COMMAND", question] + words
                    let theirs = try direct.command(request)
                    guard let expected = theirs.elements else { continue }
                    let ours = try client.command(request)
                    #expect(
                        ours.elements.map { Set($0.map(\.description)) }
                            == Set(expected.map(\.description)), "\(words): \(ours)")
                    checked += 1
                }
            }
        }

        #expect(checked > 1_000)
    }

    @Test(arguments: [
        "SORT a BY w_* GET x_* STORE y STORE z", "SORT store BY store GET store STORE d",
        "GEORADIUS store 1 2 3 m STORE a", "GEORADIUSBYMEMBER a store 3 m STOREDIST b",
        "EVAL s 0", "EVAL s 2 a b c", "ZUNIONSTORE d 2 a b WEIGHTS 1 2",
        "ZUNION 2 a b AGGREGATE MIN",
        "XREAD COUNT 2 STREAMS a b 0 0", "XREADGROUP GROUP g c STREAMS a >", "OBJECT HELP",
        "OBJECT FREQ a", "MEMORY USAGE a SAMPLES 5", "MEMORY STATS x", "XGROUP CREATE a g 0",
        "XINFO STREAM a FULL", "BITOP AND d a b", "LMPOP 2 a b LEFT", "SINTERCARD 2 a b LIMIT 1",
        "MSET a 1 b 2", "MSET a 1 b", "GET a b", "PING a", "nosuch a", "CLIENT ID", "ZUNION 3 a b",
        "LMPOP 0 a LEFT", "SET a 1 GET", "SET a get", "SET get 1", "BITFIELD a GET u8 0",
        "BITFIELD a SET u8 0 1", "RENAME a b", "BLPOP a b 0", "BLMPOP 0 2 a b LEFT",
        "COPY a b DB 1", "EVAL s x a", "FCALL s 3 a", "MEMORY FOO x",
    ])
    func keysOfTrickyRequestsAreTheServers(line: String) throws {
        for question in ["GETKEYS", "GETKEYSANDFLAGS"] {
            let request = ["COMMAND", question] + line.split(separator: " ").map(String.init)

            #expect(try client.command(request) == direct.command(request), "\(line)")
        }
    }
}

/// What COMMAND INFO says of a command, without its subcommands and remarks.
private struct CommandDescription: Equatable {
    let fields: [String]

    /// By names, subcommands among them.
    static func all(_ reply: Reply) throws -> [String: CommandDescription] {
        var all: [String: CommandDescription] = [:]
        for command in try #require(reply.elements) {
            let elements = try #require(command.elements)
            let fields = elements.dropLast().map { "\(withoutNotes($0))" }
            all[try #require(elements.first?.text)] = CommandDescription(fields: fields)
            try all.merge(self.all(#require(elements.last))) { first, _ in first }
        }
        return all
    }

    /// The remarks in key specifications are for people.
    private static func withoutNotes(_ reply: Reply) -> Reply {
        guard let elements = reply.elements else { return reply }
        let rest = elements.first == .bulk("notes") ? elements.dropFirst(2) : elements[...]
        return .array(rest.map(withoutNotes))
    }
}

/// What COMMAND DOCS says of a command, by the names of the fields.
private enum Explanation {
    typealias Fields = [String: Reply]

    /// By names, subcommands among them.
    static func all(_ reply: Reply) throws -> [String: Fields] {
        var all: [String: Fields] = [:]
        for (name, fields) in try pairs(reply) {
            all[name] = try pairs(fields)
            if let subcommands = all[name]?["subcommands"] {
                try all.merge(self.all(subcommands)) { first, _ in first }
            }
        }
        return all
    }

    static func pairs(_ reply: Reply) throws -> Fields {
        let elements = try #require(reply.elements)
        return try stride(from: 0, to: elements.count, by: 2).reduce(into: [:]) {
            $0[try #require(elements[$1].text)] = elements[$1 + 1]
        }
    }
}

/// Makes a request's arguments of what COMMAND DOCS says of them: variants differ in which options
/// they have, in how often, and in what they choose.
private struct ArgumentMaker {
    let variant: Int

    private var hasOptions: Bool { variant & 1 == 1 }
    private var repeats: Int { variant & 2 == 2 ? 2 : 1 }
    private var choice: Int { variant >> 2 }

    func words(_ arguments: Reply) -> [String] {
        (arguments.elements ?? []).flatMap { one($0) }
    }

    private func one(_ argument: Reply) -> [String] {
        guard let fields = try? Explanation.pairs(argument) else { return [] }
        let flags = (fields["flags"]?.elements ?? []).compactMap(\.text)
        if flags.contains("optional"), !hasOptions { return [] }
        let token = fields["token"]?.text.map { [$0] } ?? []
        let once = value(of: fields)
        guard flags.contains("multiple") else { return token + once }
        let each = flags.contains("multiple_token") ? token + once : once
        let all = Array(repeating: each, count: repeats).joined()
        return (flags.contains("multiple_token") ? [] : token) + all
    }

    private func value(of fields: Explanation.Fields) -> [String] {
        let name = fields["name"]?.text ?? ""
        switch fields["type"]?.text {
        case "key": return ["key:\(name)"]
        // The number of the keys that follow.
        case "integer": return [name == "numkeys" ? "\(repeats)" : "1"]
        case "double": return ["1.5"]
        case "pattern": return ["p*"]
        case "unix-time": return ["1"]
        case "pure-token": return []
        case "oneof":
            let choices = fields["arguments"]?.elements ?? []
            return choices.isEmpty ? [] : one(choices[choice % choices.count])
        case "block": return fields["arguments"].map { words($0) } ?? []
        default: return ["text"]
        }
    }
}
