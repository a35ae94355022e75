/// Which server of a pool a key belongs to: hash tag, hash function and continuum together.
///
/// The result is twemproxy's for the same settings. Immutable; made anew when a server leaves or
/// returns. A class, so that looking up a server copies one reference and not the whole table's.
public final class Placement: Sendable {
    /// The points of the members that take part.
    public let continuum: Continuum
    private let keyHash: KeyHash
    private let tag: HashTag?
    /// A pool of one never hashes.
    private let hasOneMember: Bool
    /// Whether keys are hashed as nearly everywhere, by twemproxy's default and without a tag: then
    /// no other case is looked at.
    private let hashesPlainly: Bool
    /// Whether several keys are hashed at once.
    private let hashesInLanes: Bool

    /// A placement over `members`, at least one, in twemproxy's order (`RingOrder`).
    ///
    /// If none is live all take part: a request that may fail is better than one that must.
    public init(
        hash: KeyHash, tag: HashTag?, distribution: Distribution, members: [RingMember]
    ) {
        precondition(!members.isEmpty, "a pool has at least one server")
        keyHash = hash
        self.tag = tag
        hasOneMember = members.count == 1
        hashesPlainly = hash == .fnv64a && tag == nil
        hashesInLanes = hashesPlainly && !hasOneMember && FNV.hasLanes

        var taking = members
        if !members.contains(where: \.isLive) {
            for index in taking.indices {
                taking[index].isLive = true
            }
        }
        continuum = Continuum(distribution, members: taking)
    }

    /// Whether the server does not depend on the key; then ask `server(atRandom:)`.
    public var isRandom: Bool { continuum.distribution == .random }

    /// The hash of the part of `key` that the tag selects; 0 for an empty key, whatever the
    /// function.
    public func hash(of key: Span<UInt8>) -> UInt32 {
        guard !key.isEmpty else { return 0 }
        guard let tag else { return keyHash.hash(key) }
        return keyHash.hash(key.extracting(tag.hashedRange(of: key)))
    }

    /// The index of the member that owns `key`.
    ///
    /// With the random distribution the hash stands in for the random number.
    public func server(for key: Span<UInt8>) -> Int {
        guard !hasOneMember else { return 0 }
        if hashesPlainly && !key.isEmpty { return continuum.server(for: FNV.fnv64a(key)) }
        return serverByAnyHash(for: key)
    }

    /// The indices of the members that own several keys, which are within the bytes: takes half as
    /// many instructions for each as one key alone.
    ///
    /// - Parameter servers: has as many places as there are keys.
    public func find(
        _ keys: Span<KeyRange>, in bytes: Span<UInt8>, into servers: inout MutableSpan<Int32>
    ) {
        var index = 0
        if hashesInLanes {
            while keys.count &- index >= Self.fewestForLanes {
                let end = min(index &+ FNV.lanes, keys.count)
                findInLanes(keys, from: index, upTo: end, in: bytes, into: &servers)
                index = end
            }
        }
        while index < keys.count {
            let key = keys[index]
            let range = key.offset..<key.offset &+ key.length
            servers[index] = Int32(truncatingIfNeeded: server(for: bytes.extracting(range)))
            index &+= 1
        }
    }

    /// For two keys eight lanes take as long as one after the other.
    private static let fewestForLanes = 3

    private func findInLanes(
        _ keys: Span<KeyRange>, from start: Int, upTo end: Int, in bytes: Span<UInt8>,
        into servers: inout MutableSpan<Int32>
    ) {
        let keys = keys.extracting(start..<end)
        var hashes: [8 of UInt32] = .init(repeating: 0)
        if FNV.fnv64a(keys, in: bytes, into: &hashes) == 0 {
            // An empty key's is 0, whatever the function.
            for index in keys.indices where keys[index].length == 0 { hashes[index] = 0 }
        }
        continuum.find(hashes.span.extracting(first: keys.count), into: &servers, from: start)
    }

    @inline(never)
    private func serverByAnyHash(for key: Span<UInt8>) -> Int {
        continuum.server(for: hash(of: key))
    }

    /// The index of the member that `number` draws; meant for the random distribution.
    public func server(atRandom number: UInt32) -> Int {
        continuum.server(for: number)
    }
}
