import TestKit
import Testing

extension FailoverTests {
    /// What is held, for how long, and what those are told that are not.
    @Suite(.serialized) struct HoldTests {
        /// Requests that were sent and not answered when their server died: each is sent again if
        /// the pool allows it, and else told what happened. Those behind it keep their order.
        @Test(arguments: [ReplayPolicy.none, .safe, .idempotent])
        func unansweredRequestsAreReplayedOrTold(replay: ReplayPolicy) throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy(["replay": replay.rawValue])
            let client = try proxy.client()
            let old = lab.group.primary
            #expect(try client.command("SET", "n", "5") == .ok)
            #expect(try client.command("SET", "a", "before") == .ok)
            try lab.group.waitUntilCaughtUp()
            let told = Reply.error(
                "ERR connection to \(old.name) lost; the command may have been executed")

            old.pause()
            try client.sendCommand("INCR", "n")
            try client.sendCommand("SET", "b", "new")
            try client.sendCommand("GET", "a")
            try client.sendCommand("DEL", "a")
            try client.sendCommand("APPEND", "b", "er")
            #expect(try eventually { try proxy.sentToServers() == 5 })
            old.kill()
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            lab.group.rewriteName(to: lab.group.primary)

            #expect(try client.readReply() == told)
            #expect(try client.readReply() == (replay == .none ? told : .ok))
            #expect(try client.readReply() == (replay == .none ? told : .bulk("before")))
            #expect(try client.readReply() == (replay == .idempotent ? .integer(1) : told))
            #expect(try client.readReply() == told)
            #expect(try client.command("GET", "n") == .bulk("5"))
            #expect(try client.command("GET", "b") == (replay == .none ? .null : .bulk("new")))
        }

        /// A frozen server has not run what it was sent; the proxy cannot know.
        @Test func anUnansweredTransactionIsTold() throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy(["replay": "idempotent"])
            let client = try proxy.client()
            let old = lab.group.primary
            #expect(try client.command("SET", "n", "5") == .ok)
            try lab.group.waitUntilCaughtUp()

            old.pause()
            try client.sendCommand("MULTI")
            try client.sendCommand("SET", "n", "6")
            try client.sendCommand("EXEC")
            #expect(try client.readReply() == .ok)
            #expect(try client.readReply() == .simple("QUEUED"))
            #expect(try eventually { try proxy.sentToServers() > 0 })
            old.kill()
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            lab.group.rewriteName(to: lab.group.primary)

            let reply = try client.readReply()
            let told = "connection to \(old.name) lost; the command may have been executed"
            #expect(reply == .error("EXECABORT \(told)"))
            #expect(try client.command("GET", "n") == .bulk("5"))
        }

        @Test func aHoldEndsWithAnErrorThatSaysWhatIsAwaited() throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy(["failover_wait": "300"])
            let client = try proxy.client()
            #expect(try client.command("SET", "a", "1") == .ok)

            lab.group.killAll()
            // Whatever was under way when it died is another matter.
            _ = try client.command("GET", "a")
            let started = now()
            let reply = try client.command("GET", "a")
            let waited = now() - started

            #expect(reply.errorText?.contains("primary") == true, "\(reply)")
            #expect(reply.errorText?.contains(ReplicationLab.serverName(0)) == true, "\(reply)")
            #expect(waited > 0.25 && waited < 1, "\(waited)")
            try lab.group.primary.restart()
            #expect(try eventually { try client.command("SET", "a", "2") == .ok })
        }

        @Test func withoutAHoldRequestsFailAtOnce() throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy(["failover_wait": "0"])
            let client = try proxy.client()
            #expect(try client.command("SET", "a", "1") == .ok)

            lab.group.primary.kill()

            let started = now()
            for _ in 0..<20 {
                let reply = try client.command("GET", "a")
                #expect(reply.errorText != nil, "\(reply)")
            }
            #expect(now() - started < 1)
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            lab.group.rewriteName(to: lab.group.primary)
            #expect(try eventually { try client.command("SET", "a", "2") == .ok })
        }

        /// The oldest are held, in their order; those beyond the bound fail at once.
        @Test(arguments: [("failover_max_requests", "10"), ("failover_max_bytes", "2kb")])
        func beyondItsBoundAHoldRefuses(key: String, bound: String) throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy([key: bound])
            let client = try proxy.client()
            let other = try proxy.client()
            #expect(try client.command("SET", "list", "") == .ok)
            try lab.group.waitUntilCaughtUp()
            lab.group.primary.kill()
            #expect(try eventually { try proxy.stats().sum("server_connections") == 0 })
            // Each of about 230 bytes, so that fewer than ten fit into 2 KiB.
            let piece = String(repeating: "x", count: 200)
            for _ in 0..<20 { try client.sendCommand("APPEND", "list", piece) }
            // Two turns of the worker later it has seen them all.
            for _ in 0..<2 { #expect(try other.command("PING") == .simple("PONG")) }
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            lab.group.rewriteName(to: lab.group.primary)

            let replies = try (0..<20).map { _ in try client.readReply() }
            let held = replies.prefix { $0.errorText == nil }
            let bounds = key == "failover_max_requests" ? 10...10 : 5...9
            #expect(bounds.contains(held.count), "\(replies)")
            #expect(Array(held) == (1...max(1, held.count)).map { .integer($0 * 200) })
            let refused = replies.dropFirst(held.count)
            #expect(
                refused.allSatisfy { $0.errorText?.contains("waiting for its primary") == true },
                "\(replies)")
        }

        /// Transactions were queued at the proxy, and go to whoever is primary, whole.
        @Test func transactionsInTheMiddleOfPromotionsRunOnce() throws {
            let lab = try ReplicationLab(shards: 2)
            let proxy = try lab.proxy(workers: 2)
            let size = Load.CrowdSize(clients: 20, pause: 50_000, hasTransactions: true)
            let load = try Load.crowd(size, through: proxy, on: lab)
            try load.waitUntilServed()

            for _ in 0..<4 {
                try lab.group.handOver(to: lab.group.replicas[0])
                load.run(for: 0.3)
            }
            lab.group.rewriteName(to: lab.group.primary)
            load.run(for: 0.5)

            let report = try load.stop()
            print("hand-overs under transactions: \(report)")
            expectNoHarm(in: report)
            expectNothingLost(in: report)
        }
    }
}

extension RunningProxy {
    /// Requests of the pool that were sent to its servers and are not answered yet.
    fileprivate func sentToServers() throws -> Int {
        try stats().sum("out_queue")
    }
}
