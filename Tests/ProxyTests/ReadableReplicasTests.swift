import Configuration
import Reactor
import Testing

@testable import Proxy

@Suite struct ReadableReplicasTests {
    private static let first = SocketAddress.ipv4(0x0a00_0001, port: 6379)
    private static let second = SocketAddress.ipv4(0x0a00_0002, port: 6379)
    private static let third = SocketAddress.ipv4(0x0a00_0003, port: 6379)

    private var primary: NodeFacts {
        var info = ReplicationInfo()
        info.role = .primary
        info.replicationID = "a"
        info.offset = 1_000
        info.replicas = [
            ReplicationInfo.Replica(
                endpoint: ReplicationInfo.Endpoint(host: "10.0.0.2", port: 6379), isOnline: true,
                offset: 900, lagSeconds: 2)
        ]
        var facts = NodeFacts(Self.first)
        facts.isReachable = true
        facts.info = info
        return facts
    }

    private func isReadable(
        lag: ReplicaLag? = nil, isPrimaryWell: Bool = true,
        _ change: (inout NodeFacts) -> Void = { _ in }
    ) -> Bool {
        var info = ReplicationInfo()
        info.role = .replica
        info.isLinkUp = true
        info.replicationID = "a"
        info.replicaOffset = 900
        info.silentSeconds = 1
        var facts = NodeFacts(Self.second)
        facts.isReachable = true
        facts.info = info
        facts.follows = Self.first
        change(&facts)
        return
            !ReadableReplicas(primary: primary, isPrimaryWell: isPrimaryWell, lag: lag)
            .among([primary, facts]).isEmpty
    }

    @Test func replicaOfThePrimaryIsReadable() {
        #expect(isReadable())
    }

    @Test func otherNodesAreNot() {
        #expect(!isReadable { $0.isReachable = false })
        #expect(!isReadable { $0.isLoading = true })
        #expect(!isReadable { $0.isRefused = true })
        #expect(!isReadable { $0.info?.role = .primary })
        #expect(!isReadable { $0.info?.isSyncing = true })
        #expect(!isReadable { $0.info?.isLinkUp = false })
        #expect(!isReadable { $0.info = nil })
    }

    /// After a failover, replicas of the old primary are not read before they have turned.
    @Test func replicasOfOthersAreNot() {
        let isOther = isReadable {
            $0.follows = Self.third
            $0.info?.replicationID = "b"
        }

        #expect(!isOther)
    }

    @Test func replicaOfAReplicaIsReadable() {
        #expect(isReadable { $0.follows = Self.third })
    }

    @Test func lagInBytesIsBounded() {
        #expect(isReadable(lag: ReplicaLag(bytes: 100)))
        #expect(!isReadable(lag: ReplicaLag(bytes: 99)))
        #expect(isReadable(lag: ReplicaLag(bytes: 0)) { $0.info?.replicaOffset = 1_001 })
    }

    /// The primary has heard nothing for two seconds, though the replica says one.
    @Test func lagInSecondsIsBounded() {
        #expect(isReadable(lag: ReplicaLag(seconds: 2)))
        #expect(!isReadable(lag: ReplicaLag(seconds: 1)))
        #expect(!isReadable(lag: ReplicaLag(seconds: 2)) { $0.info?.silentSeconds = 3 })
    }

    @Test func missingPrimaryMakesNobodyStaler() {
        #expect(isReadable(isPrimaryWell: false) { $0.info?.isLinkUp = false })
        let isLong = isReadable(lag: ReplicaLag(seconds: 5), isPrimaryWell: false) {
            $0.info?.isLinkUp = false
            $0.info?.silentSeconds = 6
        }
        #expect(!isLong)
    }
}
