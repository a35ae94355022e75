import Admin
import ArgumentParser
import Configuration
import Glibc

/// The command line: twemproxy's flags with their meaning, and a few of our own.
struct Options: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "A caching proxy for Redis and memcached that takes twemproxy's place.",
        discussion: "`martlet locate -c file key ...` shows which server each key is kept on.")

    @Flag(name: [.customShort("V"), .long], help: "Show the version and exit.")
    var version = false

    @Flag(name: .shortAndLong, help: "Check the configuration file and exit.")
    var testConf = false

    @Flag(name: .shortAndLong, help: "Run in the background, once all ports listen.")
    var daemonize = false

    @Flag(name: [.customShort("D"), .long], help: "Describe the statistics and exit.")
    var describeStats = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Log level, 0 (little) to 11 (everything).", valueName: "n"))
    var verbose = LogLevel.standard

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Log file (default: standard error).", valueName: "file"))
    var output: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Configuration file (default: \(ConfigurationPath.local), else "
                + "\(ConfigurationPath.system)).", valueName: "file"))
    var confFile: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Port of statistics, health and metrics.", valueName: "n"))
    var statsPort = 22222

    @Option(
        name: [.customShort("a"), .long],
        help: ArgumentHelp(
            "Address for the same: an IP address, localhost, or /path of a unix socket.",
            valueName: "address"))
    var statsAddr = "0.0.0.0"

    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp(
            "Accepted for twemproxy's sake: our statistics are always current.", valueName: "ms"))
    var statsInterval = 30_000

    @Option(
        name: .shortAndLong, help: ArgumentHelp("File for the process id.", valueName: "file"))
    var pidFile: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Accepted for twemproxy's sake (512 to 16777216): our buffers follow their content.",
            valueName: "bytes"))
    var mbufSize = 16384

    @Option(
        help: ArgumentHelp(
            "Worker threads, 1 to 256 (default: from the configuration, else one per core).",
            valueName: "n"))
    var workers: Int?

    /// Refuses values that twemproxy refuses, in its words.
    func validate() throws {
        guard 1...65535 ~= statsPort else {
            throw ValidationError("option -s value \(statsPort) is not a valid port")
        }
        guard statsInterval >= 0 else {
            throw ValidationError("option -i value \(statsInterval) is not a valid number of ms")
        }
        guard 512...16_777_216 ~= mbufSize else {
            throw ValidationError("mbuf chunk size must be between 512 and 16777216 bytes")
        }
        guard 1...256 ~= workers ?? 1 else {
            throw ValidationError("option --workers must be between 1 and 256")
        }
    }

    /// Does what the flags say; the daemon returns when it has been told to stop.
    func run() throws {
        if version {
            Terminal.complain("This is martlet-\(Version.number)")
        } else if describeStats {
            Terminal.complain("This is martlet-\(Version.number)\n\n" + Admin.describeStats())
        } else if testConf {
            try testConfiguration()
        } else {
            try Daemon.run(self)
        }
    }

    private func testConfiguration() throws {
        let path = ConfigurationPath.chosen(confFile)
        do throws(ConfigurationFailure) {
            _ = try Configuration.load(path: path)
        } catch {
            Terminal.complain(error.description)
            throw StartError("configuration file '\(path)' syntax is invalid")
        }
        Terminal.complain("martlet: configuration file '\(path)' syntax is ok")
    }
}

/// Where the configuration is looked for.
enum ConfigurationPath {
    /// twemproxy's default, below the working directory.
    static let local = "conf/nutcracker.yml"
    /// A package's place.
    static let system = "/etc/martlet/martlet.yml"

    /// The named file, or the default that exists, or twemproxy's.
    static func chosen(_ named: String?) -> String {
        if let named { return named }
        let isSystemWide = unsafe access(local, F_OK) != 0 && access(system, F_OK) == 0
        return isSystemWide ? system : local
    }
}
