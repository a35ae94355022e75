/// Where a password stands: in the file itself, in an environment variable, or in a file of its
/// own.
///
/// What it says when it fails never shows a password: the text of a literal appears nowhere.
enum PasswordSource: Equatable {
    case literal(String)
    case variable(name: String)
    case file(path: String)

    /// Longer than any password or token that a server takes; more is another file.
    static let maximumBytes = 4096

    private static let variablePrefix = "env:"
    private static let filePrefix = "file:"

    /// Reads a value of `client_auth` or `server_auth`: `env:NAME`, `file:/path`, or the password.
    init(_ text: String) throws(Fault) {
        if text.hasPrefix(Self.variablePrefix) {
            let name = String(text.dropFirst(Self.variablePrefix.count))
            // It may be a password that happens to begin so: not shown.
            guard Self.isVariableName(name) else {
                throw Fault(
                    "names no environment variable behind \"env:\"; use letters, digits and _, "
                        + "such as env:REDIS_PASSWORD")
            }
            self = .variable(name: name)
        } else if text.hasPrefix(Self.filePrefix) {
            let path = String(text.dropFirst(Self.filePrefix.count))
            guard path.utf8.first == .slash else {
                throw Fault("has no path behind \"file:\"; use a whole one, such as file:/run/x")
            }
            self = .file(path: path)
        } else {
            self = .literal(text)
        }
    }

    /// The password, never empty.
    func password(
        variable: (String) -> String? = Surroundings.variable
    ) throws(Fault) -> String {
        switch self {
        case .literal(let password):
            return password
        case .variable(let name):
            guard let password = variable(name), !password.isEmpty else {
                throw Fault("the environment variable \(name) is not set; set it to the password")
            }
            return password
        case .file(let path):
            return try Self.password(ofFile: path)
        }
    }

    /// The file's first line: what editors and `echo` add behind it is not meant.
    private static func password(ofFile path: String) throws(Fault) -> String {
        let bytes: [UInt8]
        do throws(Fault) {
            bytes = try Surroundings.bytes(ofFile: path, limit: maximumBytes)
        } catch {
            throw Fault("the file \(quoted(path)) \(error.reason)")
        }
        var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else {
            throw Fault("the file \(quoted(path)) has an empty first line; put the password there")
        }
        guard line.count <= maximumBytes else {
            throw Fault(
                "the file \(quoted(path)) has more than \(maximumBytes) bytes in its first line; "
                    + "this cannot be a password")
        }
        guard let password = String(validating: line, as: UTF8.self) else {
            throw Fault("the file \(quoted(path)) has no text in UTF-8 in its first line")
        }
        return password
    }

    private static func isVariableName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
