import Foundation
import Testing

@testable import Configuration

/// The files in `Config/`, and that the reference among them tells the truth.
@Suite struct ShippedFilesTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Config")

    @Test func everyFileLoads() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".yml") }

        for name in names {
            let path = Self.folder.appending(path: name).path
            #expect(throws: Never.self, "\(name)") { try Configuration.load(path: path) }
        }
        let expected: Set = [
            "martlet.yml", "redis.yml", "memcached.yml", "elasticache.yml", "replication-group.yml",
        ]
        #expect(expected.isSubset(of: names))
    }

    @Test func theReferenceHasEveryKeyAndNoOther() throws {
        let lines = try referenceLines()
        let named = { (section: String) in
            lines.filter { $0.section == section }.map(\.key).sorted()
        }

        let keys = ConfigurationKey.pool
        #expect(named("global") == ConfigurationKey.global.map(\.name).sorted())
        #expect(named("cache") == keys.filter { !$0.isForRedis }.map(\.name).sorted())
        #expect(
            named("store")
                == (keys.filter(\.isForRedis).map(\.name) + ["listen", "redis", "servers"]).sorted()
        )
    }

    @Test func theReferenceGivesEveryDefault() throws {
        let lines = try referenceLines()
        let pool = ConfigurationKey.pool.map { (name: $0.name, standard: $0.standard) }
        let global = ConfigurationKey.global.map { (name: $0.name, standard: $0.standard) }

        for key in pool + global where key.standard != nil {
            let line = try #require(lines.first { $0.key == key.name })
            #expect(!line.isComment, "\(key.name)")
            #expect(line.value == key.standard, "\(key.name)")
        }
        for line in lines where line.isComment {
            let standard = (pool + global).first { $0.name == line.key }?.standard
            #expect(standard == nil, "\(line.key)")
        }
    }

    @Test func everyKeyIsExplainedInOneLine() {
        for help in ConfigurationKey.pool.map(\.help) + ConfigurationKey.global.map(\.help) {
            #expect(!help.isEmpty)
            #expect(!help.contains("\n"))
        }
    }

    @Test func whatIsCommentedOutLoadsToo() throws {
        // Beside a password for each direction there is no use for one of both.
        let switched = try reference()
            .replacing(/(?m)^  # ([a-z_]+:)/) { "  \($0.1)" }
            .replacing(/(?m)^  redis_auth:.*$/, with: "")

        let read = try configuration(switched)

        #expect(read.workers == 2)
        #expect(read.names.resolvers == ["10.0.0.2"])
        #expect(read.names.holdTimeoutMilliseconds == 60_000)
        #expect(read.pools[0].hashTag != nil)
        #expect(read.pools[1].topology == .replicationGroup)
        #expect(read.pools[1].readers.count == 1)
        #expect(read.pools[1].clientCredentials?.user == "application")
        #expect(read.pools[1].serverCredentials?.user == "martlet")
    }

    private func reference() throws -> String {
        try String(contentsOf: Self.folder.appending(path: "martlet.yml"), encoding: .utf8)
    }

    private struct Line {
        let section: String
        let key: String
        let value: String
        let isComment: Bool
    }

    /// The lines of the reference that give a key, commented out or not.
    private func referenceLines() throws -> [Line] {
        let pattern = /^  (# )?([a-z_]+):(?: (.*))?$/
        var section = ""
        return try reference().split(separator: "\n").compactMap { line in
            if let match = line.wholeMatch(of: /([a-z]+):/) { section = String(match.1) }
            guard let match = line.wholeMatch(of: pattern) else { return nil }
            return Line(
                section: section, key: String(match.2), value: String(match.3 ?? ""),
                isComment: match.1 != nil)
        }
    }
}
