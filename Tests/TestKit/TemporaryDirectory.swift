import Foundation

/// A directory that lives as long as this object.
///
/// Its path is short: unix sockets inside must fit into 108 bytes.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// Makes the directory.
    public init() throws {
        path = "/tmp/mt-" + UUID().uuidString.prefix(13).lowercased()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // What could not be removed stays for the system to clean: no test depends on it.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file inside.
    public func file(_ name: String) -> String {
        path + "/" + name
    }

    /// Writes a file inside and returns its path.
    public func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}

/// The text of a file, or nothing if it cannot be read.
public func contents(of path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
}

/// Whether anything exists at the path.
public func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
}
