import Testing

@testable import Proxy

@Suite struct RingTests {
    /// A ring with its pool, which it gives its block back to.
    private final class Queue {
        let pool = BlockPool()
        private var ring = Ring<Int>()

        deinit { ring.release(to: pool) }

        var count: Int { ring.count }
        var isEmpty: Bool { ring.isEmpty }
        var elements: [Int] { (0..<ring.count).map { ring[$0] } }

        func append(_ element: Int) { ring.append(element, from: pool) }
        func popFirst() -> Int { ring.popFirst(to: pool) }
        func set(_ element: Int, at index: Int) { ring[index] = element }
        func update(_ index: Int, _ change: (inout Int) -> Void) { ring.update(index, change) }
        func release() { ring.release(to: pool) }
    }

    @Test func firstInIsFirstOut() {
        let queue = Queue()
        for element in 1...3 { queue.append(element) }

        #expect(queue.popFirst() == 1)
        #expect(queue.popFirst() == 2)
        #expect(queue.popFirst() == 3)
        #expect(queue.isEmpty)
    }

    @Test func growsWhileWrappedAround() {
        let queue = Queue()
        for element in 0..<4 { queue.append(element) }
        _ = queue.popFirst()
        _ = queue.popFirst()

        for element in 4..<9 { queue.append(element) }

        #expect(queue.elements == [2, 3, 4, 5, 6, 7, 8])
    }

    @Test func changesElementsInPlace() {
        let queue = Queue()
        for element in 0..<3 { queue.append(element) }

        queue.set(10, at: 1)
        queue.update(2) { $0 += 20 }

        #expect(queue.elements == [0, 10, 22])
    }

    /// An idle connection keeps its first few places, not what a burst needed; a busy one that
    /// needs less begins with half as many each time.
    @Test func emptyRingGivesALargeBlockBack() {
        let queue = Queue()
        queue.append(0)
        let small = queue.pool.bytesTaken
        for element in 1..<100 { queue.append(element) }
        #expect(queue.pool.bytesTaken > small)

        for _ in 0..<100 { _ = queue.popFirst() }

        #expect(queue.pool.bytesTaken == 0)
        for _ in 0..<8 {
            queue.append(1)
            _ = queue.popFirst()
            #expect(queue.pool.bytesTaken <= small)
        }
        #expect(queue.pool.bytesTaken == small)
    }

    @Test func releaseForgetsEverything() {
        let queue = Queue()
        for element in 0..<50 { queue.append(element) }

        queue.release()

        #expect(queue.isEmpty)
        #expect(queue.pool.bytesTaken == 0)
        queue.append(7)
        #expect(queue.elements == [7])
    }

    @Test func behavesLikeAnArray() {
        let queue = Queue()
        var model: [Int] = []
        var numbers = SeededNumbers(seed: 2)

        for turn in 0..<20_000 {
            // Phases of growing and shrinking, so that the ring fills up, wraps and empties often.
            let growth = turn / 500 % 2 == 0 ? 6 : 4
            switch numbers.next() % 10 {
            case 0 where !model.isEmpty:
                let index = Int.random(in: model.indices, using: &numbers)
                queue.update(index) { $0 = -turn }
                model[index] = -turn
            case let choice where choice < growth || model.isEmpty:
                queue.append(turn)
                model.append(turn)
            default:
                #expect(queue.popFirst() == model.removeFirst())
            }
            #expect(queue.count == model.count)
            if turn % 97 == 0 { #expect(queue.elements == model) }
        }

        #expect(queue.elements == model)
    }
}
