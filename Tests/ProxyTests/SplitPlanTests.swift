import Testing

@testable import Proxy

@Suite struct SplitPlanTests {
    @Test func serversComeInTheOrderOfTheirFirstKey() {
        let plan = SplitPlan()
        plan.begin(servers: 4)

        for server in [2, 0, 2, 3, 0, 2] { plan.addKey(of: server) }

        #expect(plan.serverOfKey == [2, 0, 2, 3, 0, 2])
        #expect(plan.servers == [2, 0, 3])
        #expect(plan.keysOfServer == [2, 0, 3, 1])
        #expect(plan.fragmentOfServer == [-1, -1, -1, -1])
    }

    @Test func nextRequestStartsAfresh() {
        let plan = SplitPlan()
        plan.begin(servers: 3)
        for server in [0, 2, 2] { plan.addKey(of: server) }
        plan.set(0, of: 0)
        plan.set(1, of: 2)

        plan.begin(servers: 3)

        #expect(plan.serverOfKey == [])
        #expect(plan.servers == [])
        #expect(plan.keysOfServer == [0, 0, 0])
        #expect(plan.fragmentOfServer == [-1, -1, -1])
    }

    /// One plan serves every pool of the worker, large and small.
    @Test func poolsOfDifferentSizesShareIt() {
        let plan = SplitPlan()
        plan.begin(servers: 2)
        plan.addKey(of: 1)

        plan.begin(servers: 5)
        plan.addKey(of: 4)
        plan.set(0, of: 4)
        plan.begin(servers: 2)
        plan.begin(servers: 5)

        #expect(plan.keysOfServer == [0, 0, 0, 0, 0])
        #expect(plan.fragmentOfServer == [-1, -1, -1, -1, -1])
    }

    @Test func hugeRequestDoesNotPinItsTable() {
        let plan = SplitPlan()
        plan.begin(servers: 1)
        for _ in 0..<100_000 { plan.addKey(of: 0) }

        plan.begin(servers: 1)

        #expect(plan.serverOfKey.capacity < 100_000)
    }
}

@Suite struct SplitTableTests {
    private let pool = BlockPool()

    @Test func givenSplitIsTakenAgainCleared() {
        let table = SplitTable()
        let number = table.take()
        let split = table[number]
        split.begin(.sum)
        let fragment = split.addFragment()
        split.addKey(to: fragment)
        split.add(3)
        split.collect(":3\r\n", for: fragment, from: pool)
        split.fail(with: [1])

        table.give(number, clearedTo: pool)
        let again = table.take()

        #expect(again == number)
        #expect(table[again] === split)
        #expect(split.fragments.isEmpty)
        #expect(split.fragmentOfKey.isEmpty)
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

    /// One huge MGET must not pin its memory for ever.
    @Test func hugeSplitIsReplaced() {
        let table = SplitTable()
        let number = table.take()
        let split = table[number]
        split.begin(.sum)
        let fragment = split.addFragment()
        for _ in 0..<20_000 { split.addKey(to: fragment) }

        table.give(number, clearedTo: pool)

        #expect(table.take() == number)
        #expect(table[number] !== split)
    }
}

extension Split {
    func collect(_ text: String, for fragment: Int, from pool: BlockPool) {
        unsafe Array(text.utf8).withUnsafeBytes {
            unsafe collect($0, for: fragment, from: pool)
        }
    }
}
