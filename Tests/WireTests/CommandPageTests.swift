import Foundation
import Testing

@testable import Wire

/// The page of all commands says what the tables say.
///
/// `UPDATE_COMMANDS=1 swift test --filter CommandPage` writes it anew.
struct CommandPageTests {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/Wire/Commands.md")

    @Test func pageIsMadeOfTheTables() throws {
        let page = CommandPage().text
        if ProcessInfo.processInfo.environment["UPDATE_COMMANDS"] == "1" {
            try page.write(to: Self.path, atomically: true, encoding: .utf8)
        }

        #expect(try String(contentsOf: Self.path, encoding: .utf8) == page)
    }

    @Test func manualAndTableAgree() throws {
        let pages = Dictionary(uniqueKeysWithValues: RedisManual.pages.map { ($0.name, $0) })
        for index in RedisCommand.table.indices {
            let command = RedisCommand.table[index]
            let page = try #require(pages[command.name], "\(command.name)")
            #expect(page.arity == Int(command.arity), "\(command.name)")
        }
        for subcommand in RedisSubcommand.table {
            let page = try #require(pages[subcommand.fullName], "\(subcommand.fullName)")
            #expect(page.arity == subcommand.arity, "\(subcommand.fullName)")
        }
    }

    @Test func namesAreInOrder() {
        let names = RedisManual.pages.map { $0.name.replacing("|", with: " ") }
        #expect(names == names.sorted())
    }
}
