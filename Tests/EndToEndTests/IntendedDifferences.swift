import Foundation
import Testing

/// A line of the README's table of what differs from twemproxy, which is the only list of that:
/// tests that find a difference look here whether it is one of them.
struct IntendedDifference: Sendable, CustomTestStringConvertible {
    /// Its name, which stays when the words around it change.
    let id: String
    let here: String
    let twemproxy: String
    let reason: String

    var testDescription: String { id }

    /// The whole table.
    static let table: [IntendedDifference] = {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")
        let lines = ((try? String(contentsOf: path, encoding: .utf8)) ?? "")
            .split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { !$0.hasPrefix("| id | here | twemproxy |") }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }.map { IntendedDifference(row: $0) }
    }()

    private init(row: Substring) {
        let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            .dropFirst().dropLast().map { $0.trimmingCharacters(in: .whitespaces) }
        id = cells.first?.trimmingCharacters(in: ["`"]) ?? ""
        here = cells.count > 1 ? cells[1] : ""
        twemproxy = cells.count > 2 ? cells[2] : ""
        reason = cells.count > 3 ? cells[3] : ""
    }

    /// Records a difference unless the table has it.
    ///
    /// - Parameters:
    ///   - id: What the difference looks like, if it looks like any in the table.
    ///   - description: What was found.
    static func expect(
        _ id: String?, _ description: @autoclosure () -> String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        if table.contains(where: { $0.id == id }) { return }
        Issue.record(
            "a difference that is not in the table: \(description())",
            sourceLocation: sourceLocation)
    }
}
