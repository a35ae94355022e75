import TestKit
import Testing

extension FailoverTests {
    /// Passwords stand between the proxy and every node it must ask, also while they change.
    @Suite(.serialized) struct AuthTests {
        @Test func nodesWithAPasswordAreFollowed() throws {
            let lab = try ReplicationLab(
                login: ["secret"], arguments: ["--requirepass", "secret", "--masterauth", "secret"])
            let proxy = try lab.proxy(["server_auth": "secret"])
            let load = Load.loop(on: lab.group) { try proxy.client() }
            try load.waitUntilServed()

            let report = try handOver(lab, under: load)

            print("hand-over with a password: \(report)")
            expectNothingNoticed(in: report)
        }

        @Test func nodesAndClientsWithUsersAreFollowed() throws {
            let lab = try ReplicationLab(
                login: ["lab", "secret"],
                arguments: [
                    "--user", "lab", "on", ">secret", "~*", "&*", "+@all",
                    "--user", "default", "off",
                    "--masteruser", "lab", "--masterauth", "secret",
                ])
            let proxy = try lab.proxy([
                "server_user": "lab", "server_auth": "secret", "client_user": "application",
                "client_auth": "other",
            ])
            let load = Load.loop(on: lab.group) {
                let client = try proxy.client()
                guard try client.command("AUTH", "application", "other") == .ok else {
                    throw KitError("the proxy does not let its client in")
                }
                return client
            }
            try load.waitUntilServed()

            let report = try handOver(lab, under: load)

            print("hand-over with users: \(report)")
            expectNothingNoticed(in: report)
            let stranger = try proxy.client()
            #expect(try stranger.command("GET", "a").errorText?.hasPrefix("NOAUTH") == true)
        }

        /// The nodes learn the new password one after the other, and forget the old one.
        @Test func passwordsChangeWithoutAnError() throws {
            let lab = try ReplicationLab(
                login: ["old"], arguments: ["--requirepass", "old", "--masterauth", "old"])
            let proxy = try lab.proxy(["server_auth": "\n    - new\n    - old"])
            let load = Load.loop(on: lab.group, replay: .safe) { try proxy.client() }
            try load.waitUntilServed()

            for node in lab.group.nodes {
                try node.command("CONFIG", "SET", "masterauth", "new")
                try node.command("CONFIG", "SET", "requirepass", "new")
                node.logIn(with: ["new"])
                load.run(for: 0.2)
            }
            let report = try handOver(lab, under: load)

            print("hand-over after a change of passwords: \(report)")
            expectNothingNoticed(in: report)
        }

        private func handOver(_ lab: ReplicationLab, under load: Load) throws -> LoadReport {
            try lab.group.handOver(to: lab.group.replicas[0])
            lab.group.rewriteName(to: lab.group.primary)
            load.run(for: 1)
            return try load.stop()
        }

        private func expectNothingNoticed(in report: LoadReport) {
            expectNoHarm(in: report)
            expectNothingLost(in: report)
            expectPrompt(report)
        }
    }
}
