import Glibc
import Reactor
import Synchronization
import Testing

@Suite struct EventLoopTests {
    @Test func timersFireInTheOrderOfTheirTimes() throws {
        let loop = try EventLoop()
        var fired: [Int] = []
        let timers = [30, 10, 20].map { after in
            let timer = Timer(loop) {
                fired.append(after)
                if fired.count == 3 { loop.stop() }
            }
            timer.start(afterMilliseconds: after)
            return timer
        }
        let start = loop.now

        loop.run()

        #expect(fired == [10, 20, 30])
        #expect(loop.now - start >= 29)
        #expect(timers.allSatisfy { !$0.isActive })
    }

    @Test func aLoopThatOnlyLooksDoesNotWait() throws {
        let loop = try EventLoop()
        let timer = Timer(loop) { loop.stop() }
        timer.start(afterMilliseconds: 20)
        var turns = 0
        let hook = LoopHook(loop, .beforeWaiting) { turns += 1 }
        defer { hook.cancel() }

        loop.onlyLooks = true
        loop.run()
        #expect(turns > 1)

        loop.onlyLooks = false
        timer.start(afterMilliseconds: 1)
        turns = 0
        loop.run()
        #expect(turns == 1)
    }

    @Test func repeatingTimerFiresUntilStoppedInItsCallback() throws {
        let loop = try EventLoop()
        var count = 0
        var timer: Timer?
        timer = Timer(loop) {
            count += 1
            guard count == 3 else { return }
            timer?.stop()
            loop.stop()
        }
        timer?.start(everyMilliseconds: 2)

        loop.run()
        loop.runOnce(waiting: false)

        #expect(count == 3)
        #expect(timer?.isActive == false)
        timer = nil
    }

    @Test func oneShotCountsFromTheRealTimeOfALongTurn() throws {
        let loop = try EventLoop()
        var startedAt: Int64 = 0
        var firedAt: Int64 = 0
        let second = Timer(loop) {
            firedAt = EventLoop.monotonicMicroseconds()
            loop.stop()
        }
        let first = Timer(loop) {
            let begin = EventLoop.monotonicMicroseconds()
            while EventLoop.monotonicMicroseconds() < begin + 30_000 {}
            startedAt = EventLoop.monotonicMicroseconds()
            second.start(afterMilliseconds: 20)
        }
        first.start(afterMilliseconds: 0)

        loop.run()

        #expect(firedAt - startedAt >= 19_000)
    }

    @Test func stoppedAndReplacedTimersDoNotFireTwice() throws {
        let loop = try EventLoop()
        var fired = 0
        let stopped = Timer(loop) { fired += 100 }
        stopped.start(afterMilliseconds: 1)
        stopped.stop()
        let replaced = Timer(loop) {
            fired += 1
            loop.stop()
        }
        replaced.start(afterMilliseconds: 1)
        replaced.start(afterMilliseconds: 5)

        loop.run()

        #expect(fired == 1)
    }

    @Test func nowStandsStillWithinATurn() throws {
        let loop = try EventLoop()
        let before = loop.now
        let begin = EventLoop.monotonicMicroseconds()
        while EventLoop.monotonicMicroseconds() < begin + 3000 {}

        #expect(loop.now == before)
        loop.runOnce(waiting: false)
        #expect(loop.now >= before + 2)

        let later = EventLoop.monotonicMicroseconds() / 1000
        loop.refreshNow()
        #expect(loop.now >= later)
    }

    @Test func hooksSurroundTheEventsOfATurn() throws {
        let loop = try EventLoop()
        var order: [String] = []
        let before = LoopHook(loop, .beforeWaiting) { order.append("before") }
        let after = LoopHook(loop, .afterWaiting) { order.append("after") }
        let timer = Timer(loop) { order.append("timer") }
        timer.start(afterMilliseconds: 0)

        loop.runOnce(waiting: true)
        #expect(order == ["before", "after", "timer"])

        before.cancel()
        after.cancel()
        loop.runOnce(waiting: false)
        #expect(order.count == 3)
    }

    @Test func hookMayCancelItself() throws {
        let loop = try EventLoop()
        var count = 0
        var hook: LoopHook?
        hook = LoopHook(loop, .beforeWaiting) {
            count += 1
            hook?.cancel()
            hook = nil
        }

        loop.runOnce(waiting: false)
        loop.runOnce(waiting: false)

        #expect(count == 1)
        #expect(hook == nil)
    }

    // MARK: - Descriptors

