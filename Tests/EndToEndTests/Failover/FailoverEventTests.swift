import TestKit
import Testing

extension FailoverTests {
    /// The events that providers announce, and the one that they do not.
    @Suite(.serialized) struct EventTests {
        /// An application that looked the name up when it started fails until it is started again:
        /// what all the others here are measured against.
        @Test(arguments: FailoverEvent.allCases)
        func theApplicationAloneFails(event: FailoverEvent) throws {
            let lab = try ReplicationLab()
            let address = lab.group.primary
            let load = Load.loop(on: lab.group) { try address.client() }

            _ = try event.play(on: lab.group, under: load)

            let report = try load.stop()
            print("\(event), application alone: \(report)")
            #expect(report.errorCount > 100)
        }

        @Test(arguments: FailoverEvent.allCases)
        func theApplicationsLoopNoticesNothing(event: FailoverEvent) throws {
            let lab = try ReplicationLab()
            let proxy = try lab.proxy(["replay": "idempotent"])
            let load = Load.loop(on: lab.group, replay: .idempotent) { try proxy.client() }

            let outage = try event.play(on: lab.group, under: load)

            let report = try load.stop()
            print("\(event), loop: \(report)")
            expectNothingNoticed(in: report, outage: outage, event)
        }

        @Test(arguments: FailoverEvent.allCases)
        func fiftyPipeliningClientsNoticeNothing(event: FailoverEvent) throws {
            let lab = try ReplicationLab(shards: 3)
            let proxy = try lab.proxy(["replay": "idempotent"], workers: 2)
            let load = try Load.crowd(through: proxy, on: lab, replay: .idempotent)

            let outage = try event.play(on: lab.group, under: load)

            let report = try load.stop()
            print("\(event), 50 clients: \(report)")
            expectNothingNoticed(in: report, outage: outage, event)
        }
    }
}

/// Expects no error and no wrong value, and that no operation took longer than is promised.
private func expectNothingNoticed(
    in report: LoadReport, outage: Double, _ event: FailoverEvent
) {
    expectNoHarm(in: report)
    let promised = outage + (event == .crash ? 0.25 : 0.05)
    #expect(report.longest <= promised + report.slack, "\(report)")
    if event != .crash { expectNothingLost(in: report) }
}
