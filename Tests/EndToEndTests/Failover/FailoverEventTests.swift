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

            let (report, _) = try event.play(on: lab.group, under: load)

            print("\(event), application alone: \(report)")
            #expect(report.errorCount > 100)
        }

        @Test(arguments: FailoverEvent.allCases)
        func theApplicationsLoopNoticesNothing(event: FailoverEvent) throws {
            try expectNothingNoticed(of: event, by: "loop") {
                let lab = try ReplicationLab()
                let proxy = try lab.proxy(["replay": "idempotent"])
                let load = Load.loop(on: lab.group, replay: .idempotent) { try proxy.client() }
                return try event.play(on: lab.group, under: load)
            }
        }

        @Test(arguments: FailoverEvent.allCases)
        func fiftyPipeliningClientsNoticeNothing(event: FailoverEvent) throws {
            try expectNothingNoticed(of: event, by: "50 clients") {
                let lab = try ReplicationLab(shards: 3)
                let proxy = try lab.proxy(["replay": "idempotent"], workers: 2)
                let load = try Load.crowd(through: proxy, on: lab, replay: .idempotent)
                return try event.play(on: lab.group, under: load)
            }
        }
    }
}

/// Expects no error and no wrong value of an event, and that no operation took longer than
/// promised.
///
/// A machine that does other things besides makes an operation late now and then, so the event is
/// played again, twice at most, if only that went wrong: a proxy that is slow to find the new
/// primary is so every time.
private func expectNothingNoticed(
    of event: FailoverEvent, by clients: String, playing: () throws -> FailoverEvent.Outcome
) throws {
    for isLast in [false, false, true] {
        let (report, outage) = try playing()
        print("\(event), \(clients): \(report)")
        expectNoHarm(in: report)
        if event != .crash { expectNothingLost(in: report) }
        let promised = outage + (event == .crash ? 0.25 : 0.05)
        if report.longest <= promised || report.errorCount > 0 { return }
        #expect(!isLast || report.longest <= promised + report.slack, "\(report)")
    }
}
