internal import Reactor

/// What a Redis node says of its part in a replication group: the text of `INFO replication`.
///
/// Lines are `field:value`; unknown ones are passed over, and of a field that does not read as it
/// should the default stays. The text comes from a peer that may be anybody by now, so lists and
/// texts are bounded.
struct ReplicationInfo: Sendable, Equatable {
    /// More replicas than this are not looked at; groups that exist have up to a few dozen.
    static let mostReplicas = 64
    /// Bytes of a host: what a DNS name may have.
    static let longestHost = 255
    /// Hexadecimal digits of a replication id.
    private static let idLength = 40

    /// What a node may be.
    enum Role: Sendable, Equatable {
        case primary
        case replica
        /// It said something else, or nothing.
        case unknown
    }

    /// A host and port as announced, which may be a name.
    struct Endpoint: Sendable, Hashable {
        var host: String
        var port: UInt16
    }

    /// A replica as its primary sees it.
    struct Replica: Sendable, Equatable {
        var endpoint: Endpoint
        /// Whether it gets the stream now.
        var isOnline: Bool
        /// How much of the stream it has acknowledged.
        var offset: Int
        /// Seconds since it last did.
        var lagSeconds: Int?
    }

    var role = Role.unknown
    /// A replica's primary.
    var primary: Endpoint?
    /// Whether a replica gets the stream of its primary now.
    var isLinkUp = false
    /// Seconds since the primary's last word, or since the link went down.
    var silentSeconds: Int?
    /// Whether a replica is loading its primary's whole data.
    var isSyncing = false
    /// How much of the stream a replica has taken.
    var replicaOffset = 0
    /// How much of the stream there is (on a replica: as far as it knows).
    var offset = 0
    /// The history that the data belongs to: a promoted replica begins a new one, and so does a
    /// node that restarts as a primary.
    var replicationID = ""
    /// The history that this one continues; empty if none.
    var formerReplicationID = ""
    /// How far the former history is shared.
    var formerOffset = -1
    /// How many replicas are connected, listed or not.
    var connectedReplicas = 0
    var replicas: [Replica] = []

    /// Nothing known.
    init() {}

    /// Reads the text, whatever it is.
    init(_ text: some Sequence<UInt8>) {
        var primaryHost = ""
        var primaryPort: UInt16 = 0
        for line in Array(text).split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let field = String(decoding: line[..<colon], as: UTF8.self)
            let value = line[(colon + 1)...]
            switch field {
            case "master_host": primaryHost = Self.host(value) ?? ""
            case "master_port": primaryPort = Self.port(value) ?? 0
            default: read(field, value)
            }
        }
        if !primaryHost.isEmpty, primaryPort > 0 {
            primary = Endpoint(host: primaryHost, port: primaryPort)
        }
    }

    private mutating func read(_ field: String, _ value: ArraySlice<UInt8>) {
        switch field {
        case "role": role = Self.role(value)
        case "master_link_status": isLinkUp = value.elementsEqual("up".utf8)
        case "master_last_io_seconds_ago", "master_link_down_since_seconds":
            if let seconds = Self.number(value), seconds >= 0 { silentSeconds = seconds }
        case "master_sync_in_progress": isSyncing = !value.elementsEqual("0".utf8)
        case "slave_repl_offset": replicaOffset = Self.offset(value)
        case "master_repl_offset": offset = Self.offset(value)
        case "master_replid": replicationID = Self.id(value)
        case "master_replid2": formerReplicationID = Self.id(value)
        case "second_repl_offset": formerOffset = Self.number(value) ?? -1
        case "connected_slaves": connectedReplicas = max(0, Self.number(value) ?? 0)
        default:
            let number = field.utf8.dropFirst(5)
            guard field.hasPrefix("slave"), !number.isEmpty,
                number.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
            else { return }
            add(replica: value)
        }
    }

    /// `ip=10.0.0.7,port=6379,state=online,offset=14,lag=0`
    private mutating func add(replica value: ArraySlice<UInt8>) {
        guard replicas.count < Self.mostReplicas else { return }
        var host: String?
        var port: UInt16?
        var replica = Replica(endpoint: Endpoint(host: "", port: 0), isOnline: false, offset: 0)
        for part in value.split(separator: UInt8(ascii: ",")) {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let text = part[(equals + 1)...]
            switch String(decoding: part[..<equals], as: UTF8.self) {
            case "ip": host = Self.host(text)
            case "port": port = Self.port(text)
            case "state": replica.isOnline = text.elementsEqual("online".utf8)
            case "offset": replica.offset = Self.offset(text)
            case "lag": replica.lagSeconds = Self.number(text).flatMap { $0 >= 0 ? $0 : nil }
            default: break
            }
        }
        guard let host, let port else { return }
        replica.endpoint = Endpoint(host: host, port: port)
        replicas.append(replica)
    }

    // MARK: - Values

    private static func role(_ value: ArraySlice<UInt8>) -> Role {
        switch String(decoding: value, as: UTF8.self) {
        case "master", "primary": .primary
        case "slave", "replica": .replica
        default: .unknown
        }
    }

    /// Offsets have up to 19 digits; whatever overflows is no number.
    private static func number(_ value: ArraySlice<UInt8>) -> Int? {
        value.count <= 20 ? Int(String(decoding: value, as: UTF8.self)) : nil
    }

    /// Never below zero, so that two of them can be subtracted.
    private static func offset(_ value: ArraySlice<UInt8>) -> Int { max(0, number(value) ?? 0) }

    private static func port(_ value: ArraySlice<UInt8>) -> UInt16? {
        number(value).flatMap { 1...65535 ~= $0 ? UInt16($0) : nil }
    }

    /// Only what names and addresses are made of, so that it may go to logs and the resolver.
    private static func host(_ value: ArraySlice<UInt8>) -> String? {
        guard 1...longestHost ~= value.count, value.allSatisfy(isOfHost) else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: ":"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    /// Redis writes forty zeros for none.
    private static func id(_ value: ArraySlice<UInt8>) -> String {
        guard value.count == idLength, value.contains(where: { $0 != UInt8(ascii: "0") }) else {
            return ""
        }
        return String(decoding: value, as: UTF8.self)
    }
}
