import Testing

@testable import Configuration

/// What comes of `text` as a file called `c.yml`: a configuration.
func configuration(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Configuration {
    do throws(ConfigurationFailure) {
        return try Configuration.parse(Array(text.utf8), file: "c.yml")
    } catch {
        Issue.record("refused: \(error)", sourceLocation: sourceLocation)
        throw error
    }
}

/// What is wrong with `text` as a file called `c.yml`, line by line; nothing if it is accepted.
func problems(_ text: String) -> [String] { problems(Array(text.utf8)) }

/// What is wrong with `text` as a file called `c.yml`, line by line; nothing if it is accepted.
func problems(_ text: [UInt8]) -> [String] {
    do throws(ConfigurationFailure) {
        _ = try Configuration.parse(text, file: "c.yml")
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// A file with one pool `p1` that has one server, and `lines` besides.
func file(_ lines: String..., servers: [String] = ["127.0.0.1:6379:1"]) -> String {
    let keys = ["listen: 127.0.0.1:22121"] + lines + ["servers:"] + servers.map { "  - \($0)" }
    return "p1:\n" + keys.map { "  \($0)\n" }.joined()
}

/// The reason for which `make` refuses, or nil.
func reason<Value>(_ make: () throws(Fault) -> Value) -> String? {
    do throws(Fault) {
        _ = try make()
        return nil
    } catch {
        return error.reason
    }
}
