/// Why a configuration file was refused: every problem found in it, in the order of its lines.
public struct ConfigurationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was found; never empty.
    public let problems: [ConfigurationProblem]

    /// One line for each problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// One thing wrong in a configuration file, and what would be right.
///
///     nutcracker.yml:7: cache.hash: "fnv1a64" is not a hash; use one of … (did you mean fnv1a_64?)
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file, as the caller named it.
    public let file: String

    /// Line of the value or key at fault, from 1; nil if it concerns the whole file.
    public let line: Int?

    /// Column in that line, in characters from 1; nil if it concerns the whole file.
    public let column: Int?

    /// The pool and the key with a dot between, or one of them alone; nil if neither is at fault.
    public let key: String?

    /// What is wrong, and what would be right.
    public let reason: String

    init(file: String, mark: YAMLMark?, key: String?, reason: String) {
        self.file = file
        self.line = mark?.line
        self.column = mark?.column
        self.key = key
        self.reason = reason
    }

    /// File, line, key and reason in one line, the way compilers write it.
    public var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return key.map { "\(place): \($0): \(reason)" } ?? "\(place): \(reason)"
    }
}

/// What is wrong with one value, before it is known where in the file the value stands.
struct Fault: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// `text` in quotes for a message.
func quoted(_ text: String) -> String { "\"\(printable(text))\"" }

/// `text` for a message: one line, no control characters, and of bounded length.
func printable(_ text: String) -> String {
    let limit = 64  // Longer than any sensible value, short enough for a log line.
    var shown = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == limit { return shown + "…" }
        let isPlain =
            scalar.properties.generalCategory != .control && scalar != "\"" && scalar != "\\"
        shown += isPlain ? String(scalar) : scalar.escaped(asASCII: false)
    }
    return shown
}
