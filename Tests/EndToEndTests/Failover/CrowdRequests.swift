import TestKit

/// The keys of one client of a crowd: enough of each kind to lie on every one of a few servers.
struct CrowdKeys: Sendable {
    private static let ofEachKind = 5

    /// Keys that are set and deleted.
    let registers = 0..<Self.ofEachKind
    /// Keys that are counted up.
    let counters = Self.ofEachKind..<2 * Self.ofEachKind
    /// Keys that are appended to.
    let texts = 2 * Self.ofEachKind..<3 * Self.ofEachKind
    /// All their names.
    let names: [String]
    /// What they hold at the start.
    let values: [String]

    init(client: Int) {
        let kinds = ["register", "counter", "text"]
        names = kinds.flatMap { kind in
            (0..<Self.ofEachKind).map { "crowd:\(client):\(kind):\($0)" }
        }
        values = kinds.flatMap { kind in
            Array(repeating: kind == "counter" ? "0" : "", count: Self.ofEachKind)
        }
    }
}

/// What one client of a crowd asks: reads and writes that may run twice, some that may not, and
/// requests over several servers. Every value is written only once, so that none can be mistaken
/// for another.
struct CrowdRequests {
    /// A text is begun anew when it has grown by this many pieces.
    private static let longestText = 20

    private let keys: CrowdKeys
    private let groups: [ReplicationGroup]
    private let size: Load.CrowdSize
    private var generator: SeededGenerator
    private var number = 0
    private var textLengths: [Int: Int] = [:]

    init(_ keys: CrowdKeys, on groups: [ReplicationGroup], size: Load.CrowdSize, seed: UInt64) {
        self.keys = keys
        self.groups = groups
        self.size = size
        generator = SeededGenerator(seed: seed)
    }

    /// The requests to send together.
    mutating func nextBatch() -> [LoadRequest] {
        (0..<size.depth).map { _ in next() }
    }

    /// How long to wait before the next batch, in microseconds: between half and one and a half of
    /// what was asked for, so that clients do not march in step.
    mutating func nextPause() -> UInt32 {
        UInt32.random(in: size.pause / 2...size.pause * 3 / 2, using: &generator)
    }

    private mutating func next() -> LoadRequest {
        number += 1
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<30: return .single(.set("\(number)"), on: register())
        case 30..<56: return .single(.get, on: anyKey())
        case 56..<66: return .single(.increment, on: counter())
        case 66..<74: return append()
        case 74..<82: return split(keys.names.indices) { _ in .get }
        case 82..<89: return split(keys.registers) { .set("\(number):\($0)") }
        case 89..<92: return split(keys.registers) { _ in .delete }
        case 92..<97 where size.hasTransactions: return transaction()
        default: return .single(.delete, on: register())
        }
    }

    private mutating func register() -> Int { keys.registers.randomElement(using: &generator)! }

    private mutating func anyKey() -> Int { keys.names.indices.randomElement(using: &generator)! }

    private mutating func counter() -> Int { keys.counters.randomElement(using: &generator)! }

    private mutating func append() -> LoadRequest {
        let key = Int.random(in: keys.texts, using: &generator)
        let length = textLengths[key, default: 0]
        textLengths[key] = length < Self.longestText ? length + 1 : 0
        return .single(length < Self.longestText ? .append("\(number);") : .set(""), on: key)
    }

    private func split(
        _ indices: Range<Int>, _ operation: (Int) -> KeyOperation
    ) -> LoadRequest {
        LoadRequest(
            shape: .split, parts: indices.map { .init(key: $0, operation: operation($0)) })
    }

    /// Counts, sets and reads keys of one server.
    private mutating func transaction() -> LoadRequest {
        let counter = counter()
        let neighbours = keys.registers.filter { groups[$0] === groups[counter] }
        let writes = neighbours.map { key in
            LoadRequest.Part(key: key, operation: .set("\(number):\(key)"))
        }
        let reads = neighbours.map { LoadRequest.Part(key: $0, operation: .get) }
        return LoadRequest(
            shape: .transaction,
            parts: [.init(key: counter, operation: .increment)] + writes + reads)
    }
}
