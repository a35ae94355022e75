import Glibc

/// Where things are if the command line does not say.
///
/// | as         | configuration                                                   | log            | pid file, with `-d` |
/// |------------|-----------------------------------------------------------------|----------------|---------------------|
/// | martlet    | `conf/nutcracker.yml`, else `/etc/martlet/martlet.yml`          | standard error | none                |
/// | nutcracker | `conf/nutcracker.yml`, else `/etc/nutcracker/nutcracker.yml`    | below          | below               |
///
/// twemproxy's own build has no log file and no pid file either, Debian's has
/// `/var/log/nutcracker/nutcracker.log` and `/run/nutcracker/nutcracker.pid`. Its package and its
/// init script make these directories, so their presence tells which of the two is meant.
struct DefaultPaths {
    /// Put in front of absolute paths; a test has a directory of its own there.
    var root = ""
    var program = ProgramName.current

    /// twemproxy's default, below the working directory.
    static let localConfiguration = "conf/nutcracker.yml"

    /// A package's configuration.
    var systemConfiguration: String {
        switch program {
        case .martlet: root + "/etc/martlet/martlet.yml"
        case .nutcracker: root + "/etc/nutcracker/nutcracker.yml"
        }
    }

    /// The configuration that exists, or else the local one, to be named in the complaint.
    var configuration: String {
        let local = Self.localConfiguration
        let isSystemWide = !Self.allows(local, F_OK) && Self.allows(systemConfiguration, F_OK)
        return isSystemWide ? systemConfiguration : local
    }

    /// The log; nil is standard error.
    var log: String? { packaged("/var/log/nutcracker", "nutcracker.log") }

    /// The pid file of a daemon in the background.
    var backgroundPIDFile: String? { packaged("/run/nutcracker", "nutcracker.pid") }

    private func packaged(_ directory: String, _ name: String) -> String? {
        guard program == .nutcracker, Self.allows(root + directory, W_OK) else { return nil }
        return root + directory + "/" + name
    }

    private static func allows(_ path: String, _ mode: Int32) -> Bool {
        unsafe access(path, mode) == 0
    }
}
