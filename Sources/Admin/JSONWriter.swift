import Proxy

/// Builds a JSON document as text, with twemproxy's spacing.
///
/// twemproxy puts `, ` between members that are numbers or strings, but no space behind an object's
/// closing brace, and scripts have been seen to match such bytes. Names are escaped, which
/// twemproxy does not do; the bytes are equal for every name that needs no escaping.
struct JSONWriter {
    /// The document so far.
    private(set) var text = ""
    private var separator = ""

    /// Opens the document.
    mutating func beginDocument() {
        text += "{"
        separator = ""
    }

    /// Opens an object as a member of the present one.
    mutating func beginObject(_ name: String) {
        text += separator
        appendQuoted(name)
        text += ": {"
        separator = ""
    }

    /// Closes the innermost object.
    mutating func endObject() {
        text += "}"
        separator = ","
    }

    /// Adds a string.
    mutating func member(_ name: String, _ value: String) {
        appendName(name)
        appendQuoted(value)
    }

    /// Adds a number.
    mutating func member(_ name: String, _ value: Int) {
        appendName(name)
        text += String(value)
    }

    /// Adds a number with its unit behind its name: times are in microseconds.
    mutating func member(_ name: String, _ kind: MetricKind, _ value: Int) {
        switch kind {
        case .duration, .totalDuration: member(name + "_us", value)
        case .counter, .gauge, .timestamp: member(name, value)
        }
    }

    private mutating func appendName(_ name: String) {
        text += separator
        appendQuoted(name)
        text += ":"
        separator = ", "
    }

    /// Quotes and escapes as RFC 8259 §7 demands: the quote, the backslash and the control
    /// characters.
    private mutating func appendQuoted(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1f}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
