import Proxy

/// What the program was started as, by the last part of its path.
///
/// As `nutcracker`, which a symlink makes of it, it takes what twemproxy's package and its scripts
/// expect beyond the flags: the default paths, the words of `--version`, and stray arguments.
enum ProgramName: String {
    case martlet
    case nutcracker

    /// The release of twemproxy whose ways it takes on.
    private static let twemproxyRelease = "0.5.0"

    /// This process's.
    static let current = ProgramName(path: CommandLine.arguments.first ?? "")

    /// The name that a path ends in; any other one is `martlet`.
    init(path: String) {
        self = path.split(separator: "/").last.flatMap { Self(rawValue: String($0)) } ?? .martlet
    }

    /// What `--version` says, and what stands above the other texts. Scripts look at twemproxy's
    /// first line only.
    var banner: String {
        let own = "martlet-\(Version.number)"
        return switch self {
        case .martlet: "This is \(own)"
        case .nutcracker:
            "This is nutcracker-\(Self.twemproxyRelease)\nasync event backend: epoll\n"
                + "\(own) in its place"
        }
    }
}
