import Glibc
import Reactor
import Testing

@testable import Proxy

@Suite struct MailboxTests {
    @Test func messagesKeepTheirOrderAndComeOnce() {
        let mailbox = Mailbox<Int>()
        for message in 1...5 { mailbox.post(message) }

        #expect(mailbox.takeAll() == [1, 2, 3, 4, 5])
        #expect(mailbox.takeAll() == [])
    }

    @Test func messageWakesTheOwner() throws {
        let loop = try EventLoop()
        let mailbox = Mailbox<Int>()
        var received: [Int] = []
        let wakeup = Wakeup(loop) { received += mailbox.takeAll() }
        mailbox.attach(wakeup.handle)
        loop.runOnce(waiting: false)

        mailbox.post(7)
        for _ in 0..<10 where received.isEmpty { loop.runOnce(waiting: true) }

        #expect(received == [7])
        wakeup.cancel()
    }

    /// What was posted before there was anyone to wake is not forgotten.
    @Test func messagePostedBeforeTheOwnerCameWakesIt() throws {
        let loop = try EventLoop()
        let mailbox = Mailbox<Int>()
        mailbox.post(1)
        var received: [Int] = []
        let wakeup = Wakeup(loop) { received += mailbox.takeAll() }

        mailbox.attach(wakeup.handle)
        for _ in 0..<10 where received.isEmpty { loop.runOnce(waiting: true) }

        #expect(received == [1])
        wakeup.cancel()
    }

    @Test func messagesOfAnotherThreadAllArrive() throws {
        let total = 10_000
        let mailbox = Mailbox<Int>()
        let thread = try WorkerThread.start(name: "poster") {
            for message in 0..<total { mailbox.post(message) }
        }
        var received: [Int] = []

        while received.count < total {
            received += mailbox.takeAll()
            sched_yield()
        }
        thread.join()

        #expect(received == Array(0..<total))
    }
}
