import Testing

@testable import Proxy

@Suite struct SplitPlanTests {
    private let pool = BlockPool()
    private let plan = SplitPlan()

    /// Each part's server and its keys.
    private var parts: [[Int]] {
        (0..<plan.parts.count).map { index in
            var keys = [plan.parts[index].server]
            var key = plan.parts[index].firstKey
            while key != SplitPlan.none {
                keys.append(Int(key))
                key = plan.keys[Int(key)].next
            }
            #expect(keys.count == plan.parts[index].keyCount + 1)
            return keys
        }
    }

    /// A key whose server is found at once.
    private func addKey(
        at offset: Int = 0, length: Int = 1, of server: Int, partsUpTo limit: Int = .max
    ) {
        plan.addKey(at: offset, length: length, from: pool)
        plan.assignNext(to: server, partsUpTo: limit, from: pool)
    }

    @Test func serversComeInTheOrderOfTheirFirstKey() {
        plan.begin(servers: 4, keys: 6, from: pool)

        for (key, server) in [2, 0, 2, 3, 0, 2].enumerated() {
            addKey(at: key * 10, length: key + 1, of: server)
        }

        #expect(parts == [[2, 0, 2, 5], [0, 1, 4], [3, 3]])
        #expect((0..<3).map { plan.parts[$0].length } == [10, 7, 4])
        #expect((0..<6).map { plan.partOfKey[$0] } == [0, 1, 0, 2, 1, 0])
        #expect((0..<6).map { plan.keys[$0].offset } == [0, 10, 20, 30, 40, 50])
        plan.end(to: pool)
    }

    @Test func nextRequestStartsAfresh() {
        plan.begin(servers: 3, keys: 3, from: pool)
        for server in [0, 2, 2] { addKey(of: server) }
        plan.end(to: pool)

        plan.begin(servers: 3, keys: 1, from: pool)
        addKey(of: 2)

        #expect(parts == [[2, 0]])
        plan.end(to: pool)
    }

    /// One plan serves every pool of the worker, large and small.
    @Test func poolsOfDifferentSizesShareIt() {
        for servers in [2, 5, 2, 5] {
            plan.begin(servers: servers, keys: 1, from: pool)
            addKey(of: servers - 1)
            #expect(parts == [[servers - 1, 0]])
            plan.end(to: pool)
        }
    }

    /// Who takes them may keep them while the plan goes on.
    @Test func partsOfTheKeysAreHandedOver() {
        plan.begin(servers: 2, keys: 3, from: pool)
        for server in [1, 0, 1] { addKey(of: server) }
        var taken = plan.takePartOfKey()
        plan.end(to: pool)

        plan.begin(servers: 2, keys: 3, from: pool)
        for server in [0, 1, 1] { addKey(of: server) }

        #expect((0..<taken.count).map { taken[$0] } == [0, 1, 0])
        #expect((0..<3).map { plan.partOfKey[$0] } == [0, 1, 1])
        plan.end(to: pool)
        plan.release(to: pool)
        taken.removeAll(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func longPartIsFollowedByAnother() {
        plan.begin(servers: 2, keys: 6, from: pool)

        for server in [0, 1, 0, 0, 1, 0] {
            addKey(length: 10, of: server, partsUpTo: 15)
        }

        #expect(parts == [[0, 0, 2], [1, 1, 4], [0, 3, 5]])
        plan.end(to: pool)
    }

    @Test func endGivesLargeBlocksBack() {
        plan.begin(servers: 1, keys: 10, from: pool)
        for _ in 0..<100_000 { addKey(of: 0) }
        #expect(pool.bytesTaken > 1_000_000)

        plan.end(to: pool)

        #expect(pool.bytesTaken < 1000)
        plan.release(to: pool)
        #expect(pool.bytesTaken == 0)
    }

    @Test func smallBlocksAreKeptForTheNextRequest() {
        for _ in 0..<3 {
            plan.begin(servers: 1, keys: 10, from: pool)
            for _ in 0..<10 { addKey(of: 0) }
            plan.end(to: pool)
        }

        #expect(plan.keys.isEmpty && plan.partOfKey.isEmpty && plan.parts.isEmpty)
        #expect(pool.bytesTaken > 0)
        plan.release(to: pool)
        #expect(pool.bytesTaken == 0)
    }
}

@Suite struct SplitTableTests {
    private let pool = BlockPool()

    @Test func givenSplitIsTakenAgainCleared() {
        let table = SplitTable()
        let number = table.take()
        let split = table[number]
        split.begin(.sum, fragments: 1, from: pool)
        split.add(3)
        split.collect(":3\r\n", for: 0, from: pool)
        split.fail(with: [1])

        table.give(number, clearedTo: pool)
        let again = table.take()

        #expect(again == number)
        #expect(table[again] === split)
        #expect(split.fragments.isEmpty)
        #expect(split.fragmentOfKey.isEmpty)
        #expect(split.heldCount == 0)
        #expect(split.missing == 0)
        #expect(split.total == 0)
        #expect(split.failure == nil)
        #expect(pool.bytesTaken == 0)
    }

    @Test func splitsInUseAreDifferentOnes() {
        let table = SplitTable()

        let numbers = [table.take(), table.take(), table.take()]

        #expect(Set(numbers).count == 3)
        table.give(numbers[1], clearedTo: pool)
        #expect(table.take() == numbers[1])
    }
}

extension Split {
    func collect(_ text: String, for fragment: Int, from pool: BlockPool) {
        unsafe Array(text.utf8).withRawBytes {
            unsafe collect($0, for: fragment, from: pool)
        }
    }
}
