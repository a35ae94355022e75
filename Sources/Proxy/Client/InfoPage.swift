/// What INFO answers: sections of lines `name:value`.
///
/// The sections are those that the proxy knows by itself. What servers say of their own is another
/// section of the same kind, to be added before the text is asked for.
struct InfoPage {
    struct Section {
        /// As clients name it, in lower case.
        let name: String
        /// As its heading has it.
        let title: String
        let fields: [(name: String, value: String)]
    }

    private(set) var sections: [Section] = []

    mutating func add(_ title: String, _ fields: [(name: String, value: String)]) {
        sections.append(Section(name: title.lowercased(), title: title, fields: fields))
    }

    /// Names that ask for all sections there are.
    private static let wholes: Set<String> = ["default", "all", "everything"]

    /// The sections that are asked for, in the page's own order; all of them if none is named.
    func text(of wanted: [String]) -> String {
        let wanted = Set(wanted.map { $0.lowercased() })
        let isWhole = wanted.isEmpty || !wanted.isDisjoint(with: Self.wholes)
        return sections.filter { isWhole || wanted.contains($0.name) }
            .map { section in
                section.fields.reduce(into: "# \(section.title)\r\n") {
                    $0 += "\($1.name):\($1.value)\r\n"
                }
            }
            .joined(separator: "\r\n")
    }
}
