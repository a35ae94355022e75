import Foundation
import Testing

/// What twemproxy's own C, compiled for x86-64, gave: the file `twemproxy-vectors.json`.
struct Vectors: Decodable {
    struct Key: Decodable {
        let hex: String

        var bytes: [UInt8] {
            let digits = Array(hex.utf8).map { $0 < 0x40 ? $0 - 0x30 : $0 - 0x61 + 10 }
            return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        }
    }

    struct Ring: Decodable {
        struct Server: Decodable {
            let name: String
            let weight: Int
            let points: Int
        }

        enum CodingKeys: String, CodingKey {
            case name
            case distribution
            case hash
            case extra
            case ejected
            case ncontinuum
            case servers
            case sha256 = "continuum_sha256_le_u32_value_index_pairs"
            case mapping = "mapping_by_key_index"
            case first = "continuum_first8"
            case last = "continuum_last2"
            case continuum
        }

        let name: String
        let distribution: String
        let hash: String
        /// Further lines of the pool's configuration.
        let extra: String
        let ejected: [String]
        let ncontinuum: Int
        let servers: [Server]
        let sha256: String
        /// The server's name for each key; nil for random.
        let mapping: [String]?
        let first: [[UInt32]]
        let last: [[UInt32]]
        /// Every point, value then server; only in some rings.
        let continuum: [[UInt32]]?
    }

    enum CodingKeys: String, CodingKey {
        case keys
        case hashes
        case pointHashes = "ketama_point_hash"
        case rings
        case pointsOfEqualServers = "ketama_points_per_server_for_N_equal_servers"
        case pointsOfWeights = "ketama_points_for_weight_lists"
    }

    let keys: [Key]
    let hashes: [String: [UInt32]]
    let pointHashes: [String: [UInt32]]
    let rings: [Ring]
    /// How many points each of N (the key) equal servers gets.
    let pointsOfEqualServers: [String: Int]
    /// How many points each server gets, by the weights separated by commas.
    let pointsOfWeights: [String: [Int]]

    static func load() throws -> Vectors {
        let url = try #require(
            Bundle.module.url(
                forResource: "twemproxy-vectors", withExtension: "json", subdirectory: "Vectors"))
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
    }
}
