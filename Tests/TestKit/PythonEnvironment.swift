import Foundation
import Synchronization

/// A Python with the client libraries that applications use, made once per machine in the user's
/// cache.
public final class PythonEnvironment: Sendable {
    private let python: String

    /// Finds the environment, or makes it: that takes half a minute and needs the package index.
    public init() throws {
        let variables = ProcessInfo.processInfo.environment
        let caches = variables["XDG_CACHE_HOME"] ?? "\(variables["HOME"] ?? "/tmp")/.cache"
        let root = "\(caches)/martlet-tests"
        python = "\(root)/python/bin/python"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        // The lock makes a second caller wait for the first one's work. The mark comes last, so
        // that an environment whose making was interrupted is made again.
        let script = """
            exec 9>"$0/lock"; flock 9
            [ -e "$0/python/complete-2" ] && exit 0
            rm -rf "$0/python" && python3 -m venv "$0/python" &&
            "$0/python/bin/pip" install --quiet redis pymemcache python-memcached pylibmc \
                python-binary-memcached valkey valkey-glide meta-memcache &&
            touch "$0/python/complete-2"
            """
        let result = try TestKit.run("sh", ["-c", script, root], timeout: 180)
        guard result.status == .exited(0) else {
            throw KitError("no Python environment: \(result.output)\(result.errors)")
        }
    }

    /// Runs a script to its end; `arguments` are its `sys.argv[1:]`.
    public func run(_ script: String, _ arguments: [String] = []) throws -> CommandResult {
        try TestKit.run(python, ["-c", script] + arguments)
    }
}
