import Foundation
import TestKit
import Testing

/// What the configuration says of workers.
@Suite struct WorkerTests {
    /// What the kernel says of each worker's CPUs.
    private func cpusOfWorkers(_ proxy: RunningProxy) throws -> [String: String] {
        let tasks = "/proc/\(proxy.pid)/task"
        var cpus: [String: String] = [:]
        for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
            let status = contents(of: "\(tasks)/\(task)/status")
            var fields: [String: String] = [:]
            for line in status.split(separator: "\n") {
                let words = line.split(whereSeparator: { ":\t".contains($0) })
                if words.count == 2 { fields[String(words[0])] = String(words[1]) }
            }
            guard let name = fields["Name"], name.hasPrefix("worker-") else { continue }
            cpus[name] = fields["Cpus_allowed_list"]
        }
        return cpus
    }

    @Test func eachIsBoundToItsCPU() throws {
        let pool = try PoolSpecification.redis([CacheNode.redis()])
        let free = try RunningProxy(pools: [pool])
        #expect(try eventually { try cpusOfWorkers(free).count == 1 })
        let usable = try #require(try cpusOfWorkers(free)["worker-0"])
        let first = try #require(usable.split(whereSeparator: { "-,".contains($0) }).first)

        let bound = try RunningProxy(
            pools: [pool], workers: 2, global: "global:\n  worker_cpus: \(first)\n")

        let expected = ["worker-0": String(first), "worker-1": String(first)]
        #expect(try eventually { try cpusOfWorkers(bound) == expected })
        #expect(try bound.client().command("PING") == .simple("PONG"))
    }

    @Test func withAutoNoTwoShareOneWhileThereAreEnough() throws {
        let proxy = try RunningProxy(
            pools: [.redis([CacheNode.redis()])], workers: 2,
            global: "global:\n  worker_cpus: auto\n")

        // A thread names itself, after others may already be served.
        #expect(try eventually { try cpusOfWorkers(proxy).count == 2 })
        let cpus = try cpusOfWorkers(proxy)
        #expect(cpus.values.allSatisfy { Int($0) != nil })
        if ProcessInfo.processInfo.activeProcessorCount > 1 {
            #expect(Set(cpus.values).count == 2)
        }
    }

    @Test func eachHasItsOwnConnectionsToAServer() throws {
        let node = try CacheNode.redis()
        let proxy = try RunningProxy(
            pool: .redis([node], options: ["server_connections": "2"]), workers: 2)
        let connections = { try proxy.stats().number("alpha", node.name, "server_connections") }

        let clients = try (0..<16).map { _ in try proxy.client() }
        for _ in 0..<10 {
            for client in clients { #expect(try client.command("SET", "k", "v") == .ok) }
            #expect(try connections() <= 4)
        }

        #expect(try connections() >= 2)
    }
}
