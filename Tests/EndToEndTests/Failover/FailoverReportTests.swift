import Foundation
import TestKit
import Testing

extension FailoverTests {
    /// What operators see of a failover: the event log, the statistics, the health page.
    @Suite(.serialized) struct ReportTests {
        private func promotions(in proxy: RunningProxy) -> [PromotionLine] {
            PromotionLine.all(in: proxy.log)
        }

        @Test(arguments: [1, 3])
        func promotionIsLoggedOnce(workers: Int) throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy(workers: workers)
            let load = try Load.crowd(through: proxy, on: lab, replay: .safe)
            try load.waitUntilServed()
            let old = lab.group.primary
            let new = lab.group.replicas[0]

            try lab.group.handOver(to: new)

            #expect(eventually { !promotions(in: proxy).isEmpty })
            lab.group.rewriteName(to: new)
            #expect(always(for: 1) { promotions(in: proxy).count == 1 })
            _ = try load.stop()
            let line = try #require(promotions(in: proxy).first)
            #expect(line.from == old.name)
            #expect(line.to == new.name)
            #expect(line.sign == "READONLY" || line.sign.contains("is a replica"))
            #expect(line.held > 0)
            #expect(line.failed == 0)
            let group = try group(of: proxy)
            #expect(group["primary"] as? String == new.name)
            #expect(group["promotions"] as? Int == 1)
            #expect(group["changes"] as? Int == 1)
            #expect(try #require(group["held"] as? Int) >= line.held)
            #expect(try #require(group["last_change_us"] as? Int) / 1000 == line.milliseconds)
            #expect(group["waiting"] as? Int == 0)
        }

        /// Nobody asks for anything, so no worker has a part in it.
        @Test func promotionIsLoggedWithoutClients() throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy(workers: 2)
            // What was not known to be primary is not succeeded.
            let old = lab.group.primary.name
            #expect(try eventually { try role(of: old, through: proxy) == "primary" })

            try lab.group.handOver(to: lab.group.replicas[0])
            lab.group.rewriteName(to: lab.group.primary)

            #expect(eventually { !promotions(in: proxy).isEmpty })
            #expect(always(for: 1) { promotions(in: proxy).count == 1 })
            let line = try #require(promotions(in: proxy).first)
            #expect(line.to == lab.group.primary.name)
            #expect(line.held == 0)
            #expect(line.failed == 0)
        }

        /// The name leads to a replica, which says who is primary: nothing has happened.
        @Test func startIsNoPromotion() throws {
            let lab = try ReplicationLab()
            lab.group.rewriteName(to: lab.group.replicas[0])
            let proxy = try lab.proxy(workers: 2)
            let client = try proxy.client()

            #expect(try client.command("SET", "a", "1") == .ok)

            #expect(always(for: 1.5) { promotions(in: proxy).isEmpty })
            let group = try group(of: proxy)
            #expect(group["primary"] as? String == lab.group.primary.name)
            #expect(group["promotions"] as? Int == 0)
        }

        @Test func healthPageIsNotFooledByAHold() throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy()
            let client = try proxy.client()
            #expect(try client.command("SET", "a", "1") == .ok)
            #expect(try proxy.http("/healthz").status == 200)

            lab.group.primary.kill()
            try client.sendCommand("SET", "a", "2")

            #expect(try eventually(timeout: 1) { try proxy.http("/healthz").status == 503 })
            #expect(try eventually { try group(of: proxy)["waiting"] as? Int == 1 })
            let page = try proxy.http("/healthz").body
            #expect(
                page.hasPrefix(
                    "alpha: 0 of 1 servers live, 1 needed; server shard0: no primary for "))
            #expect(page.contains(/\d+ ms \(.*[Cc]onnection .+\)\n$/), "\(page)")
            let text = try proxy.http("/metrics").body
            #expect(
                text.contains(#"martlet_group_has_primary{pool="alpha",server="shard0"} 0"#))
            try lab.group.promoteSurvivor(lab.group.replicas[0])
            #expect(try client.readReply() == .ok)
            #expect(try proxy.http("/healthz").status == 200)
            #expect(try group(of: proxy)["waiting"] as? Int == 0)
        }

        private func role(of node: String, through proxy: RunningProxy) throws -> String? {
            let nodes = try group(of: proxy)["nodes"] as? [String: Any]
            return (nodes?[node] as? [String: Any])?["role"] as? String
        }

        /// What the statistics port says of the first group.
        private func group(of proxy: RunningProxy) throws -> [String: Any] {
            let body = try proxy.http("/groups").body
            let root = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            let pools = root?["pools"] as? [String: Any]
            let pool = pools?["alpha"] as? [String: Any]
            let servers = pool?["servers"] as? [String: Any]
            return try #require(servers?["shard0"] as? [String: Any], "\(body)")
        }
    }
}

/// A promotion, as the event log has it.
private struct PromotionLine {
    let from: String
    let to: String
    let sign: String
    let milliseconds: Int
    let held: Int
    let failed: Int

    static func all(in log: String) -> [PromotionLine] {
        log.split(separator: "\n").compactMap { PromotionLine($0) }
    }

    private init?(_ line: Substring) {
        guard
            let event = line.wholeMatch(
                of: /.* notice martlet: promotion: pool alpha: server shard0: (\S+) → (\S+) (.*)/),
            let figures = event.3.wholeMatch(
                of: /after (.+), (\d+) ms, (\d+) requests held, (\d+) failed/),
            let milliseconds = Int(figures.2), let held = Int(figures.3),
            let failed = Int(figures.4)
        else { return nil }
        from = String(event.1)
        to = String(event.2)
        sign = String(figures.1)
        self.milliseconds = milliseconds
        self.held = held
        self.failed = failed
    }
}
