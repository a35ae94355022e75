/// Puts the events of one YAML stream together to a tree, without recursion and within bounds.
///
/// `open` holds the collections that have begun and not ended, the innermost last. A collection
/// that is not allowed is kept as `.refused`; `skipping` counts the levels below it, whose nodes
/// are dropped.
struct YAMLTreeBuilder {
    enum Collection {
        case sequence
        case mapping
    }

    private struct Open {
        var kind: Collection
        var mark: YAMLMark
        var items: [YAMLNode] = []
        var entries: [YAMLEntry] = []
        /// The key that waits for its value.
        var key: (text: String, mark: YAMLMark)?
    }

    /// The document's value once it has ended.
    private(set) var root: YAMLNode?

    /// What was refused so far.
    private(set) var problems: [YAMLProblem] = []

    /// Whether the tree lacks parts of the file, so that nothing can be said about its meaning.
    private(set) var isBroken = false

    /// Whether no further event is wanted.
    private(set) var isFinished = false

    private var open: [Open] = []
    private var skipping = 0
    private var nodeCount = 0
    private var hasDocument = false

    // MARK: - Documents

    mutating func beginDocument(at mark: YAMLMark, hasDirectives: Bool) {
        if hasDocument {
            return fail(at: mark, "here starts a second document; keep everything in one")
        }
        hasDocument = true
        if hasDirectives { refuse(at: mark, "directives (%) are not allowed; remove the line") }
    }

    mutating func endDocument(at mark: YAMLMark, isExplicit: Bool) {
        if isExplicit { refuse(at: mark, "the document's end (...) is not allowed; remove it") }
    }

    mutating func endStream() { isFinished = true }

    /// Gives the file up for `reason`.
    mutating func fail(at mark: YAMLMark?, _ reason: String) {
        refuse(at: mark, reason)
        isBroken = true
        isFinished = true
    }

    // MARK: - Nodes

    /// Notes the anchor or tag of a node; the node itself may stay.
    mutating func refuseMarks(at mark: YAMLMark, isAnchored: Bool, isTagged: Bool) {
        if isAnchored { refuse(at: mark, "anchors (&) are not allowed; write the value itself") }
        if isTagged { refuse(at: mark, "tags (!) are not allowed; write the value itself") }
    }

    mutating func alias(at mark: YAMLMark) {
        refuse(
            at: mark, "aliases (*) are not allowed; write the value itself, in quotes if it has a *"
        )
        add(YAMLNode(mark: mark, content: .refused))
    }

    mutating func scalar(_ text: String, at mark: YAMLMark) {
        if text.utf8.contains(0) {
            refuse(at: mark, "the byte 0 is not allowed; remove it")
            return add(YAMLNode(mark: mark, content: .refused))
        }
        guard skipping == 0, let last = open.indices.last, open[last].kind == .mapping,
            open[last].key == nil
        else { return add(YAMLNode(mark: mark, content: .scalar(text))) }
        countNode(at: mark)
        open[last].key = (text, mark)
    }

    mutating func begin(_ kind: Collection, at mark: YAMLMark, isFlow: Bool) {
        // libyaml's time grows with the square of the depth, so what is skipped has a bound as
        // well.
        if open.count + skipping >= YAMLDocument.maximumDepth {
            return fail(at: mark, "is nested too deeply; a pool's servers are the deepest level")
        }
        guard skipping == 0 else {
            countNode(at: mark)
            skipping += 1
            return
        }
        if isFlow {
            let hint =
                kind == .sequence
                ? "[…] is not allowed; give each item a line of its own that starts with \"- \""
                : "{…} is not allowed; give each key a line of its own, indented"
            return skip(at: mark, hint)
        }
        if let last = open.last, last.kind == .mapping, last.key == nil {
            return skip(at: mark, "a key must be one word, not a list or a mapping")
        }
        open.append(Open(kind: kind, mark: mark))
    }

    mutating func end() {
        if skipping > 0 {
            skipping -= 1
            return
        }
        guard let closed = open.popLast() else { return }
        let content: YAMLNode.Content =
            closed.kind == .sequence ? .sequence(closed.items) : .mapping(closed.entries)
        add(YAMLNode(mark: closed.mark, content: content))
    }

    private mutating func skip(at mark: YAMLMark, _ reason: String) {
        refuse(at: mark, reason)
        add(YAMLNode(mark: mark, content: .refused))
        skipping = 1
    }

    /// Gives `node` to the collection it stands in.
    private mutating func add(_ node: YAMLNode) {
        countNode(at: node.mark)
        guard skipping == 0 else { return }
        guard let last = open.indices.last else {
            root = node
            return
        }
        if open[last].kind == .sequence {
            open[last].items.append(node)
        } else if let key = open[last].key {
            open[last].key = nil
            open[last].entries.append(YAMLEntry(key: key.text, mark: key.mark, value: node))
        } else {
            // A key that was refused: an empty one holds the place, the reader will not see this
            // tree.
            open[last].key = ("", node.mark)
            isBroken = true
        }
    }

    private mutating func countNode(at mark: YAMLMark) {
        nodeCount += 1
        if nodeCount == YAMLDocument.maximumNodes {
            fail(at: mark, "has more than \(YAMLDocument.maximumNodes) keys and values")
        }
    }

    private mutating func refuse(at mark: YAMLMark?, _ reason: String) {
        problems.append(YAMLProblem(mark: mark, reason: reason))
        if problems.count == ConfigurationReader.maximumProblems {
            isBroken = true
            isFinished = true
        }
    }
}
