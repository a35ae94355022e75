import Testing

@testable import Proxy

@Suite struct BackoffTests {
    @Test func eachFailureDoublesTheWaitUpToTheLongest() {
        var backoff = Backoff(10...100)

        let waits = (0..<6).map { _ in backoff.fail() }

        #expect(waits == [10, 20, 40, 80, 100, 100])
    }

    @Test func successBeginsAnew() {
        var backoff = Backoff(10...100)
        for _ in 0..<4 { _ = backoff.fail() }

        backoff.reset()

        let waits = (0..<2).map { _ in backoff.fail() }
        #expect(waits == [10, 20])
    }
}
