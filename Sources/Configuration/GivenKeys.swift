/// Which keys a section gave, and where.
struct GivenKeys {
    /// Where each known key's value stands.
    var marks: [String: YAMLMark] = [:]

    /// Where each value of a list stands.
    var itemMarks: [String: [YAMLMark]] = [:]

    /// Known keys whose value, or a part of it, was refused.
    var faulty: Set<String> = []

    /// `servers` with its value.
    var list: YAMLEntry?

    /// Whether `key` is as the file wants it, given or not.
    func isSound(_ key: String) -> Bool { !faulty.contains(key) }
}
