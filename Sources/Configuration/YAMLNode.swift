/// A place in a file, both counted from 1.
struct YAMLMark: Sendable, Equatable {
    var line: Int
    var column: Int
}

/// A value in a YAML document, and where it stands.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        /// Text, whether plain or quoted; a value left out is the empty text.
        case scalar(String)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
        /// Something that configuration files may not hold. Its problem is known already, nobody
        /// need mention it again.
        case refused
    }

    var mark: YAMLMark
    var content: Content
}

/// A key of a mapping with its value.
struct YAMLEntry: Sendable {
    var key: String
    var mark: YAMLMark
    var value: YAMLNode
}

/// A problem with the YAML itself.
struct YAMLProblem: Sendable, Equatable {
    var mark: YAMLMark?
    var reason: String
}
