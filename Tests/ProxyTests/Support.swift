import Glibc

@testable import Proxy

/// Random numbers that are the same in every run (splitmix64), so that a failure repeats.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// So many bytes of anything, cut out of a supply, since making them one by one takes most of a
    /// test's time.
    mutating func bytes(_ count: Int) -> [UInt8] {
        let start = Int(next() % UInt64(Self.supply.count - count))
        return Array(Self.supply[start..<start + count])
    }

    private static let supply: [UInt8] = {
        var numbers = SeededNumbers(seed: 0)
        return (0..<200_000).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
    }()

    /// A length as traffic has it: mostly small, now and then several blocks.
    mutating func length() -> Int {
        switch next() % 20 {
        case 0: 0
        case 1...14: Int.random(in: 1...200, using: &self)
        case 15...18: Int.random(in: 1...5_000, using: &self)
        default: Int.random(in: 1...100_000, using: &self)
        }
    }
}

// MARK: - Lists as arrays

/// The raw interfaces of the byte lists, in arrays.
extension ByteList {
    init(_ text: String, from pool: BlockPool) {
        self.init()
        append(Array(text.utf8), from: pool)
    }

    mutating func append(_ bytes: [UInt8], from pool: BlockPool) {
        unsafe bytes.withRawBytes { unsafe append($0, from: pool) }
    }

    mutating func append(contiguous bytes: [UInt8], from pool: BlockPool) {
        unsafe bytes.withRawBytes { unsafe append(contiguous: $0, from: pool) }
    }

    var firstArray: [UInt8] { unsafe Array(firstBytes) }

    /// What one gathering write of at most `pieces` pieces would send.
    func gathered(_ pieces: Int) -> [UInt8] {
        unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: pieces) {
            unsafe gather(into: $0).bytes
        }
    }

    /// Everything, by way of as many pieces as it takes.
    var all: [UInt8] { gathered(4096) }
}

extension RequestLog {
    mutating func append(_ bytes: [UInt8], from pool: BlockPool) {
        unsafe bytes.withRawBytes { unsafe append($0, from: pool) }
    }

    mutating func append(large bytes: [UInt8], from pool: BlockPool) {
        unsafe bytes.withRawBytes { unsafe append(large: $0, from: pool) }
    }

    /// What one gathering write of at most `pieces` pieces would send.
    func gatheredUnsent(_ pieces: Int) -> [UInt8] {
        unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: pieces) {
            unsafe gatherUnsent(into: $0).bytes
        }
    }
}

extension GatheredBytes {
    /// The pieces, copied.
    var pieces: [[UInt8]] {
        unsafe vectors.map {
            unsafe Array(UnsafeRawBufferPointer(start: $0.iov_base, count: $0.iov_len))
        }
    }

    var bytes: [UInt8] { pieces.reduce([], +) }
}
