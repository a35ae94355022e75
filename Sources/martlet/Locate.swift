import ArgumentParser
import Configuration
import Hashing

/// `martlet locate`: which server each pool would send a key to.
struct Locate: ParsableCommand {
    /// The word that selects this command.
    static let name = "locate"

    static let configuration = CommandConfiguration(
        commandName: "martlet locate",
        abstract: "Show which server each pool keeps a key on, all servers being live.")

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Configuration file, as for martlet itself.", valueName: "file"))
    var confFile: String?

    @Argument(help: "The keys.")
    var keys: [String]

    func run() throws {
        let configuration = try Configuration.forStart(
            path: confFile ?? DefaultPaths().configuration)
        for pool in configuration.pools {
            let placement = Placement(
                hash: pool.hash, tag: pool.hashTag, distribution: pool.distribution,
                members: pool.servers.map {
                    RingMember(name: $0.name, weight: $0.weight, isLive: true)
                })
            for key in keys { print(line(key, in: pool, placement)) }
        }
    }

    private func line(_ key: String, in pool: PoolConfiguration, _ placement: Placement) -> String {
        let bytes = Array(key.utf8)
        let hash = placement.hash(of: bytes.span)
        let digits = String(hash, radix: 16)
        let hex = "0x" + String(repeating: "0", count: 8 - digits.count) + digits
        let point = placement.continuum.pointIndex(for: hash)
        let server =
            placement.isRandom ? "any" : pool.servers[placement.server(for: bytes.span)].name
        return "\(pool.name)\t\(key)\thash \(hex) \(hash)\tpoint \(point)\tserver \(server)"
    }
}

extension Configuration {
    /// Reads the file at `path`, or says everything that is wrong with it.
    static func forStart(path: String) throws(StartError) -> Configuration {
        do throws(ConfigurationFailure) {
            return try Configuration.load(path: path)
        } catch {
            throw StartError("configuration file '\(path)' is invalid\n\(error)")
        }
    }
}