    @Test func descriptorsAreCalledInTheOrderInWhichTheyBecameReady() throws {
        let loop = try EventLoop()
        let pairs = try (0..<5).map { _ in try connectedPair() }
        var called: [Int] = []
        let watchers = pairs.enumerated().map { number, pair in
            let watcher = IOWatcher(loop, descriptor: pair.0.descriptor) { _ in
                _ = try? pair.0.read()
                called.append(number)
            }
            watcher.watch(.readable)
            return watcher
        }
        // The first turn tells the kernel what is watched.
        loop.runOnce(waiting: false)
        for number in [3, 0, 4, 1, 2] { try pairs[number].1.write("x") }

        loop.runOnce(waiting: false)

        #expect(called == [3, 0, 4, 1, 2])
        #expect(watchers.count == 5)
    }

    @Test func descriptorThatIsStoppedOrReleasedMeanwhileIsNotCalled() throws {
        let loop = try EventLoop()
        let pairs = try (0..<5).map { _ in try connectedPair() }
        var called: [Int] = []
        var watchers: [IOWatcher?] = Array(repeating: nil, count: pairs.count)
        for (number, pair) in pairs.enumerated() {
            watchers[number] = IOWatcher(loop, descriptor: pair.0.descriptor) { _ in
                called.append(number)
                // One that has been called, one that has not, and itself.
                watchers[2]?.stop()
                for other in [0, 1, 3] { watchers[other] = nil }
            }
            watchers[number]?.watch(.readable)
        }
        loop.runOnce(waiting: false)
        for number in [0, 1, 2, 3, 4] { try pairs[number].1.write("x") }

        loop.runOnce(waiting: false)

        #expect(called == [0, 4])
        watchers.removeAll()
    }

    // MARK: - Threads

    @Test func anotherThreadWakesTheLoop() throws {
        let loop = try EventLoop()
        var isAwake = false
        let wakeup = Wakeup(loop) {
            isAwake = true
            loop.stop()
        }
        let handle = wakeup.handle
        let thread = try WorkerThread.start(name: "waker") { handle.wake() }

        loop.run()
        thread.join()

        #expect(isAwake)
    }

    @Test func handleOutlivesItsLoop() throws {
        var handle: WakeupHandle?
        do {
            let loop = try EventLoop()
            let wakeup = Wakeup(loop) {}
            handle = wakeup.handle
        }

        handle?.wake()
    }

    @Test func wakeupsRaceWithTheEndOfTheLoopSafely() throws {
        for _ in 0..<20 {
            let loop = try EventLoop()
            let wakeup = Wakeup(loop) { loop.stop() }
            let handle = wakeup.handle
            let thread = try WorkerThread.start(name: "knocker") {
                for _ in 0..<500 { handle.wake() }
            }
            loop.run()
            wakeup.cancel()
            thread.join()
        }
    }

    @Test func signalReachesTheLoop() throws {
        let loop = try EventLoop()
        var count = 0
        let watcher = SignalWatcher(loop, signal: SIGUSR1) {
            count += 1
            loop.stop()
        }
        kill(getpid(), SIGUSR1)

        loop.run()
        watcher.cancel()

        #expect(count == 1)
    }

    @Test func workerThreadIsNamedBlocksSignalsAndIsJoined() throws {
        let observation = Observation()
        let thread = try WorkerThread.start(name: "a-rather-long-name") {
            var mask = sigset_t()
            unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
            observation.blocksTerm.store(
                unsafe sigismember(&mask, SIGTERM) == 1, ordering: .relaxed)
            let name = threadName()
            observation.name.withLock { $0 = name }
        }
        thread.join()
        thread.join()

        #expect(observation.name.withLock { $0 } == "a-rather-long-n")
        let blocksTerm = observation.blocksTerm.load(ordering: .relaxed)
        #expect(blocksTerm)
    }

    @Test func closureIsReleasedByCancelInsideTheCallback() throws {
        let loop = try EventLoop()
        weak var watched: Token?
        var timer: Timer?
        do {
            let token = Token()
            watched = token
            timer = Timer(loop) {
                timer?.cancel()
                #expect(token.isAlive)
            }
        }
        timer?.start(afterMilliseconds: 0)

        loop.runOnce(waiting: true)

        #expect(watched == nil)
        timer = nil
    }
}

private final class Token {
    let isAlive = true
}

private final class Observation: Sendable {
    let name = Mutex("")
    let blocksTerm = Atomic(false)
}
