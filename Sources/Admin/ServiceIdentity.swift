import Glibc
public import Proxy

/// What the statistics say of the process that they come from.
public struct ServiceIdentity: Sendable {
    /// The name under `service`. Scripts written for twemproxy look for `nutcracker`, so that is
    /// the default.
    public var service: String
    /// The machine's name, under `source`.
    public var source: String
    /// The version of this program.
    public var version: String
    /// When the process started, in seconds since the Unix epoch.
    public var startedAt: Int

    /// The identity of this process; by default named and timed as of now.
    public init(
        service: String = "nutcracker",
        source: String = ServiceIdentity.hostName(),
        version: String = Version.number,
        startedAt: Int = ServiceIdentity.now()
    ) {
        self.service = service
        self.source = source
        self.version = version
        self.startedAt = startedAt
    }

    /// The kernel's name of this machine, or `unknown`.
    public static func hostName() -> String {
        // HOST_NAME_MAX is 64 on Linux; one more byte keeps the name terminated.
        var name = [CChar](repeating: 0, count: 65)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The wall clock, in seconds since the Unix epoch.
    public static func now() -> Int { time(nil) }
}
