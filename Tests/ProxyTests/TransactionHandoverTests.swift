import Configuration
import Testing

@testable import Proxy

/// Transactions whose primary moves.
@Suite(.serialized) struct TransactionHandoverTests {
    private typealias Words = TransactionTests

    /// A client whose transaction of SET and INCR is with the first node.
    private func sent(_ group: FollowedGroup) throws -> (Peer, Peer, String) {
        let proxy = group.proxy
        let client = try proxy.client()
        let whole = Words.begin + redis("SET", "k", "v") + redis("INCR", "n") + Words.end
        try client.say(whole)
        try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n+QUEUED\r\n")
        let server = try group.connection(to: 0)
        try proxy.expect(server, hears: whole)
        return (client, server, whole)
    }

    @Test(arguments: FollowedGroup.refusals)
    func transactionRefusedAtQueueTimeRunsOnTheNextPrimary(refusal: String) throws {
        try FollowedGroup.run { group, proxy in
            let (client, old, whole) = try sent(group)
            group.promote(1)

            try old.say("+OK\r\n" + refusal + refusal + Words.discarded)

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: whole)
            try new.say("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n:1\r\n")
            try proxy.expect(client, hears: "*2\r\n+OK\r\n:1\r\n")
        }
    }

    /// The node was demoted between the last command and EXEC.
    @Test func transactionRefusedAtExecRunsOnTheNextPrimary() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old, whole) = try sent(group)
            group.promote(1)

            try old.say(
                "+OK\r\n+QUEUED\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of: "
                    + "READONLY You can't write against a read only replica.\r\n")

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: whole)
            try new.say("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n:1\r\n")
            try proxy.expect(client, hears: "*2\r\n+OK\r\n:1\r\n")
        }
    }

    @Test func lostTransactionMayHaveBeenExecuted() throws {
        try FollowedGroup.run { group, proxy in
            let (client, old, _) = try sent(group)
            try old.say("+OK\r\n+QUEUED\r\n")
            try proxy.settle()

            old.close()

            try proxy.expect(client, hears: group.lost(0, word: "EXECABORT"))
        }
    }

    /// What the lost connection had said counts for nothing.
    @Test func lostTransactionOfReadsIsSentAgain() throws {
        try FollowedGroup.run { group, proxy in
            let client = try proxy.client()
            let whole = Words.begin + redis("GET", "k") + redis("GET", "l") + Words.end
            try client.say(whole)
            let old = try group.connection(to: 0)
            try proxy.expect(old, hears: whole)
            try old.say("+OK\r\n+QUEUED\r\n-ERR something\r\n")
            try proxy.settle()

            old.close()

            let next = try group.connection(1, to: 0)
            try proxy.expect(next, hears: whole)
            try next.say("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n$1\r\nk\r\n$1\r\nl\r\n")
            try proxy.expect(
                client, hears: "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n$1\r\nk\r\n$1\r\nl\r\n")
        }
    }

    @Test func readsBehindARefusedWriteAreSentAgainAsATransactionToo() throws {
        try FollowedGroup.run { group, proxy in
            let reads = Words.begin + redis("GET", "k") + Words.end
            let client = try proxy.client()
            try client.say(redis("SET", "k", "new") + reads)
            let old = try group.connection(to: 0)
            try proxy.expect(old, hears: redis("SET", "k", "new") + reads)
            group.promote(1)

            try old.say(FollowedGroup.readOnly + "+OK\r\n+QUEUED\r\n*1\r\n$3\r\nold\r\n")

            let new = try group.connection(to: 1)
            try proxy.expect(new, hears: redis("SET", "k", "new") + reads)
            try new.say("+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n$3\r\nnew\r\n")
            try proxy.expect(client, hears: "+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n$3\r\nnew\r\n")
        }
    }

    @Test func heldTransactionSaysWhatWasAwaited() throws {
        try FollowedGroup.run(replicas: 0) {
            $0.failoverWaitMilliseconds = 100
        } conversation: { group, proxy in
            group.nodes[0].die()
            let client = try proxy.client()

            try client.say(Words.begin + redis("INCR", "n") + Words.end)

            try proxy.expect(client, hears: "+OK\r\n+QUEUED\r\n")
            let line = try proxy.line(from: client)
            #expect(line.hasPrefix("-EXECABORT server s0: no primary for 1"))
            #expect(line.hasSuffix(" ms (Connection refused)\r\n"))
        }
    }
}
