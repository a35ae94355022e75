/// What memcached's `stats` is asked for, and how the figures of several servers become one.
enum MemcachedStatistics: BitwiseCopyable, Equatable {
    /// `stats`: what adds up is added up.
    case general
    /// `stats items`, `stats slabs`, `stats sizes`: the same.
    case items
    case slabs
    case sizes
    /// `stats settings`: what differs is listed.
    case settings
    /// `stats reset`.
    case reset
    /// `stats servers`: every server's general figures, each under its name. The proxy's own group.
    case servers
    /// `stats proxy`: the figures of this pool. The proxy's own group, which no server is asked
    /// for.
    case proxy

    /// The group of this name; nil if there is none that makes sense for several servers.
    init?(named name: RawBytes) {
        switch unsafe String(decoding: name, as: UTF8.self) {
        case "": self = .general
        case "items": self = .items
        case "slabs": self = .slabs
        case "sizes": self = .sizes
        case "settings": self = .settings
        case "reset": self = .reset
        case "servers": self = .servers
        case "proxy": self = .proxy
        default: return nil
        }
    }

    /// What each server is asked.
    var request: StaticString {
        switch self {
        case .general, .servers, .proxy: "stats\r\n"
        case .items: "stats items\r\n"
        case .slabs: "stats slabs\r\n"
        case .sizes: "stats sizes\r\n"
        case .settings: "stats settings\r\n"
        case .reset: "stats reset\r\n"
        }
    }

    /// How several servers' values of one figure become one.
    enum Rule {
        case sum
        /// The least: the youngest server's uptime shows that it was restarted.
        case least
        case greatest
        /// The first server's.
        case first
        /// Whatever different values there are, parted by slashes.
        case all
    }

    /// The rule for a figure of this group.
    func rule(for name: String) -> Rule {
        switch self {
        case .settings, .servers, .reset, .proxy: .all
        case .general: Self.generalRules[name] ?? .sum
        // `items:5:age_hot`, `5:chunk_size`: the part behind the last colon says what it is.
        case .items, .slabs, .sizes: Self.classRules[name.split(separator: ":").last ?? ""] ?? .sum
        }
    }

    private static let generalRules: [String: Rule] = [
        "pid": .first, "uptime": .least, "time": .greatest, "version": .least, "libevent": .all,
        "pointer_size": .greatest, "accepting_conns": .least, "hash_power_level": .greatest,
        "hash_is_expanding": .greatest, "slab_reassign_running": .greatest,
        "lru_crawler_running": .greatest,
    ]

    private static let classRules: [Substring: Rule] = [
        "age": .greatest, "age_hot": .greatest, "age_warm": .greatest, "chunk_size": .greatest,
        "chunks_per_page": .greatest, "active_slabs": .greatest, "sizes_status": .all,
    ]
}
