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
        let expected: Set = ["martlet.yml", "redis.yml", "memcached.yml", "elasticache.yml"]
        #expect(expected.isSubset(of: names))
    }

    @Test func theReferenceHasEveryKeyAndNoOther() throws {
        let named = try referenceLines().map(\.key)

        let known = ["workers"] + ConfigurationKey.pool.map(\.name)
        #expect(named.sorted() == known.sorted())
    }

    @Test func theReferenceGivesEveryDefault() throws {
        let lines = try referenceLines()

        for key in ConfigurationKey.pool where key.standard != nil {
            let line = try #require(lines.first { $0.key == key.name })
            #expect(!line.isComment, "\(key.name)")
            #expect(line.value == key.standard, "\(key.name)")
        }
        for line in lines where line.isComment {
            let standard = ConfigurationKey.pool.first { $0.name == line.key }?.standard
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
        let switched = try reference()
            .replacing("redis: false", with: "redis: true")
            .replacing("  # workers:", with: "  workers:")
            .replacing("  # hash_tag:", with: "  hash_tag:")
            .replacing("  # redis_auth:", with: "  redis_auth:")

        let read = try configuration(switched)

        #expect(read.workers == 2)
        #expect(read.pools[0].hashTag != nil)
        #expect(read.pools[0].clientCredentials != nil)
    }

    private func reference() throws -> String {
        try String(contentsOf: Self.folder.appending(path: "martlet.yml"), encoding: .utf8)
    }

    /// The lines of the reference that give a key, commented out or not.
    private func referenceLines() throws -> [(key: String, value: String, isComment: Bool)] {
        let pattern = /^  (# )?([a-z_]+):(?: (.*))?$/
        return try reference().split(separator: "\n").compactMap { line in
            guard let match = line.wholeMatch(of: pattern) else { return nil }
            return (String(match.2), String(match.3 ?? ""), match.1 != nil)
        }
    }
}
