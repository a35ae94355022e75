import Foundation

/// A proxy's executable.
public enum ProxyProgram: Sendable {
    /// The daemon of this package; the environment's `MARTLET_BINARY` may name another one.
    case martlet
    /// The same, started as `nutcracker`.
    case renamed
    /// twemproxy, as Debian packages it.
    case nutcracker

    /// Where it is.
    public var path: String {
        switch self {
        case .martlet:
            ProcessInfo.processInfo.environment["MARTLET_BINARY"]
                ?? Self.buildDirectory.appendingPathComponent("martlet").path
        case .renamed: Self.link
        case .nutcracker: "nutcracker"
        }
    }

    /// Where this program is, and the daemon with it.
    private static let buildDirectory = URL(fileURLWithPath: "/proc/self/exe")
        .resolvingSymlinksInPath().deletingLastPathComponent()

    /// A link to the daemon, made once a run.
    private static let link: String = {
        let directory = buildDirectory.appendingPathComponent("renamed")
        let link = directory.appendingPathComponent("nutcracker").path
        let files = FileManager.default
        try? files.createDirectory(at: directory, withIntermediateDirectories: true)
        try? files.removeItem(atPath: link)
        try? files.createSymbolicLink(
            atPath: link, withDestinationPath: ProxyProgram.martlet.path)
        return link
    }()

    /// Whether it is twemproxy, which knows neither workers nor HTTP, or goes for it.
    var isTwemproxy: Bool {
        path.hasSuffix("nutcracker")
    }
}

/// What a program that ran to its end left.
public struct CommandResult: Sendable {
    /// How it ended.
    public let status: ExitStatus
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String
}

/// Runs a program to its end.
///
/// - Throws: If it cannot be started or runs longer than `timeout` seconds.
public func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    timeout: Double = 60
) throws -> CommandResult {
    let directory = try TemporaryDirectory()
    let process = try ChildProcess(
        program, arguments, output: directory.file("output"), errors: directory.file("errors"),
        environment: environment)
    let status = try process.wait(timeout: timeout)
    return CommandResult(
        status: status, output: contents(of: directory.file("output")),
        errors: contents(of: directory.file("errors")))
}
