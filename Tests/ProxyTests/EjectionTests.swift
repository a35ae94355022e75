import Testing

@testable import Proxy

@Suite struct EjectionTests {
    /// An ejection that can be told of failures inside an expectation.
    private final class Reported {
        private var ejection: Ejection

        init(limit: Int) { ejection = Ejection(limit: limit) }

        var isEjected: Bool { ejection.isEjected }

        func failed(at now: Int64) -> Bool { ejection.failed(at: now) }
        func answered() { ejection.answered() }
        func readmit() { ejection.readmit() }
    }

    @Test func ejectsAtTheLimit() {
        let ejection = Reported(limit: 3)

        #expect(!ejection.failed(at: 1_000))
        #expect(!ejection.failed(at: 2_000))
        #expect(!ejection.isEjected)
        #expect(ejection.failed(at: 3_000))
        #expect(ejection.isEjected)
    }

    @Test func limitOfZeroActsAsOne() {
        let ejection = Reported(limit: 0)

        #expect(ejection.failed(at: 0))
    }

    /// All connections of all workers break at once when a server restarts.
    @Test func burstIsOneFailure() {
        let ejection = Reported(limit: 2)

        for moment in 0..<Ejection.burstMilliseconds {
            #expect(!ejection.failed(at: 5_000 + moment))
        }

        #expect(ejection.failed(at: 5_000 + Ejection.burstMilliseconds))
    }

    @Test func answerEndsTheRowOfFailures() {
        let ejection = Reported(limit: 2)
        _ = ejection.failed(at: 1_000)

        ejection.answered()

        #expect(!ejection.failed(at: 2_000))
        #expect(ejection.failed(at: 3_000))
    }

    /// Replies to requests that were sent before may still come; only the server's own probe brings
    /// it back.
    @Test func answerDoesNotReadmit() {
        let ejection = Reported(limit: 1)
        _ = ejection.failed(at: 0)

        ejection.answered()

        #expect(ejection.isEjected)
    }

    @Test func ejectsOnlyOnce() {
        let ejection = Reported(limit: 1)

        #expect(ejection.failed(at: 1_000))
        #expect(!ejection.failed(at: 2_000))
        #expect(ejection.isEjected)
    }

    @Test func readmittedServerStartsAfresh() {
        let ejection = Reported(limit: 2)
        _ = ejection.failed(at: 1_000)
        _ = ejection.failed(at: 2_000)

        ejection.readmit()

        #expect(!ejection.isEjected)
        #expect(!ejection.failed(at: 2_010))
        #expect(ejection.failed(at: 3_000))
    }

    @Test func firstFailureMayBeAtAnyTime() {
        let ejection = Reported(limit: 1)

        #expect(ejection.failed(at: .min))
    }
}
