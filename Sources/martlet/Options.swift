import Admin
import ArgumentParser
import Configuration
import Reactor

/// The command line: twemproxy's flags with their meaning, and a few of our own.
struct Options: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ProgramName.current.rawValue,
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
    var verbose: FlagNumber = 5

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Log file (default: \(DefaultPaths().log ?? "standard error")).", valueName: "file"))
    var output: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Configuration file (default: \(DefaultPaths.localConfiguration), else "
                + "\(DefaultPaths().systemConfiguration)).", valueName: "file"))
    var confFile: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Port of statistics, health and metrics.", valueName: "n"))
    var statsPort: FlagNumber = 22222

    @Option(
        name: [.customShort("a"), .long],
        help: ArgumentHelp(
            "Address for the same: an IP address, a name, or /path of a unix socket.",
            valueName: "address"))
    var statsAddr = "0.0.0.0"

    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp(
            "Accepted for twemproxy's sake: our statistics are always current.", valueName: "ms"))
    var statsInterval: FlagNumber = 30000

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "File for the process id (default: \(DefaultPaths().backgroundPIDFile ?? "none")).",
            valueName: "file"))
    var pidFile: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Accepted for twemproxy's sake (512 to 16777216): our buffers follow their content.",
            valueName: "bytes"))
    var mbufSize: FlagNumber = 16384

    @Option(
        help: ArgumentHelp(
            "Worker threads, 1 to 256 (default: from the configuration, else one per core).",
            valueName: "n"))
    var workers: FlagNumber?

    /// The configuration file that is meant.
    var configurationPath: String { confFile ?? DefaultPaths().configuration }

    /// The log file that is meant; nil is standard error, as an empty name is for twemproxy.
    var logPath: String? { output.map { $0.isEmpty ? nil : $0 } ?? DefaultPaths().log }

    /// The pid file that is meant, if any.
    var pidFilePath: String? {
        pidFile ?? (daemonize ? DefaultPaths().backgroundPIDFile : nil)
    }

    /// Refuses values that twemproxy refuses, in its words.
    func validate() throws {
        guard 1...65535 ~= statsPort.value else {
            throw ValidationError("option -s value \(statsPort.value) is not a valid port")
        }
        guard 512...16_777_216 ~= mbufSize.value else {
            throw ValidationError("mbuf chunk size must be between 512 and 16777216 bytes")
        }
        guard 1...256 ~= workers?.value ?? 1 else {
            throw ValidationError("option --workers must be between 1 and 256")
        }
    }

    /// Does what the flags say; the daemon returns when it has been told to stop.
    func run() throws {
        if version {
            Terminal.complain(ProgramName.current.banner)
        } else if describeStats {
            Terminal.complain(ProgramName.current.banner + "\n\n" + Admin.describeStats())
        } else if testConf {
            try testConfiguration()
        } else {
            try Daemon.run(self)
        }
    }

    private func testConfiguration() throws {
        let path = configurationPath
        let problems = try Self.problems(ofFile: path)
        guard problems.isEmpty else {
            for problem in problems { Terminal.complain(problem) }
            throw StartError("configuration file '\(path)' syntax is invalid")
        }
        Terminal.complain(
            "\(ProgramName.current.rawValue): configuration file '\(path)' syntax is ok")
    }

    /// What is wrong with a file: its words, or else names to listen on that have no address.
    private static func problems(ofFile path: String) throws(StartError) -> [String] {
        let configuration: Configuration
        do throws(ConfigurationFailure) {
            configuration = try Configuration.load(path: path)
        } catch {
            return error.problems.map(\.description)
        }
        let loop = try EventLoop.forStart()
        return configuration.pools.compactMap { pool in
            guard case .tcp(let host, let port) = pool.listen else { return nil }
            do throws(ResolverError) {
                _ = try Resolver.waitForAddress(of: host, port: port, on: loop)
                return nil
            } catch {
                return "\(path): \(pool.name).listen: \"\(host)\": \(error.message)"
            }
        }
    }
}
