internal import Synchronization

/// What the connections of all workers hold together, against `max_memory`.
///
///     0 ........ slow ............ relieved ...... short ...... limit
///      slow readers ▲ others wait for       ▲ largest holders ▲ requests refused,
///        are closed from here on              are closed        nobody accepted
///
/// Each worker adds what changed at the end of a turn.
final class SharedMemory: Sendable {
    /// `max_memory`, in bytes.
    let limit: Int
    private let total = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// Bytes in all workers' blocks, as far as they have told.
    var value: Int { total.load(ordering: .relaxed) }

    /// Adds and returns the new total.
    func add(_ bytes: Int) -> Int {
        total.wrappingAdd(bytes, ordering: .relaxed).newValue
    }

    /// Above it, a slow reader that others wait behind is closed rather than buffered for.
    var slow: Int { limit / 8 }
    /// Where closing the largest holders ends.
    var relieved: Int { limit / 4 * 3 }
    /// Where it begins: early enough that requests of those who hold little are never refused on
    /// account of those who hold much.
    var short: Int { limit / 8 * 7 }
}

/// A worker's view of the shared memory: its own bytes, which it knows exactly, and those of the
/// others as of the last turn.
struct MemoryShare {
    /// Changes smaller than this are told later: workers need not write to one cache line all the
    /// time.
    private static let granularity = 64 * 1024

    let shared: SharedMemory
    private var told = 0
    private var others = 0

    init(_ shared: SharedMemory) { self.shared = shared }

    /// Tells the others what this worker holds, and learns what they do.
    mutating func exchange(own: Int) {
        let change = own - told
        if change.magnitude >= Self.granularity {
            told = own
            others = shared.add(change) - own
        } else {
            others = shared.value - told
        }
    }

    /// What all hold, if this worker holds `own`.
    func total(own: Int) -> Int { others &+ own }
}
