import Testing

@testable import Proxy

@Suite struct SlotTableTests {
    /// Knows its handle, and tells the counter of its end.
    private final class Guest {
        let handle: Handle
        private let ends: Counter

        init(_ handle: Handle, _ ends: Counter) {
            self.handle = handle
            self.ends = ends
        }

        deinit { ends.count += 1 }
    }

    private final class Counter {
        var count = 0
    }

    private func find(_ handle: Handle, in table: SlotTable<Guest>) -> Guest? {
        unsafe table.find(handle)?.takeUnretainedValue()
    }

    @Test func handleFindsItsObject() {
        let table = SlotTable<Guest>()
        let ends = Counter()

        let first = table.insert { Guest($0, ends) }
        let second = table.insert { Guest($0, ends) }

        #expect(find(first.handle, in: table) === first)
        #expect(find(second.handle, in: table) === second)
        #expect(table.count == 2)
    }

    @Test func nobodyFindsNobody() {
        let table = SlotTable<Guest>()
        #expect(find(.nobody, in: table) == nil)

        let guest = table.insert { Guest($0, Counter()) }

        #expect(find(.nobody, in: table) == nil)
        table.remove(guest.handle)
        #expect(find(.nobody, in: table) == nil)
    }

    @Test func staleHandleDoesNotFindTheSuccessor() {
        let table = SlotTable<Guest>()
        let ends = Counter()
        let old = table.insert { Guest($0, ends) }.handle
        table.remove(old)
        #expect(ends.count == 1)
        #expect(find(old, in: table) == nil)

        let successor = table.insert { Guest($0, ends) }

        #expect(successor.handle.index == old.index)
        #expect(find(old, in: table) == nil)
        #expect(find(successor.handle, in: table) === successor)
    }

    @Test func handleBeyondTheTableFindsNobody() {
        let table = SlotTable<Guest>()

        #expect(find(Handle(index: 7, generation: 1), in: table) == nil)
    }

    @Test func tableLetsGoOfItsObjectsAtItsEnd() {
        let ends = Counter()
        do {
            let table = SlotTable<Guest>()
            for _ in 0..<3 { _ = table.insert { Guest($0, ends) } }
            #expect(ends.count == 0)
        }

        #expect(ends.count == 3)
    }

    @Test func everyStaleHandleFindsNobodyAndEveryOtherItsObject() {
        let table = SlotTable<Guest>()
        let ends = Counter()
        var numbers = SeededNumbers(seed: 3)
        var living: [(handle: Handle, object: ObjectIdentifier)] = []
        var stale: [Handle] = []

        for _ in 0..<3_000 {
            if living.isEmpty || numbers.next() % 9 < 5 {
                let guest = table.insert { Guest($0, ends) }
                living.append((guest.handle, ObjectIdentifier(guest)))
            } else {
                let index = Int.random(in: living.indices, using: &numbers)
                let handle = living.remove(at: index).handle
                table.remove(handle)
                stale.append(handle)
            }
        }

        #expect(table.count == living.count)
        #expect(Set(table.all.map(ObjectIdentifier.init)) == Set(living.map(\.object)))
        #expect(ends.count == stale.count)
        #expect(stale.allSatisfy { find($0, in: table) == nil })
        for (handle, object) in living {
            #expect(find(handle, in: table).map(ObjectIdentifier.init) == object)
        }
    }
}
