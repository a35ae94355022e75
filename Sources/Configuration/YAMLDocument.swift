import CLibyaml

/// A YAML file as a small tree of nodes that remember their line: libyaml's events, put together.
///
/// libyaml is what twemproxy reads its files with, so both agree on every quote and indent. The
/// part of YAML that twemproxy refuses is refused here as well: aliases, anchors, tags, directives,
/// flow collections, several documents. Nothing is ever expanded, so the tree is no larger than the
/// file.
///
/// Of the module's files only this one, `Surroundings` and `IPAddress` touch C and raw memory.
struct YAMLDocument: Sendable {
    /// Enough for 10000 pools of 25 lines; a larger file is not a configuration.
    static let maximumBytes = 16 << 20

    /// What a file of that size holds at most if each node takes 16 bytes.
    static let maximumNodes = 1 << 20

    /// A configuration needs three levels. A few more are read, so that the reader can name the key
    /// at fault.
    static let maximumDepth = 16

    /// The document's value; nil if there is none, or if it could not be read to its end.
    private(set) var root: YAMLNode?

    /// What is wrong with the file as YAML, in the order of its lines.
    private(set) var problems: [YAMLProblem] = []

    /// Reads `text`.
    init(_ text: [UInt8]) {
        guard text.count <= Self.maximumBytes else {
            problems = [
                YAMLProblem(
                    mark: nil,
                    reason:
                        "has more than \(Self.maximumBytes) bytes; this cannot be a configuration")
            ]
            return
        }
        var builder = YAMLTreeBuilder()
        unsafe text.withUnsafeBufferPointer { bytes in
            unsafe Self.parse(bytes, into: &builder)
        }
        root = builder.isBroken ? nil : builder.root
        problems = builder.problems
    }

    // MARK: - libyaml

    /// Feeds the events of `bytes` to `builder` until it has enough or libyaml gives up.
    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, into builder: inout YAMLTreeBuilder
    ) {
        // The parser keeps a pointer to itself, so it needs a place that does not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            return builder.fail(at: nil, "cannot be read: no memory")
        }
        defer { unsafe yaml_parser_delete(parser) }
        unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)

        var event = unsafe yaml_event_t()
        while !builder.isFinished {
            guard unsafe yaml_parser_parse(parser, &event) == 1 else {
                return unsafe builder.fail(at: failure(of: parser, in: bytes), reason(of: parser))
            }
            unsafe handle(event, builder: &builder)
            unsafe yaml_event_delete(&event)
        }
    }

    private static func handle(_ event: yaml_event_t, builder: inout YAMLTreeBuilder) {
        let mark = unsafe mark(event.start_mark)
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT:
            let start = unsafe event.data.document_start
            let hasTags = unsafe start.tag_directives.start != start.tag_directives.end
            builder.beginDocument(
                at: mark, hasDirectives: unsafe hasTags || start.version_directive != nil)
        case YAML_DOCUMENT_END_EVENT:
            builder.endDocument(at: mark, isExplicit: unsafe event.data.document_end.implicit == 0)
        case YAML_STREAM_END_EVENT:
            builder.endStream()
        case YAML_ALIAS_EVENT:
            builder.alias(at: mark)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            builder.refuseMarks(
                at: mark, isAnchored: unsafe scalar.anchor != nil,
                isTagged: unsafe scalar.tag != nil)
            let text = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            builder.scalar(unsafe String(decoding: text, as: UTF8.self), at: mark)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            builder.refuseMarks(
                at: mark, isAnchored: unsafe start.anchor != nil, isTagged: unsafe start.tag != nil)
            builder.begin(
                .sequence, at: mark, isFlow: unsafe start.style == YAML_FLOW_SEQUENCE_STYLE)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            builder.refuseMarks(
                at: mark, isAnchored: unsafe start.anchor != nil, isTagged: unsafe start.tag != nil)
            builder.begin(.mapping, at: mark, isFlow: unsafe start.style == YAML_FLOW_MAPPING_STYLE)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            builder.end()
        default:
            break  // YAML_STREAM_START_EVENT says only which encoding the file has.
        }
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
        YAMLMark(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    /// Where libyaml gave up. Bytes that are no text it reports by offset, everything else by line.
    private static func failure(
        of parser: UnsafePointer<yaml_parser_t>, in bytes: UnsafeBufferPointer<UInt8>
    ) -> YAMLMark {
        guard unsafe parser.pointee.error == YAML_READER_ERROR else {
            return unsafe mark(parser.pointee.problem_mark)
        }
        let before = unsafe bytes.prefix(Int(parser.pointee.problem_offset))
        let newline = UInt8(ascii: "\n")
        let lines = unsafe before.count { $0 == newline }
        let column = unsafe before.reversed().prefix { $0 != newline }.count
        return YAMLMark(line: lines + 1, column: column + 1)
    }

    private static func reason(of parser: UnsafePointer<yaml_parser_t>) -> String {
        let problem = unsafe text(parser.pointee.problem) ?? "no memory"
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            return "is not text in UTF-8: \(problem)"
        }
        let context = unsafe text(parser.pointee.context).map { " \($0)" } ?? ""
        return "is not YAML: \(problem)\(context)"
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        unsafe pointer.map { unsafe String(cString: $0) }
    }
}
